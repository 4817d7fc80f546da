"""The history of a letter adds up to its list, whatever happened."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies

from petition import tally
from petition.models import Letter
from petition.moves import NotAllowed, move, note
from signatories import privacy, record
from signatories.models import Signature, SignatureEvent

# Moves that the table allows and that read alike whatever the desk's own rules are.
STEPS = strategies.lists(
    strategies.tuples(strategies.integers(0, 3), strategies.sampled_from(sorted(Signature.MOVES))), max_size=30
)


def told(letter: Letter) -> list[str]:
    return [change.kind for change in record.changes(letter).changes]


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_the_history_adds_up_to_the_list(letter, steps):
    with transaction.atomic():
        people = [
            Signature.objects.create(
                letter=letter, version=letter.version, address_hash=str(n), name="Ada", publish=bool(n), level=1,
                status="confirmed", confirmed_at=letter.opened_at,
            )
            for n in range(4)
        ]  # fmt: skip
        before = 0
        for person, to in steps:
            try:
                if to == "withdrawn":
                    privacy.withdraw(people[person])
                else:
                    move(people[person], to, reason="listed_by_mistake")
            except NotAllowed:
                continue
            people[person].refresh_from_db()
            counted = letter.signatures.listed().count()
            assert record.drift(letter) == (counted, counted)
            if counted < before:
                assert told(letter)[0] in {"withdrawn", "removed"}
            before = counted
        lines = told(letter)
        assert lines.count("listed") - lines.count("withdrawn") - lines.count("removed") == before
        transaction.set_rollback(True)


def test_the_doctor_finds_a_list_that_its_history_does_not_explain(letter, confirmed, listed, capsys, settings):
    listed(confirmed())
    Signature.objects.update(publish=False)
    tally.take(letter)
    settings.DEBUG = False
    with pytest.raises(SystemExit):
        call_command("doctor")
    assert "lists 0 names, but its history adds up to 1" in capsys.readouterr().out


def test_counts_by_the_hour_name_nobody_and_no_unnamed_person(client, letter, confirmed, listed, time_machine):
    letter.opened_at = datetime(2020, 1, 1, tzinfo=UTC)
    letter.save()
    for hour in (1, 2):
        time_machine.move_to(f"2020-01-01T0{hour}:30:00Z", tick=False)
        listed(confirmed(f"{hour}@example.com", publish=hour == 1))
        tally.take(letter)
    lines = b"".join(client.get("/letters/keep-the-lights-on/counts.csv")).decode().splitlines()
    assert lines[0] == "hour,as_of,listed,experts,confirmed"
    assert lines[1:] == [
        "2020-01-01T01:00:00Z,2020-01-01T01:30:00Z,1,1,0",
        "2020-01-01T02:00:00Z,2020-01-01T02:30:00Z,1,1,0",
    ]


def test_an_event_remembers_that_a_person_was_named_also_after_they_withdrew(letter, confirmed, listed):
    one = listed(confirmed())
    privacy.withdraw(one)
    assert SignatureEvent.objects.get(now="withdrawn", letter=letter).stood
    assert record.drift(letter) == (0, 0)


def test_somebody_who_does_not_want_to_be_named_any_more_is_a_removal(letter, confirmed, listed):
    one = listed(confirmed())
    note(one, reason="founder", publish=False)
    assert (record.changes(letter).changes[0].text, record.drift(letter)) == (
        "A signatory was taken off the list: the signer does not want to be named any more.",
        (0, 0),
    )
    note(one, reason="founder", publish=True)
    assert (told(letter)[0], record.drift(letter)) == ("listed", (1, 1))


def test_a_line_that_was_typed_anew_does_not_change_what_readers_saw(letter, confirmed, listed):
    one = listed(confirmed())
    one.publish = False  # as it was typed, before it is saved
    move(one, "hidden", reason="line_changed")
    assert (told(letter)[0], record.drift(letter)) == ("removed", (0, 0))
