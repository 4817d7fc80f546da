"""An owner discards a draft that came to nothing, and takes it back."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from petition import lifecycle
from petition.models import Membership, Role
from petition.moves import NotAllowed
from tests.conftest import LETTER, logged_in

DESK = "/desk/keep-the-lights-on/"
FIELDS = {name: value for name, value in LETTER.items() if name not in {"slug", "body", "milestones"}}


@pytest.fixture
def desk(organiser):
    return logged_in(organiser)


def test_a_discarded_draft_lies_below_the_letters_and_is_taken_back(desk, draft):
    assert desk.post(f"{DESK}discard/", follow=True).status_code == 200
    above, below = desk.get("/desk/").content.decode().split("<details", 1)
    assert "Keep the lights on" not in above
    assert "Keep the lights on" in below
    page = desk.get(DESK).content.decode()
    assert "Take the draft back" in page
    assert "Edit the text" not in page
    assert "Publish" not in page.partition("History")[0].partition("<h1")[2]
    desk.post(f"{DESK}restore/")
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert [(event.was, event.now) for event in draft.events.all()] == [("draft", "discarded"), ("discarded", "draft")]


def test_nothing_is_done_with_a_discarded_draft_until_it_is_taken_back(draft, organiser):
    lifecycle.schedule(draft, at=timezone.now() + timedelta(hours=1), least_founders=0, actor=organiser)
    lifecycle.discard(draft, actor=organiser)
    for act in (
        lambda: lifecycle.publish(draft, actor=organiser),
        lambda: lifecycle.found(draft, actor=organiser),
        lambda: lifecycle.edit(draft, body="x", milestones=[], **FIELDS),
        lambda: lifecycle.adjust(draft, actor=organiser, milestones=[], contact="x@example.org"),
        lambda: lifecycle.schedule(draft, at=None, least_founders=0, actor=organiser),
        lambda: lifecycle.discard(draft, actor=organiser),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert lifecycle.publish_due(now=timezone.now() + timedelta(hours=2)) == 0
    lifecycle.take_back(draft, actor=organiser)
    assert draft.publish_at is None
    lifecycle.publish(draft, actor=organiser)
    assert draft.status == "open"


def test_what_others_have_read_cannot_be_discarded(desk, letter):
    assert desk.post(f"{DESK}discard/").status_code == 409
    letter.refresh_from_db()
    assert letter.status == "open"
    with pytest.raises(NotAllowed):
        lifecycle.take_back(letter)


def test_only_an_owner_discards(draft, stranger):
    for role in (Role.EDITOR, Role.OBSERVER):
        Membership.objects.update_or_create(letter=draft, user=stranger, defaults={"role": role})
        assert logged_in(stranger).post(f"{DESK}discard/").status_code == 404
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_readers_and_the_clock_know_nothing_of_it(client, draft, organiser, capsys):
    lifecycle.discard(draft, actor=organiser)
    assert client.get("/letters/keep-the-lights-on/").status_code == 404
    assert client.get("/api/v1/letters/keep-the-lights-on").status_code == 404
    call_command("doctor")
    assert "Traceback" not in capsys.readouterr().out
