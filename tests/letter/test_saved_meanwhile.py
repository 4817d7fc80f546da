"""Two members of a team have the same form open: nobody saves over the other without knowing of it."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from petition import lifecycle, news, versions
from petition.models import Letter
from tests.conftest import logged_in
from tests.test_publishing import FORM

DESK = "/desk/keep-the-lights-on/"
SEEN = re.compile(r'name="seen" value="([^"]+)"')  # the last one: above may stand the tick that publishes
SAID = "Somebody else saved this while you had it open."


@pytest.fixture
def twice(organiser):
    """Open a form, have somebody else save, then send it; returns what is answered, and sends it again."""

    def send(path: str, act, **typed: str):
        desk = logged_in(organiser)
        shown = desk.get(path).content.decode()
        act()
        first = desk.post(path, {**typed, "seen": SEEN.findall(shown)[-1]}).content.decode()
        return first, lambda: desk.post(path, {**typed, "seen": SEEN.findall(first)[-1]})

    return send


def test_settings(letter, organiser, twice):
    day = timezone.now().date() + timedelta(days=90)
    said, again = twice(
        f"{DESK}settings/",
        lambda: lifecycle.adjust(letter, actor=organiser, milestones=[2, 5], keep_until=day),
        contact="other@example.org",
        milestones="2, 5",
    )
    assert SAID in said
    assert "other@example.org" in said
    assert Letter.objects.get().keep_until == day
    assert again().status_code == 303
    assert Letter.objects.get().contact == "other@example.org"


def test_news(letter, organiser, twice):
    update = news.write(letter, title="News", body="First words", by=organiser)
    said, again = twice(
        f"{DESK}updates/{update.pk}/",
        lambda: news.rewrite(update, title="News", body="What another editor wrote for an hour."),
        title="News!",
        body="My words",
    )
    update.refresh_from_db()
    assert (SAID in said, "My words" in said, update.title) == (True, True, "News")
    assert again().status_code == 303


def test_a_translation(letter, organiser, twice):
    words = {"title": "Licht", "ask": "Bitte", "body": "Erster Versuch"}
    versions.translate(letter.version, language="de", by=organiser, **words)
    said, again = twice(
        f"{DESK}versions/1/in/de/",
        lambda: versions.translate(letter.version, language="de", by=organiser, **{**words, "body": "Der ganze Text"}),
        **{**words, "ask": "Bitte!"},
    )
    assert SAID in said
    assert letter.version.translations.get().body == "Der ganze Text"
    assert again().status_code == 303


def test_whoever_saves_a_draft_sees_all_that_a_colleague_changed(draft, organiser):
    desk, path = logged_in(organiser), f"{DESK}edit/"
    typed = {
        **FORM,
        "title": draft.title,
        "edits": re.search(r'name="edits" value="(\d+)"', desk.get(path).content.decode())[1],
    }
    first = desk.post(path, {**typed, "title": "Another title", "organiser": "Friends of Dark"})
    assert first.status_code == 303
    said = desk.post(path, typed)
    assert said.status_code == 409
    theirs = said.content.decode().partition("What else is saved otherwise")[2].partition("</dl>")[0]
    assert "Another title" in theirs
    assert "Friends of Dark" in theirs
    assert FORM["ask"] not in theirs


def test_nobody_throws_away_what_a_colleague_wrote_meanwhile(letter, organiser):
    desk, update = logged_in(organiser), news.write(letter, title="News", body="First words", by=organiser)
    versions.begin(letter, reason="typo", note="A comma", by=organiser)
    pages = {f"{DESK}updates/{update.pk}/": letter.updates, f"{DESK}versions/": letter.versions}
    shown = {page: SEEN.search(desk.get(page).content.decode())[1] for page in pages}
    news.rewrite(update, title="News", body="An hour's work")
    versions.save(letter, body="An hour's work", seen=None, by=organiser)
    for page, rows in pages.items():
        there = rows.count()
        assert desk.post(f"{page}discard/", {"seen": shown[page]}).status_code == 409
        assert rows.count() == there
        seen = SEEN.search(desk.get(page).content.decode())[1]
        assert desk.post(f"{page}discard/", {"seen": seen}).status_code == 303
        assert rows.count() == there - 1
