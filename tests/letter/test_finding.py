"""A reader looks for a letter on the first page."""

import pytest

from petition import lifecycle, tally, versions
from petition.models import Letter
from tests.conftest import LETTER

pytestmark = pytest.mark.django_db
SHOWN = "Keep the lights on"


@pytest.fixture
def another(organiser) -> Letter:
    fields = {**LETTER, "slug": "naive", "title": "Für naïve Künste", "ask": "Open the museum on Mondays."}
    letter = lifecycle.begin(owner=organiser, **{**fields, "addressees": [{"name": "The Dean", "office": "Academy"}]})
    lifecycle.publish(letter, actor=organiser)
    return letter


def titles(client, **asked) -> list[str]:
    page = client.get("/", asked)
    assert page.status_code == 200
    return [letter.title for letter in page.context["page"]]


@pytest.mark.parametrize("typed", ["naive", "KUNSTE fur", "the dean", "academy", "museum monday", "ｎａïｖｅ"])
def test_words_of_title_addressee_or_ask_find_it_in_any_spelling(client, letter, another, typed):
    assert titles(client, q=typed) == ["Für naïve Künste"]


def test_every_word_has_to_be_there_and_no_word_shows_all(client, letter, another):
    assert titles(client, q="naive lights") == []
    assert titles(client, q="   ") == titles(client) == ["Für naïve Künste", SHOWN]


def test_a_translation_is_found_too_and_a_draft_is_not(client, letter, organiser):
    words = {"title": "أبقوا المنارة مضاءة", "ask": "نرجو", "body": "نص", "reviewer": "Amal Example"}
    versions.translate(letter.version, language="ar", by=organiser, **words)
    lifecycle.begin(owner=organiser, **{**LETTER, "slug": "draft", "title": "Lights of a draft"})
    assert titles(client, q="المنارة") == titles(client, q="lights") == [SHOWN]


RUBBISH = [
    "%",
    "_",
    "'; --",
    "\ud800",
    "\u202e\ufeff",
    "x" * 5000,
    "%00",
    "<script>",
    "👩‍🔬",
    "a" * 199 + "ß",
    "{{",
    "\\",
]


@pytest.mark.parametrize("typed", RUBBISH)
@pytest.mark.parametrize("name", ["q", "page"])
def test_rubbish_gets_a_page(client, letter, typed, name):
    asked = f"/?{name}=" + "".join(f"%{byte:02x}" for byte in typed.encode("utf-8", "surrogatepass"))
    page = client.get(asked)
    assert page.status_code == 200
    assert "<script>" not in page.content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "9" * 5000, "1e9", "٣", ""])
def test_a_page_that_is_not_there_shows_one_that_is(client, letter, page):
    assert titles(client, page=page) == [SHOWN]


def test_each_letter_shows_its_number_and_many_cost_as_many_queries_as_one(
    client, letter, another, confirmed, listed, django_assert_num_queries
):
    listed(confirmed())
    for one in (letter, another):
        tally.take(one)
    with django_assert_num_queries(3):
        page = client.get("/").content.decode()
    assert "<strong>1</strong> expert checked" in page
    assert "<strong>0</strong> experts checked" in page


def test_an_empty_site_says_what_will_stand_there(client, db):
    assert "No letter is public yet." in client.get("/").content.decode()
    assert "0 letters have" in client.get("/?q=x").content.decode()
