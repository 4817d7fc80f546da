"""The team delivers, and follows what becomes of it."""

import re

import pytest
from django.utils import timezone

from petition.delivery import amending, bundling, received
from petition.models import AddresseeLink, Amendment, Delivery, Membership, Reply, Role
from signatories import delivering, privacy, vetting

DESK = "/desk/keep-the-lights-on/delivery/"


def page(client) -> str:
    answer = client.get(DESK)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_owner_delivers_with_a_tick(letter, closed, organiser, at_desk):
    client = at_desk(organiser)
    assert "2" in page(client)
    assert client.post(f"{DESK}deliver/").status_code == 422
    assert not Delivery.objects.exists()
    assert client.post(f"{DESK}deliver/", {"sure": "on"})["Location"] == DESK
    assert Delivery.objects.get().actor == organiser
    assert "Waiting for a worker" in page(client)


def test_after_closing_the_overview_leads_to_the_delivery(letter, closed, organiser, vetter, at_desk):
    button = f'<a class="button" href="{DESK}">Deliver</a>'
    assert button in at_desk(organiser).get("/desk/keep-the-lights-on/").content.decode()
    assert button not in at_desk(vetter).get("/desk/keep-the-lights-on/").content.decode()


def test_a_second_delivery_is_refused_with_a_clear_message(frozen, organiser, at_desk):
    answer = at_desk(organiser).post(f"{DESK}deliver/", {"sure": "on"})
    assert answer.status_code == 409
    assert "delivered already" in answer.content.decode()
    assert Delivery.objects.count() == 1


def test_an_open_letter_asks_to_be_closed_first(letter, organiser, at_desk):
    client = at_desk(organiser)
    assert "Close it first" in page(client)
    assert client.post(f"{DESK}deliver/", {"sure": "on"}).status_code == 409
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("role", list(Role))
def test_who_may_export_takes_the_bundle_and_nobody_else(delivered, stranger, at_desk, role):
    Membership.objects.create(letter=delivered.letter, user=stranger, role=role)
    answers = {at_desk(stranger).post(f"{DESK}{what}/").status_code for what in ("pdf", "bundle")}
    assert answers == ({200} if role in {Role.OWNER, Role.EXPORTER} else {404})


@pytest.mark.parametrize("where", ["deliver", "links", "again", "amendments/sent", "replies"])
def test_an_exporter_changes_nothing(frozen, stranger, at_desk, where):
    Membership.objects.create(letter=frozen.letter, user=stranger, role=Role.EXPORTER)
    client = at_desk(stranger)
    assert client.post(f"{DESK}{where}/", {"sure": "on"}).status_code == 404
    assert "/received/" not in page(client)


def test_each_download_is_in_the_letters_history(delivered, organiser, at_desk):
    client = at_desk(organiser)
    client.post(f"{DESK}pdf/")
    assert delivered.letter.events.last().reason == "downloaded_pdf"
    assert "The delivered document was taken out" in client.get("/desk/keep-the-lights-on/").content.decode()


def test_an_altered_bundle_is_refused_in_words(delivered, organiser, at_desk):
    bundling._path(delivered.bundle).write_bytes(b"PK")
    client = at_desk(organiser)
    assert client.post(f"{DESK}bundle/").status_code == 303
    assert "not the one that was made" in page(client)


def test_a_withdrawal_after_delivery_makes_a_notice_ready_to_send(frozen, closed, organiser, at_desk):
    privacy.withdraw(closed[0])
    assert (delivering.amend_all(), delivering.amend_all()) == (1, 0)
    client = at_desk(organiser)
    text = page(client)
    assert "No. 1, Ada Example, Lamplighter, Lantern Works: withdrawn by the signatory" in text
    up_to = re.search(r'name="up_to" value="(\d+)"', text)[1]
    client.post(f"{DESK}amendments/sent/", {"up_to": up_to})
    assert Amendment.objects.get().sent_by == organiser
    assert "Nothing new to tell" in page(client)


@pytest.mark.parametrize("up_to", ["", "x", "-1", "9" * 400, "²", "1.5"])
def test_a_notice_is_not_taken_for_sent_by_nonsense(frozen, closed, organiser, at_desk, up_to):
    privacy.withdraw(closed[0])
    delivering.amend_all()
    assert at_desk(organiser).post(f"{DESK}amendments/sent/", {"up_to": up_to}).status_code == 303
    assert Amendment.objects.get().sent_at is None


def test_the_public_sees_a_delivery_without_who_has_left(client, delivered, closed):
    privacy.withdraw(closed[0])
    delivering.amend_all()
    for path in ("delivery/", "", "signatories/"):
        text = client.get(f"/letters/keep-the-lights-on/{path}").content.decode()
        assert "Ada Example" not in text, path
    record = client.get("/letters/keep-the-lights-on/delivery/").content.decode()
    assert "1 of them does not stand any more" in record
    assert delivered.bundle.manifest_sha256 in record


def test_the_addressee_reads_the_number_of_who_left_and_no_name(client, frozen, closed, organiser):
    link = received.make_link(frozen, addressee="The Minister", days=1, actor=organiser)
    privacy.withdraw(closed[0])
    delivering.amend_all()
    text = client.get(f"/received/{received.token(link)}/").content.decode()
    assert "No. 1 of the list: withdrawn by the signatory" in text
    assert "Ada Example" not in text


def test_who_is_hidden_and_put_back_makes_two_notices(frozen, closed, vetter, listed_again):
    vetting.hide(closed[1], vetter=vetter, reason="listed_by_mistake")
    delivering.amend_all()
    assert amending.gone(frozen) == 1
    listed_again(closed[1])
    delivering.amend_all()
    assert list(frozen.amendments.values_list("position", "kind")) == [(2, "removed"), (2, "restored")]
    assert amending.gone(frozen) == 0


def test_what_moved_just_before_the_delivery_is_no_amendment(letter, closed, vetter, listed_again, organiser):
    vetting.hide(closed[1], vetter=vetter, reason="listed_by_mistake")
    listed_again(closed[1])
    delivering.deliver(letter, actor=organiser)
    assert delivering.amend_all() == 0


def test_the_team_makes_a_link_and_closes_it(frozen, organiser, at_desk, client):
    desk = at_desk(organiser)
    desk.post(f"{DESK}links/", {"addressee": "The Minister", "days": "7"})
    path = re.search(r"(/received/[^<\s]+)", page(desk))[1]
    assert client.get(path).status_code == 200
    desk.post(f"{DESK}links/{AddresseeLink.objects.get().pk}/revoke/")
    assert client.get(path).status_code == 410


@pytest.mark.parametrize("days", ["", "0", "731", "x", "9" * 5000])
def test_a_link_opens_for_a_number_of_days(frozen, organiser, at_desk, days):
    assert at_desk(organiser).post(f"{DESK}links/", {"addressee": "M", "days": days}).status_code == 422


def test_the_team_enters_a_reply_and_takes_it_off_and_puts_it_back(frozen, organiser, at_desk, client):
    desk, today = at_desk(organiser), timezone.localdate().isoformat()
    desk.post(f"{DESK}replies/", {"author": "The Minister", "text": "By post.", "received_on": today})
    reply = Reply.objects.get()
    for verb, shown in (("hide", False), ("show", True)):
        desk.post(f"{DESK}replies/{reply.pk}/{verb}/")
        assert ("By post." in client.get("/letters/keep-the-lights-on/").content.decode()) is shown


@pytest.mark.parametrize("day", ["", "x", "2999-01-01", "2020-01-01", "0000-00-00"])
def test_a_reply_has_a_day_after_the_delivery(frozen, organiser, at_desk, day):
    sent = {"author": "The Minister", "text": "Kept words", "received_on": day}
    answer = at_desk(organiser).post(f"{DESK}replies/", sent)
    assert answer.status_code == 422
    assert "Kept words" in answer.content.decode()
