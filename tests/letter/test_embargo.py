"""The press reads a frozen letter through a secret link that ends."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from petition import lifecycle
from petition.moves import NotAllowed
from signatories import embargo, invitations, tokens
from signatories.models import EmbargoLink, Mail
from tests.conftest import LINE


@pytest.fixture
def founding(draft, organiser):
    lifecycle.found(draft, actor=organiser)
    return draft


@pytest.fixture
def link(founding, organiser):
    return embargo.make(
        founding, reader="The Example Times", expires_at=timezone.now() + timedelta(days=2), by=organiser
    )


def path(link: EmbargoLink) -> str:
    return f"/embargo/{tokens.make('embargo', link.pk)}/"


def test_the_press_reads_the_frozen_text_and_each_opening_is_logged(link, client, organiser, at_desk, founding):
    answer = client.get(path(link), REMOTE_ADDR="203.0.113.7")
    page = answer.content.decode()
    assert "for <em>light</em>" in page
    assert "The Example Times" in page
    assert "noindex" in page
    assert answer["Cache-Control"] == "no-store"
    assert link.openings.get().network == "203.0.113.0/24"
    desk = at_desk(organiser).get(f"/desk/{founding.slug}/founders/").content.decode()
    assert "203.0.113.0/24" in desk


def test_only_listed_names_stand_there(link, client, founding, organiser, confirmed_founder):
    assert "Ada Example" not in client.get(path(link)).content.decode()
    confirmed_founder.letter.signatures.update(status="listed", level=2)
    assert "Ada Example" in client.get(path(link)).content.decode()


@pytest.fixture
def confirmed_founder(founding, deliver):
    from_row = {"email": "ada@example.com", "name": "Ada Example", "role": "", "organisation": "", "country": ""}
    invitations.invite(founding, rows=[{**from_row, "discipline": "optics"}])
    mail = Mail.objects.get(kind="invitation")
    return invitations.accept(mail.pk, code=tokens.code(mail.pk), typed=LINE)


def test_a_link_ends_by_itself_and_by_hand(link, client, founding, organiser, at_desk):
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert client.get(path(link)).status_code == 410
    at_desk(organiser).post(f"/desk/{founding.slug}/founders/press/{link.pk}/revoke/")
    assert client.get(path(link)).status_code == 410
    assert not link.openings.exists()


def test_when_the_letter_is_public_the_link_leads_to_it(link, client, founding, organiser):
    lifecycle.publish(founding, actor=organiser)
    assert client.get(path(link))["Location"] == f"/letters/{founding.slug}/"


def test_a_link_is_made_on_the_desk(founding, organiser, at_desk):
    desk = at_desk(organiser)
    desk.post(f"/desk/{founding.slug}/founders/press/", {"reader": "The Example Times", "days": "2"})
    assert "/embargo/" in desk.get(f"/desk/{founding.slug}/founders/").content.decode()
    assert desk.post(f"/desk/{founding.slug}/founders/press/", {"reader": "", "days": "99"}).status_code == 422


def test_a_draft_has_no_link_for_the_press(draft, organiser):
    with pytest.raises(NotAllowed):
        embargo.make(draft, reader="x", expires_at=timezone.now() + timedelta(days=1), by=organiser)


@pytest.mark.parametrize("token", ["x" * 59, "", "%00"])
def test_a_guessed_link_opens_nothing(client, db, token):
    assert client.get(f"/embargo/{token}/").status_code == (400 if "%00" in token else 404)
