"""A letter filled with invented people is like one that filled with real ones."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from petition import tally
from petition.models import Letter, Tally
from signatories import addresses, exporting, health, levels, record, seeding
from signatories.models import Signature, SignatureEvent
from signatories.retention import due


@pytest.fixture
def full(letter: Letter) -> Letter:
    # Most who never confirmed are forgotten and most questions have lapsed: only what is of these weeks still stands,
    # and some must be.
    seeding.seed(letter, number=600, mix=dict.fromkeys(seeding.MIX, 1.0) | {"pending": 8.0, "asked": 8.0})
    return letter


def test_a_developer_fills_a_letter_of_that_name(db, settings, capsys):
    settings.TRYING_OUT = True
    call_command("seed", "big", signatures=50)
    assert "big: 50 signatures" in capsys.readouterr().out
    assert Letter.objects.get(slug="big").signatures.count() == 50


def test_nobody_fills_a_real_database_by_mistake(settings, letter):
    settings.TRYING_OUT = False
    with pytest.raises(CommandError, match="yes-on-this-database"):
        call_command("seed", letter.slug, signatures=5)
    assert not letter.signatures.exists()
    call_command("seed", letter.slug, "--yes-on-this-database", signatures=5)
    assert letter.signatures.count() == 5


def test_list_history_and_counts_agree(full):
    assert {one.value for one in Signature.Status} == set(full.signatures.values_list("status", flat=True))
    assert health.look_for_drift()["drift"] == []
    replayed, listed = record.drift(full)
    assert replayed == listed == full.latest_tally.figures["listed"] > 0
    lines = b"".join(exporting.stream(full, format="ndjson", audience="public")).splitlines()
    assert len(lines) == listed


def test_the_counts_of_earlier_hours_agree_with_the_history(full):
    for one in Tally.objects.filter(letter=full).order_by("?")[:20]:
        assert one.figures["listed"] == record.replay(full, until=one.as_of)


def test_the_last_hour_that_is_over_says_what_was_counted_since(letter):
    seeding.seed(letter, number=40, mix=dict.fromkeys(seeding.MIX, 1.0))
    last, now = Tally.objects.filter(letter=letter).order_by("-hour")[1], tally.count(letter)
    same = ("listed", "experts", "unnamed", "confirmed", "review", "levels", "disciplines", "countries", "versions")
    if not SignatureEvent.objects.filter(letter=letter, at__gt=last.as_of).exists():  # rarely there is one
        assert {name: last.figures[name] for name in same} == {name: now[name] for name in same}


def test_what_follows_from_a_line_is_as_the_form_makes_it(full):
    for one in full.signatures.exclude(address=""):
        written = (one.sort_key, one.search, one.organisation_key, one.host)
        one.write_line(one.typed)
        assert written == (one.sort_key, one.search, one.organisation_key, one.host)
        assert addresses.canonical(one.address) == one.address
        assert one.address_hash == addresses.keyed_hash(one.address)
        assert one.address.endswith(("example.org", "example.com", "example.net"))


def test_everybody_is_listed_at_a_level_that_the_evidence_carries(full):
    for one in full.signatures.filter(status__in=["listed", "hidden"]).prefetch_related("evidence"):
        rows = [levels.Signal(row.family, row.claim, row.account, row.public_before) for row in one.evidence.all()]
        carries = levels.carried(rows, confirmed=True, open_flags=0, prints_affiliation=bool(one.organisation))
        assert carries >= one.level >= 2


def test_nothing_of_it_is_old_enough_to_be_forgotten(full):
    now = full.latest_tally.as_of
    for rows in (due.unconfirmed, due.mails, due.details):
        assert not rows(now).exists()


def test_a_letter_can_be_filled_twice(full):
    seeding.seed(full, number=100)
    assert full.signatures.count() == 700
    assert health.look_for_drift()["drift"] == []


def test_readers_see_it(full):
    for path in ("", "signatories/", "changes/", "coalition/", "press/"):
        assert Client().get(f"/letters/{full.slug}/{path}").status_code == 200
