"""The team sees how the site is, and tries again what nobody took."""

import pytest

from petition.models import Membership, Role
from petition.tasks import sing
from signatories import health
from signatories.models import Mail


@pytest.fixture
def refused(confirmed):
    signature = confirmed()
    Mail.objects.filter(signature=signature, kind="receipt").update(
        state="failed", problem="SMTPRecipientsRefused: 550", attempts=12, failed_at="2026-06-16T18:00:00Z"
    )
    return signature


def test_an_owner_sees_how_the_site_is(letter, organiser, at_desk, refused):
    sing()
    health.look_for_drift()
    page = at_desk(organiser).get("/desk/status/").content.decode()
    assert "Everything is in order" in page
    assert "all agree" in page
    assert "signatories.tasks.look_for_drift" in page


def test_a_site_without_a_worker_says_so(letter, organiser, at_desk):
    assert "Do a worker and beat run?" in at_desk(organiser).get("/desk/status/").content.decode()


def test_only_owners_and_whoever_runs_the_site_see_it(letter, vetter, stranger, at_desk):
    assert at_desk(vetter).get("/desk/status/").status_code == 404
    assert at_desk(stranger).get("/desk/status/").status_code == 404
    stranger.is_superuser = True
    stranger.save()
    assert at_desk(stranger).get("/desk/status/").status_code == 200


def test_a_refused_mail_is_shown_with_its_reason_and_tried_again(letter, vetter, at_desk, refused, deliver):
    client, path = at_desk(vetter), f"/desk/{letter.slug}/mails/"
    page = client.get(path).content.decode()
    assert "SMTPRecipientsRefused: 550" in page
    assert "ada@example.com" not in page
    assert deliver() == []
    client.post(f"{path}again/", {"mail": Mail.objects.get(state="failed").pk})
    assert len(deliver()) == 1
    assert "None was given up" in client.get(path).content.decode()


def test_all_of_them_are_tried_again_at_once_and_of_this_letter_only(letter, vetter, at_desk, refused):
    answer = at_desk(vetter).post(f"/desk/{letter.slug}/mails/again/", follow=True)
    assert "1 mail is tried again" in answer.content.decode()
    assert (
        "nothing to try again"
        in at_desk(vetter).post(f"/desk/{letter.slug}/mails/again/", follow=True).content.decode()
    )


@pytest.mark.parametrize(("role", "status"), [(Role.OBSERVER, 404), (Role.VETTER, 303)])
def test_an_observer_sees_them_and_tries_nothing(letter, stranger, at_desk, refused, role, status):
    Membership.objects.create(letter=letter, user=stranger, role=role)
    assert at_desk(stranger).get(f"/desk/{letter.slug}/mails/").status_code == 200
    assert at_desk(stranger).post(f"/desk/{letter.slug}/mails/again/").status_code == status
    assert Mail.objects.filter(state="failed").exists() == (status == 404)
