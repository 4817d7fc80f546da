"""The form and the first names are kept in memory; what a reader is shown is always what is stored."""

import pytest
from django.test import Client

from petition import parts
from petition.models import Letter
from signatories import vetting

PAGE = "/letters/keep-the-lights-on/"


@pytest.fixture(autouse=True)
def _none_yet(settings) -> None:
    settings.DEBUG = False
    parts._kept.clear()


def read(path: str = PAGE, **headers: str) -> str:
    return Client().get(path, headers=headers).content.decode()


def test_a_page_that_is_made_again_is_the_same(letter, confirmed, listed):
    listed(confirmed())
    first, kept = read(), dict(parts._kept)
    assert len(kept) == 2
    assert read() == first
    assert dict(parts._kept) == kept


def test_a_name_that_is_hidden_or_changed_is_gone_from_the_next_page(letter, confirmed, listed, vetter):
    signature = listed(confirmed(name="Ada Example"))
    assert "Ada Example" in read()
    letter.signatures.update(name="Ada Otherwise")
    assert "Ada Otherwise" in read()
    signature.refresh_from_db()
    vetting.hide(signature, vetter=vetter, reason="listed_by_mistake")
    assert "Ada Otherwise" not in read()


def test_the_form_goes_when_the_letter_is_paused_and_asks_what_the_letter_asks(letter):
    assert 'name="email"' in read()
    Letter.objects.update(disciplines={"optics": "Optics of lamps"})
    assert "Optics of lamps" in read()
    Letter.objects.update(status="paused")
    assert 'name="email"' not in read()


def test_each_language_has_its_own_words_and_links(letter, confirmed, listed):
    listed(confirmed())
    english, asked, german = read(), read(accept_language="de"), read(f"/de{PAGE}")
    assert 'action="/letters/' in english
    assert 'action="/letters/' in asked
    assert 'action="/de/letters/' in german
    assert "Sign this letter" in english
    for page in (asked, german):
        assert "Diesen Brief unterzeichnen" in page


def test_only_so_many_parts_are_kept(letter, monkeypatch):
    monkeypatch.setattr(parts, "MOST", 3)
    for number in range(5):
        parts.part("ui/_errors.html", {"number": number}, made_of=[number])
    assert len(parts._kept) == 3
