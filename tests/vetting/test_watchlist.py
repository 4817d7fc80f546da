"""The team writes down the names that impostors use."""

import pytest

from petition.models import Letter, Membership, Role
from signatories import collecting, names, vetting, watch
from signatories.models import Alarm, Signature, WatchName
from tests.conftest import known_organisation

PAGE = "/desk/keep-the-lights-on/watchlist/"


@pytest.fixture(autouse=True)
def _employers(db: None) -> None:
    """The organisations on the lines are known, so that they are no reason for doubt here."""
    for name in ("Lantern Works", "University of Examples"):
        known_organisation(name)


@pytest.fixture
def desk(vetter, at_desk):
    return at_desk(vetter)


def test_a_vetter_adds_names_and_sees_at_once_who_signed_in_them(confirmed, desk, vetter):
    signature = confirmed(name="LeCunova Ada")
    answer = desk.post(PAGE, {"names": "Ada Le Cunova\n\nZoë Ashgrove\n"}, follow=True)
    shown = answer.content.decode()
    assert "2 more names are watched. 1 signature looks like one of them." in shown
    assert f"/desk/keep-the-lights-on/vetting/{signature.pk}/" in shown
    signature.refresh_from_db()
    assert (signature.status, signature.risk) == ("held", 100)
    assert {(one.name, one.added_by) for one in WatchName.objects.all()} == {
        ("Ada Le Cunova", vetter),
        ("Zoë Ashgrove", vetter),
    }


def test_adding_a_name_has_everybody_looked_at_again(confirmed, letter, organiser, monkeypatch):
    monkeypatch.setattr(watch, "AT_ONCE", 0)
    first, pending = confirmed(name="Ada Lecunova"), confirmed("zoe@example.com", name="Zoë")
    Signature.objects.update(collect_after=None)
    watch.add(letter, watched=["Ada Lecunova"], by=organiser)
    assert watch.still_to_compare(letter) == 2
    collecting.run()
    first.refresh_from_db()
    assert (first.status, watch.still_to_compare(letter)) == ("held", 0)
    pending.refresh_from_db()
    assert pending.status == "confirmed"


def test_a_name_on_the_list_already_is_not_added_twice(desk, letter):
    for _ in range(2):
        answer = desk.post(PAGE, {"names": "Ada Lecunova\nAda Lecunova"}, follow=True)
    assert "These names are watched already." in answer.content.decode()
    assert WatchName.objects.count() == 1


def test_a_name_is_removed_with_a_reason_and_stays_in_the_history(desk, letter, organiser, vetter):
    (one,) = watch.add(letter, watched=["Ada Lecunova"], by=organiser).names
    refused = desk.post(f"{PAGE}{one.pk}/remove/", {"why": ""})
    assert refused.status_code == 422
    assert "Please choose why." in refused.content.decode()
    shown = desk.post(f"{PAGE}{one.pk}/remove/", {"why": "mistake"}, follow=True).content.decode()
    assert "Ada Lecunova is watched no more." in shown
    assert "entered by mistake (Vera)" in shown
    one.refresh_from_db()
    assert (one.removed_by, one.why) == (vetter, "mistake")
    assert watch.add(letter, watched=["Ada Lecunova"], by=organiser).names


def test_who_was_held_by_a_removed_name_stays_held_until_two_people_have_looked(confirmed, letter, organiser):
    signature = confirmed(name="Ada Lecunova")
    (one,) = watch.add(letter, watched=["Ada Lecunova"], by=organiser).names
    watch.remove(one, why="mistake", by=organiser)
    collecting.run()
    signature.refresh_from_db()
    assert (signature.status, signature.risk) == ("held", 100)


@pytest.mark.parametrize("verb", ["decline", "hide"])
def test_whoever_was_an_impostor_once_is_remembered_by_name_and_mailbox(confirmed, listed, letter, vetter, desk, verb):
    signature = confirmed(name="Ada Lecunova")
    if verb == "hide":
        listed(signature)
    getattr(vetting, verb)(signature, vetter=vetter, reason="impostor")
    remembered = WatchName.objects.get()
    assert (remembered.source, remembered.name, remembered.address_hash) == (
        "impostor",
        "Ada Lecunova",
        signature.address_hash,
    )
    assert "Ada Lecunova" in desk.get(PAGE).content.decode()
    assert confirmed("other@example.com", name="Lecunova Ada").status == "held"


def test_another_reason_to_decline_remembers_nobody(confirmed, vetter):
    vetting.decline(confirmed(), vetter=vetter, reason="not_eligible")
    assert not WatchName.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Please write at least one name."),
        ("Ada Lecunova\n()", "“()” has no letters that could be compared."),
        ("x" * 121, "is longer than 120 letters."),
        ("\n".join(f"Name {n}" for n in range(41)), "At most 40 lines"),
        ("Ada\u202eLecunova", "reading direction"),
        ("Ada\x00Lecunova", "U+0000"),
    ],
)
def test_what_cannot_be_watched_is_explained_and_kept(desk, letter, typed, said):
    answer = desk.post(PAGE, {"names": typed})
    assert answer.status_code == 422
    assert said.lower() in answer.content.decode().lower()
    assert not WatchName.objects.exists()


def test_a_watchlist_has_an_end(desk, letter, organiser, monkeypatch):
    monkeypatch.setattr(watch, "MOST", 2)
    assert desk.post(PAGE, {"names": "Ada One\nBea Two\nCleo Three"}).status_code == 422


@pytest.mark.parametrize("role", list(Role))
def test_only_who_decides_sees_the_watchlist(letter, stranger, at_desk, role):
    Membership.objects.create(letter=letter, user=stranger, role=role)
    allowed = role in {Role.OWNER, Role.VETTER}
    assert at_desk(stranger).get(PAGE).status_code == (200 if allowed else 404)
    assert at_desk(stranger).post(f"{PAGE}1/remove/", {"why": "mistake"}).status_code == 404


def test_a_name_of_another_letter_is_nobodys_business_here(desk, letter, organiser):
    other = Letter.objects.create(
        slug="other", title="Other", ask="?", disclaimer="-", organiser="-", contact="a@example.org"
    )
    theirs = WatchName.objects.create(letter=other, name="Ada", keys=sorted(names.watch_keys("Ada")))
    assert desk.post(f"{PAGE}{theirs.pk}/remove/", {"why": "mistake"}).status_code == 404


def test_an_alarm_stands_on_the_desk_until_somebody_puts_it_aside(desk, letter, vetter):
    now = letter.opened_at
    alarm = Alarm.objects.create(letter=letter, kind="network", key="192.0.2.0/24", count=41, since=now, until=now)
    for path in ("", "vetting/"):
        shown = desk.get(f"/desk/{letter.slug}/{path}").content.decode()
        assert "41 signatures from one network in ten minutes" in shown
        assert "vetting/?network=192.0.2.0%2F24" in shown
    desk.post(f"/desk/{letter.slug}/alarms/{alarm.pk}/seen/")
    assert "41 signatures" not in desk.get(f"/desk/{letter.slug}/").content.decode()
    assert Alarm.objects.get().seen_by == vetter
