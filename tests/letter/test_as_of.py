"""Somebody looks up the list as it stood when it was cited."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies

from petition import tally
from petition.moves import NotAllowed, move
from signatories import privacy, record, roll, vetting
from signatories.models import Signature

LIST = "/letters/keep-the-lights-on/signatories/"


@pytest.fixture
def at_hours(letter, confirmed, listed, time_machine):
    """List one person an hour, from one o'clock on the first day of 2020, and look back on the next day."""
    letter.opened_at = datetime(2020, 1, 1, tzinfo=UTC)
    letter.save()

    def play(*names: str) -> dict[str, Signature]:
        people = {}
        for hour, name in enumerate(names, start=1):
            time_machine.move_to(f"2020-01-01T{hour:02d}:00Z", tick=False)
            people[name] = listed(confirmed(f"{hour}@example.com", name=name))
            tally.take(letter)
        time_machine.move_to("2020-01-02T00:00Z", tick=False)
        return people

    return play


def page(client, as_of: str, **asked: str) -> str:
    answer = client.get(LIST, {"as_of": as_of, **asked})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_list_shows_who_was_on_it_then_with_the_count_of_then(client, at_hours):
    at_hours("First Fay", "Second Sam", "Third Thea")
    shown = page(client, "2020-01-01T02:30Z")
    assert "<strong>2</strong> <span>names on the letter as of" in shown
    assert "All of them are still on it." in shown
    assert ("First Fay" in shown, "Second Sam" in shown, "Third Thea" in shown) == (True, True, False)


def test_whoever_left_since_is_counted_and_not_shown(client, at_hours, vetter):
    people = at_hours("First Fay", "Second Sam", "Third Thea")
    privacy.withdraw(people["First Fay"])
    vetting.hide(people["Second Sam"], vetter=vetter, reason="impostor")
    shown = page(client, "2020-01-01T03:00Z")
    assert "<strong>3</strong>" in shown
    assert "2 of them have left since and are not shown." in shown
    assert ("First Fay" in shown, "Second Sam" in shown, "Third Thea" in shown) == (False, False, True)


def test_somebody_who_was_off_the_list_then_is_not_shown(client, at_hours, listed_again, vetter, time_machine):
    one = at_hours("First Fay")["First Fay"]
    time_machine.move_to("2020-01-02T01:00Z", tick=False)
    vetting.hide(one, vetter=vetter, reason="listed_by_mistake")
    time_machine.move_to("2020-01-02T03:00Z", tick=False)
    vetting.back(one, vetter=vetter, reason="decided_by_mistake")
    listed_again(one)
    assert "First Fay" in page(client, "2020-01-01T12:00Z")
    assert "No name that was on it then is on it today." in page(client, "2020-01-02T02:00Z")
    assert "First Fay" in page(client, "2020-01-02T03:00Z")


def test_people_who_are_not_named_are_neither_shown_nor_counted(letter, confirmed, listed):
    shy = listed(confirmed(name="Shy Shirin", publish=False))
    moment = timezone.now()
    privacy.withdraw(shy)
    assert record.at(letter, moment) == record.Then(moment, 0, 0, few=False)


@pytest.mark.parametrize(
    "typed",
    [
        "2020-01-01T01:30Z",
        "2020-01-01 01:30",
        "2020-01-01T02:30+01:00",
        "2020-01-01T02:30 01:00",
        "2020-01-01T01:30:59.9z",
    ],
)
def test_a_time_may_be_written_in_several_ways(client, at_hours, typed):
    at_hours("First Fay", "Second Sam")
    assert "<strong>1</strong>" in page(client, typed)


@pytest.mark.parametrize(
    "typed",
    [
        *("yesterday", "2026", "2026-06-16", "18:00", "2026-13-45T99:99Z", "0001-01-01T00:00+14:00", "1e9", "-1"),
        *("9999-12-31T23:59:59-23:59", "2026-06-16T18:00Zx", "x" * 9000, "２０２６-06-16T18:00Z", "<script>", "\ud800"),
        *("2026-06-16T18:00+99:99", "2026-W25-2T18:00", "2026-06-16T24:00Z", "; drop table"),
    ],
)
def test_what_is_no_time_gets_a_clear_message_and_nothing_else(client, at_hours, typed):
    at_hours("First Fay")
    answer = client.get(LIST, {"as_of": typed.encode("utf-8", "surrogatepass")})
    assert answer.status_code == 400
    shown = answer.content.decode()
    assert "This is not a time." in shown or "This time has not come yet." in shown or "was not public then" in shown
    assert "First Fay" not in shown
    assert "<script>" not in shown


def test_a_time_before_publication_says_when_that_was(client, at_hours, letter):
    at_hours("First Fay")
    answer = client.get(LIST, {"as_of": "2019-12-31T23:59Z"})
    assert answer.status_code == 400
    assert f"it was published {letter.opened_at.day} {letter.opened_at:%B %Y}" in answer.content.decode()


def test_a_time_to_come_is_refused(client, letter):
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    answer = client.get(LIST, {"as_of": tomorrow})
    assert answer.status_code == 400
    assert "This time has not come yet." in answer.content.decode()


def test_search_and_filters_work_on_the_list_of_then(client, at_hours):
    at_hours("First Fay", "Second Sam", "Third Thea")
    shown = page(client, "2020-01-01T02:00Z", search="s")
    assert ("First Fay" in shown, "Second Sam" in shown, "Third Thea" in shown) == (False, True, False)
    assert "First Fay" in page(client, "2020-01-01T02:00Z", search="irst")
    assert "Nobody on the list matches." in page(client, "2020-01-01T02:00Z", country="FR")


@pytest.mark.parametrize("few", [True, False])
def test_pages_of_the_list_of_then_follow_each_other(letter, at_hours, few):
    one = at_hours("Zoe Last")["Zoe Last"]
    fields = {"letter": letter, "version": letter.version, "status": "listed", "level": 2}
    people = [Signature(address_hash=str(n), confirmed_at=timezone.now(), **fields) for n in range(roll.PAGE + 30)]
    for n, fresh in enumerate(people):
        fresh.write_line({**one.typed, "name": f"Name {n:03d}"})
    Signature.objects.bulk_create(people)
    for n, fresh in enumerate(people):
        at = datetime(2020, 1, 1, 12 if n % 9 else 18, tzinfo=UTC)
        fresh.events.create(was="confirmed", now="listed", at=at)
    then = record.Then(datetime(2020, 1, 1, 13, tzinfo=UTC), 0, 0, few=few)
    names, after = [], ""
    while True:
        found = roll.page(letter, then=then, after=after)
        names += [signature.name for signature in found.signatures]
        after = found.after
        if not after:
            break
    assert names == [*(fresh.name for n, fresh in enumerate(people) if n % 9), "Zoe Last"]


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=strategies.lists(
        strategies.tuples(strategies.integers(0, 3), strategies.sampled_from(sorted(Signature.MOVES))), max_size=25
    ),
    counted=strategies.integers(0, 8),
)
def test_any_moment_of_any_history_can_be_looked_up(letter, steps, counted):
    with transaction.atomic():
        vars(letter).pop("latest_tally", None)
        people = [
            Signature.objects.create(
                letter=letter, version=letter.version, address_hash=str(n), name="Ada", publish=bool(n), level=1,
                status="confirmed", confirmed_at=letter.opened_at,
            )
            for n in range(4)
        ]  # fmt: skip
        stood = []
        for person, to in steps:
            try:
                move(people[person], to)
            except NotAllowed:
                continue
            stood.append((timezone.now(), set(letter.signatures.listed().values_list("pk", flat=True))))
            if len(stood) == counted:
                tally.take(letter)
        today = set(letter.signatures.listed().values_list("pk", flat=True))
        for moment, then in stood:
            numbers = record.at(letter, moment)
            assert (numbers.listed, numbers.left) == (len(then), len(then - today))
            for few in (True, False):
                rows = record.still_listed(letter.signatures.listed(), letter, record.Then(moment, 0, 0, few))
                assert {one.pk for one in rows} == then & today
        transaction.set_rollback(True)


def test_what_the_press_page_cites_is_what_the_list_of_then_says(client, letter, confirmed, listed):
    listed(confirmed())
    taken = tally.take(letter)
    assert record.at(letter, taken.as_of).listed == taken.figures["listed"]
