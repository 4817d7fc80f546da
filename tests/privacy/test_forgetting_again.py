"""What people did between the backup and the restore of it is done again from the list that was kept beside it."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from petition import lifecycle
from petition.delivery import received
from petition.models import AddresseeLink
from signatories import announce, backups, embargo, invitations, privacy, retention, signing, tokens, vetting
from signatories.models import Case, Consent, EmbargoLink, Invitation, Mail, Signature, WatchName
from tests.conftest import LINE

GUEST = dict.fromkeys(invitations.COLUMNS, "") | {"email": "guest@example.com", "name": "Gus Guest"}


def again(do: Callable[[], object]) -> int:
    """Do something after the backup, keep the list of it, go back to the backup, and do again what is on the list."""
    since = timezone.now()
    with transaction.atomic():
        do()
        lines = list(backups.forgotten(since))
        transaction.set_rollback(True)
    return backups.forget_again(lines)


def forget_rejected() -> None:
    retention.run(only={"rejected", "unconfirmed"}, even_if_done=True, now=timezone.now() + timedelta(days=31))


def stands(signature: Signature) -> tuple[str, str]:
    kept = Signature.objects.get(pk=signature.pk)
    return kept.status, kept.name


def sign_again(signature: Signature) -> str:
    return str(signing.sign(signature.letter, address="ada@example.com", typed=LINE).kind)


def test_who_was_declined_and_then_forgotten_may_sign_again(confirmed, vetter):
    ada = confirmed()
    vetting.decline(ada, vetter=vetter, reason="impostor")
    WatchName.objects.all().delete()
    assert again(forget_rejected) == 1
    assert stands(ada) == ("expired", "")
    assert ada.events.last().reason == "forgotten"
    assert sign_again(ada) == "confirm"
    assert WatchName.objects.get().address_hash == ada.address_hash  # an impostor's mailbox is known again


@pytest.mark.parametrize("verb", ["decline", "hide"])
def test_who_was_rejected_only_after_the_backup_may_sign_again_too(confirmed, listed, vetter, verb):
    ada = listed(confirmed()) if verb == "hide" else confirmed()
    mails = Mail.objects.count()

    def reject() -> None:
        reason = "duplicate_person" if verb == "hide" else "not_eligible"
        getattr(vetting, verb)(Signature.objects.get(pk=ada.pk), vetter=vetter, reason=reason)
        forget_rejected()

    assert again(reject) == 1
    assert stands(ada) == ("expired", "")
    assert Mail.objects.count() == mails
    assert not ada.letter.signatures.listed().exists()


def test_who_never_confirmed_is_told_nothing_else(letter):
    signing.sign(letter, address="ada@example.com", typed=LINE)
    ada = Signature.objects.get()
    assert again(forget_rejected) == 1
    assert (stands(ada)[0], ada.events.last().reason) == ("expired", "unconfirmed")


def test_who_withdrew_has_left_for_good(confirmed, listed):
    ada = listed(confirmed())
    assert again(lambda: privacy.withdraw(ada)) == 1
    assert stands(ada) == ("withdrawn", "")
    assert sign_again(ada) == "gone"


def test_who_had_been_forgotten_signed_again_and_withdrew_has_left_for_good(confirmed, vetter, deliver):
    ada = confirmed()
    vetting.decline(ada, vetter=vetter, reason="not_eligible")
    forget_rejected()

    def come_back_and_leave() -> None:
        owed = signing.sign(ada.letter, address="ada@example.com", typed=LINE)
        deliver()
        privacy.withdraw(signing.confirm(owed.pk, tokens.code(owed.pk), in_tab=True).signature)

    assert again(come_back_and_leave) == 1
    assert stands(ada) == ("withdrawn", "")


def test_who_did_not_want_to_be_named_is_not_named(confirmed, listed):
    ada = listed(confirmed())
    assert again(lambda: privacy.be_named(ada, publish=False)) == 1
    assert not ada.letter.signatures.listed().exists()
    assert ada.letter.signatures.unnamed().count() == 1
    assert Consent.objects.filter(purpose="publish").last().given is False


def test_who_wanted_to_be_named_after_all_is_named(confirmed, listed):
    ada = listed(confirmed())

    def change_my_mind_twice() -> None:
        privacy.be_named(ada, publish=False)
        privacy.be_named(ada, publish=True)

    assert again(change_my_mind_twice) == 0
    assert ada.letter.signatures.listed().exists()


def test_news_and_contact_that_were_taken_back_are_with_where_that_was_said(confirmed):
    ada = confirmed(updates=True, contact=True)

    def take_back() -> None:
        announce.unsubscribe(ada)
        privacy.agree(ada, purpose="contact", given=False)

    assert again(take_back) == 2
    ada.refresh_from_db()
    assert (ada.updates, ada.contact) == (False, False)
    taken = Consent.objects.filter(given=False).values_list("purpose", "door")
    assert set(taken) == {("updates", "mail"), ("contact", "own_page")}


def test_a_name_whose_owner_said_not_me_is_off_the_letter(confirmed, listed):
    ada = listed(confirmed())
    assert again(lambda: privacy.disown(ada)) == 1
    assert stands(ada)[0] == "hidden"
    assert Case.objects.get(closed_at=None).kind == "not_me"


def test_a_name_that_the_team_put_back_since_stays(confirmed, listed, vetter):
    ada = listed(confirmed())

    def disown_and_find_out() -> None:
        privacy.disown(ada)
        vetting.back(Signature.objects.get(pk=ada.pk), vetter=vetter, reason="new_information")

    assert again(disown_and_find_out) == 0
    assert stands(ada)[0] == "listed"


def test_links_that_the_team_took_back_open_nothing(draft, organiser):
    lifecycle.found(draft, actor=organiser)
    week = timezone.now() + timedelta(days=7)
    press = [embargo.make(draft, reader=name, expires_at=week, by=organiser) for name in ("Herald", "Gazette")]
    (guest,) = invitations.invite(draft, rows=[GUEST], by=organiser)

    def revoke() -> None:
        embargo.revoke(press[0])
        invitations.revoke(guest)

    assert again(revoke) == 2
    assert [link.is_over for link in EmbargoLink.objects.order_by("made_at")] == [True, False]
    assert Invitation.objects.get().revoked_at is not None


def test_an_addressees_link_that_was_taken_back_opens_nothing(frozen, organiser):
    link = received.make_link(frozen, addressee="The Minister", days=30, actor=organiser)
    assert again(lambda: received.revoke(link)) == 1
    assert not AddresseeLink.objects.get().is_open


def test_an_invitation_that_was_used_meanwhile_stays_used(letter, organiser):
    (guest,) = invitations.invite(letter, rows=[GUEST], by=organiser)
    mail = guest.mails.get()
    invitations.accept(mail.pk, code=tokens.code(mail.pk), typed=LINE)
    assert backups.forget_again([json.dumps({"revoked": str(guest.pk), "link": "invitation"})]) == 0
    assert Invitation.objects.get().revoked_at is None


@pytest.mark.parametrize(
    ("line", "why"),
    [('{"revoked": "x", "link": "press"}', "badly formed"), ('{"revoked": "1", "link": "door"}', "no link")],
)
def test_a_line_about_no_link_is_refused(db, line, why):
    with pytest.raises(ValueError, match=why):
        backups.forget_again([line])


@pytest.mark.parametrize(("erased", "name"), [(False, "Gus Guest"), (True, "")])
def test_an_invitation_that_was_declined_is_closed_and_its_address_gone(letter, organiser, confirmed, erased, name):
    (guest,) = invitations.invite(letter, rows=[GUEST], by=organiser)
    signature = confirmed("guest@example.com")
    assert again(lambda: privacy.erase(signature) if erased else invitations.decline(guest)) == 1 + erased
    kept = Invitation.objects.get()
    assert (kept.address, kept.name) == ("", name)
    assert "declined" in kept.problem
    assert not Mail.objects.filter(invitation=kept, state="owed").exists()


def test_an_invitation_that_was_declined_before_the_backup_and_erased_after_it_names_nobody(
    letter, organiser, confirmed
):
    (guest,) = invitations.invite(letter, rows=[GUEST], by=organiser)
    signature = confirmed("guest@example.com")
    invitations.decline(guest)
    with transaction.atomic():
        privacy.erase(signature)
        lines = list(backups.forgotten(timezone.now() - timedelta(days=40)))
        transaction.set_rollback(True)
    assert backups.forget_again(lines) == 2
    assert Invitation.objects.get().name == ""
    assert backups.forget_again(lines) == 0


def test_the_list_names_nobody_and_doing_it_twice_is_doing_it_once(confirmed, listed, letter, organiser):
    people = [listed(confirmed(f"p{n}@example.com", name=f"Person {n}")) for n in range(3)]
    (guest,) = invitations.invite(letter, rows=[GUEST], by=organiser)
    since = timezone.now()
    privacy.withdraw(people[0])
    privacy.be_named(people[1], publish=False)
    privacy.disown(people[2])
    invitations.decline(guest)
    lines = list(backups.forgotten(since))
    assert not [one for one in ("Person", "@", "Guest") if one in "".join(lines)]
    assert backups.forget_again(lines) == 0


def test_what_the_team_decided_about_a_not_me_before_the_backup_stays(confirmed, vetter):
    ada = confirmed()
    since = timezone.now() - timedelta(minutes=1)
    privacy.disown(ada)
    ada.refresh_from_db()
    vetting.decline(ada, vetter=vetter, reason="impostor")
    assert backups.forget_again(list(backups.forgotten(since))) == 0
    assert stands(ada)[0] == "declined"


def test_who_declined_before_the_backup_and_was_erased_long_after_is_nameless(letter, organiser):
    (guest,) = invitations.invite(letter, rows=[GUEST], by=organiser)
    invitations.decline(guest)
    Invitation.objects.update(declined_at=timezone.now() - timedelta(days=3))
    signing.sign(letter, address="guest@example.com", typed=LINE)
    assert again(lambda: privacy.erase(Signature.objects.get())) == 2
    assert Invitation.objects.get().name == ""
