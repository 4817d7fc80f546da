"""What makes a second look necessary, and what does not."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from petition import identifiers
from petition.models import Letter
from signatories import flags, origins, privacy, retention, signing, tokens, watch
from signatories.flags import bursts, company
from signatories.models import Alarm, Flag, Mail, Organisation, OrganisationDomain, Origin, Signature
from signatories.reasons import FlagKind
from tests import naming
from tests.conftest import LINE, known_organisation, owed_kinds

HERE = origins.From("192.0.2.7", "192.0.2.0/24", "d" * 32)


@pytest.fixture(autouse=True)
def _employers(db: None) -> None:
    """The organisations on the lines are known, so that they are no reason for doubt here."""
    for name in ("Lantern Works", "University of Examples"):
        known_organisation(name)


@pytest.fixture
def from_(letter: Letter):
    """Somebody who signed from somewhere, and typed the code a minute after it came."""

    def make(email: str, *, device: str = "", network: str = HERE.network, **fields: Any) -> Signature:
        origin = origins.From("192.0.2.7", network, device or email[:32])
        owed = signing.sign(letter, address=email, typed={**LINE, "organisation": "", **fields}, origin=origin)
        sent = timezone.now() - timedelta(minutes=1)
        Mail.objects.filter(pk=owed.pk).update(state="sent", times_sent=1, sent_at=sent)
        return signing.confirm(owed.pk, tokens.code(owed.pk), in_tab=True).signature

    return make


@pytest.fixture
def campus(db: None) -> str:
    """A host that is known as an organisation's."""
    university = Organisation.objects.create(name="University of Examples", source="ror")
    OrganisationDomain.objects.create(organisation=university, host="uni.example.org", source="ror")
    return "uni.example.org"


def renew() -> list[Alarm]:
    """Count where everybody comes from."""
    return bursts.renew(flags.Around(Signature.objects.all()))


def open_kinds(signature: Signature) -> set[str]:
    return set(signature.flags.filter(released_at=None).values_list("kind", flat=True))


def test_an_honest_signature_has_no_flag(from_):
    assert flags.look(from_("ada@example.com")) == {}


def test_a_watched_name_is_held_in_the_moment_it_is_confirmed_and_its_signer_is_not_told_why(
    confirmed, letter, organiser
):
    watch.add(letter, watched=["Ada Lecunova"], by=organiser)
    signature = confirmed(name="Lе Cunova, Ada")
    assert (signature.status, signature.risk) == ("held", 140)
    assert open_kinds(signature) == {"watch_name", "mixed_scripts"}
    assert [(event.now, event.reason) for event in signature.events.all()] == [
        ("confirmed", "confirmed"),
        ("held", "flagged"),
    ]
    assert owed_kinds(signature) == ["confirm", "receipt"]
    assert signature.flags.get(kind="watch_name").details["names"] == ["Ada Lecunova"]


def test_two_scripts_in_two_parts_are_no_flag(confirmed):
    assert not open_kinds(confirmed(name="李雷 (Li Lei)"))


def test_an_impostors_mailbox_is_held_whatever_name_it_signs_in(confirmed, letter, organiser):
    watch.remember(Signature(letter=letter, name="", address_hash=confirmed().address_hash), by=organiser)
    signature = letter.signatures.get()
    flags.raise_(signature, flags.look(signature))
    assert (signature.status, open_kinds(signature)) == ("held", {"impostor"})


def test_a_flag_is_raised_once_and_a_released_one_stays_released_until_there_is_more_to_see(confirmed, vetter):
    signature, seen = confirmed(), {FlagKind.WATCH_NAME: {"names": ["Ada"], "watch": [1]}}
    assert flags.raise_(signature, seen) == {FlagKind.WATCH_NAME}
    assert flags.raise_(signature, seen) == set()
    flags.release(signature, [FlagKind.WATCH_NAME], by=vetter)
    assert (signature.status, signature.risk) == ("confirmed", 0)
    assert flags.raise_(signature, seen) == flags.raise_(signature, {FlagKind.WATCH_NAME: {"watch": [1]}}) == set()
    assert flags.raise_(signature, {FlagKind.WATCH_NAME: {"names": ["Ada", "Adah"], "watch": [1, 2]}})
    assert (signature.status, signature.risk, Flag.objects.count()) == ("held", 100, 1)


def test_releasing_some_flags_leaves_the_others_and_what_a_vetter_holds_stays_held(confirmed, vetter):
    signature = confirmed()
    flags.raise_(signature, {FlagKind.WATCH_NAME: {}, FlagKind.LOOKALIKE: {}, FlagKind.BURST: {}})
    flags.release(signature, ["watch_name"], by=vetter)
    assert (signature.status, signature.risk) == ("held", 120)
    flags.release(signature, ["lookalike"], by=vetter)
    assert (signature.status, signature.risk) == ("confirmed", 40)
    assert signature.events.last().actor == vetter


@pytest.mark.parametrize("kind", [kind for kind in FlagKind if kind not in flags.HOLDING])
def test_softer_flags_leave_a_signature_among_those_that_wait(confirmed, kind):
    signature = confirmed()
    flags.raise_(signature, {kind: {}})
    assert signature.status == "confirmed"
    assert signature.risk > 0


def test_a_reason_that_passed_takes_its_flag_along_but_a_watched_name_stays_until_somebody_looked(confirmed):
    signature = confirmed()
    flags.raise_(signature, {FlagKind.FREE_MAIL: {}, FlagKind.WATCH_NAME: {}})
    flags.raise_(signature, {}, whole=True)
    assert (open_kinds(signature), signature.risk) == ({"watch_name"}, 100)


def test_a_flag_that_comes_later_takes_nobody_off_the_letter(confirmed, listed):
    signature = listed(confirmed())
    flags.raise_(signature, {FlagKind.WATCH_NAME: {}})
    assert (signature.status, signature.risk) == ("listed", 100)


def test_three_names_from_one_device_are_flagged_and_two_are_not(from_):
    first, second = (from_(f"{n}@example.com", device="same", name=n) for n in ("Ada One", "Bea Two"))
    assert FlagKind.DEVICE not in flags.look(second)
    again = from_("ada.one@example.net", device="same", name="ADA ONE")
    assert FlagKind.DEVICE not in flags.look(again)
    third = from_("cleo@example.com", device="same", name="Cleo Three")
    found = flags.look(third)[FlagKind.DEVICE]
    assert set(found["others"]) == {str(first.pk), str(second.pk)}


def test_two_others_are_found_behind_one_who_signed_many_times(from_, monkeypatch):
    monkeypatch.setattr(company, "MOST_SHOWN", 2)
    ada = [from_(f"ada{n}@example.com", device="same", name="Ada One") for n in range(6)]
    last = [from_(f"{n}@example.com", device="same", name=n) for n in ("Bea Two", "Cleo Three")]
    assert flags.look(ada[0])[FlagKind.DEVICE] == {"others": [str(one.pk) for one in last]}


def test_a_code_that_is_typed_within_three_seconds_is_flagged(from_):
    signature = from_("ada@example.com")
    for seconds, expected in ((1, True), (2.9, True), (3, False), (-5, False)):
        Mail.objects.filter(kind="confirm").update(sent_at=signature.confirmed_at - timedelta(seconds=seconds))
        assert (FlagKind.SECONDS in flags.look(signature)) is expected


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("Ada M. Example", {"organisation": "lantern works"}, True),
        ("Adda Example", {"organisation": "Lantern Works"}, True),
        ("Example, Ada", {"organisation": "Lantern Works"}, True),
        ("Bea Example", {"organisation": "Lantern Works"}, False),
        ("Ada Example", {"organisation": "Other House"}, False),
        ("Ada Example", {"organisation": ""}, False),
    ],
)
def test_nearly_the_same_name_in_the_same_organisation_may_be_the_same_person(from_, name, fields, expected):
    first = from_("ada@gmail.com", name="Ada Example", organisation="Lantern Works")
    second = from_("a.example@gmx.de", name=name, **fields)
    assert (FlagKind.DUPLICATE in flags.look(second)) is expected
    assert FlagKind.DUPLICATE not in flags.look(first)


def test_the_same_name_from_the_same_work_host_may_be_the_same_person(from_):
    first, second = from_("ada@work.example.com"), from_("ada.example@work.example.com")
    assert flags.look(second)[FlagKind.DUPLICATE] == {"others": [str(first.pk)]}


def test_a_campus_full_of_people_behind_one_address_is_no_burst(from_, campus):
    for n, name in enumerate(naming.combined("campus", 60)):
        from_(f"p{n}@{campus}", device="same browser", name=name, organisation="University of Examples")
    assert renew() == []
    flagged = [found for signature in Signature.objects.all() if (found := flags.look(signature))]
    assert flagged == []


def test_many_from_one_network_are_an_alarm_and_marked_but_nobody_is_held(from_, letter):
    people = [from_(f"p{n}@gmail.com", name=f"Person N{n:03}") for n in range(bursts.NETWORK_BURST - 1)]
    assert renew() == []
    Signature.objects.update(collect_after=None)
    people.append(from_("last@gmail.com"))
    (alarm,) = renew()
    assert (alarm.kind, alarm.key, alarm.count) == ("network", "192.0.2.0/24", bursts.NETWORK_BURST)
    assert letter.signatures.filter(collect_after__isnull=False).count() == bursts.NETWORK_BURST
    assert renew() == []
    for signature in (people[0], people[-1]):
        flags.raise_(signature, flags.look(signature))
        assert (signature.status, open_kinds(signature)) == ("confirmed", {"burst"})
    assert FlagKind.BURST not in flags.look(from_("far@gmail.com", network="198.51.100.0/24"))


def test_many_from_one_unknown_host_are_an_alarm_but_not_from_a_provider_of_private_mailboxes(from_):
    for n in range(bursts.HOST_BURST):
        from_(f"p{n}@bought.example.net", network=f"10.0.{n}.0/24", name=f"Person N{n:03}")
        from_(f"p{n}@gmail.com", network=f"10.1.{n}.0/24", name=f"Person M{n:03}")
    (alarm,) = renew()
    assert (alarm.kind, alarm.key) == ("host", "bought.example.net")


def test_an_alarm_that_was_put_aside_comes_back_with_the_next_burst_only(from_, vetter, time_machine):
    time_machine.move_to("2026-11-02 10:00Z", tick=False)
    for n in range(bursts.HOST_BURST):
        from_(f"p{n}@bought.example.net", network=f"10.0.{n}.0/24")
    (alarm,) = renew()
    bursts.put_aside(alarm, by=vetter)
    from_("more@bought.example.net", network="10.9.9.0/24")
    assert renew() == []
    assert Alarm.objects.get(seen_by=vetter).count == bursts.HOST_BURST + 1
    time_machine.move_to("2026-11-02 12:00Z", tick=False)
    for n in range(bursts.HOST_BURST):
        from_(f"q{n}@bought.example.net", network=f"10.0.{n}.0/24")
    assert [one.seen_at for one in renew()] == [None]


def test_where_a_signature_came_from_is_kept_once_and_for_30_days(post_sign, letter, time_machine, monkeypatch):
    time_machine.move_to("2026-11-02 10:00Z")
    monkeypatch.setattr(identifiers, "_last", 0)  # of a later day, perhaps
    post_sign()
    post_sign(role="Other")
    assert Origin.objects.get().network == "127.0.0.0/24"
    time_machine.move_to("2026-12-01 10:00Z")
    retention.run(only={"networks", "alarms"}, even_if_done=True)
    assert Origin.objects.count() == 1
    time_machine.move_to("2026-12-02 10:01Z")
    retention.run(only={"networks", "alarms"}, even_if_done=True)
    assert not Origin.objects.exists()


def test_who_withdraws_leaves_no_flag_and_no_origin_behind(from_):
    signature = from_("ada@example.com")
    flags.raise_(signature, {FlagKind.BURST: {}})
    privacy.withdraw(signature)
    signature.refresh_from_db()
    assert (Flag.objects.count(), Origin.objects.count(), signature.risk) == (0, 0, 0)


def test_a_device_that_signs_another_letter_hundreds_of_times_hides_nobody_on_this_one(letter, from_, organiser):
    other = Letter.objects.get(pk=letter.pk)
    other.pk, other.slug = None, "another"
    other.save(force_insert=True)
    at = timezone.now() - timedelta(minutes=30)
    numbers = range(company.MOST_OTHERS)
    rows = [Signature(letter=other, version=letter.version, address_hash=str(n), name=f"N {n}") for n in numbers]
    Signature.objects.bulk_create(rows)
    Origin.objects.bulk_create(Origin(signature=one, network=HERE.network, device="crowd", at=at) for one in rows)
    names = ["Ada Example", "Bob Builder", "Carl Carver"]
    *_others, last = [from_(f"n{n}@example.com", name=name, device="crowd") for n, name in enumerate(names)]
    assert len(flags.look(last)[FlagKind.DEVICE]["others"]) == 2
