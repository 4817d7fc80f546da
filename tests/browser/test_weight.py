"""What a phone has to fetch for a letter with a thousand names, and what moves while it does."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser import weighing
from tests.browser.running import Demo
from tests.browser.tour import Tour

Visit = Callable[..., Page]
MOST = 100_000  # bytes
SOON = 1_500  # milliseconds
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "device_scale_factor": 2}
BLOCKING = "document.querySelectorAll('script[src]:not([defer], [async], [type=module])').length"


@pytest.mark.parametrize("language", ["", "/de", "/fr", "/es"])
def test_a_letter_with_a_thousand_names_is_light(visitor: Visit, demo: Demo, furnished: Tour, language: str) -> None:
    page = visitor(**PHONE)
    weight = weighing.weigh(page, language + furnished.public["letter-thousand"], home=demo.url)
    assert weight.elsewhere == []
    assert weight.total < MOST, weight.sizes
    assert page.evaluate(BLOCKING) == 0


@pytest.mark.parametrize("name", ["letter-thousand", "letter", "index", "sign"])
def test_a_slow_phone_has_painted_it_soon(visitor: Visit, furnished: Tour, name: str) -> None:
    assert weighing.reckon(visitor(**PHONE), furnished.public[name]) < SOON


@pytest.mark.parametrize("name", ["letter-thousand", "index", "list-thousand", "coalition", "sign"])
def test_nothing_moves_while_a_slow_phone_loads_it(visitor: Visit, furnished: Tour, name: str) -> None:
    assert weighing.paint(visitor(**PHONE), furnished.public[name]).moved == 0
