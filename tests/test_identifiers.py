"""Identifiers that leave the house."""

import time

from petition import identifiers
from petition.identifiers import uuid7


def test_identifiers_made_one_after_the_other_sort_in_that_order():
    made = [uuid7() for _ in range(5000)]
    assert made == sorted(set(made))
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}


def test_an_identifier_begins_with_its_millisecond(monkeypatch):
    monkeypatch.setattr(identifiers, "_last", 0)  # other tests have been in the future
    before = time.time_ns() // 1_000_000
    assert before <= uuid7().int >> 80 <= time.time_ns() // 1_000_000 + 1


def test_a_clock_that_is_set_back_makes_no_smaller_identifier(monkeypatch):
    last, earlier = uuid7(), time.time_ns() - 3_600_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: earlier)
    assert uuid7() > last
