"""What makes a second look at an organisation necessary. Registered names here end in .example (RFC 2606)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from signatories.flags import affiliation
from signatories.models import Signature
from signatories.organisations import hosts
from signatories.reasons import FlagKind
from tests.conftest import known_organisation


@pytest.fixture(autouse=True)
def _known(db: None) -> None:
    known_organisation("Lantern University", "lantern.example", acronym="LU")
    known_organisation("Lantern University", "lu.example")
    known_organisation("Candle Works", "candle-works.example")
    known_organisation("Wick Institute", "research.wick.example")
    known_organisation("Modern Milk", "modern.example")


def flags(host: str, organisation: str = "Lantern University", *, former: bool = False) -> set[str]:
    signature = Signature(host=hosts.exact(host), organisation=organisation, former=former)
    return set(affiliation.look(signature))


@pytest.mark.parametrize("organisation", ["Lantern University", "Nobody's Company"])
def test_free_mail_with_an_employer_is_flagged(organisation: str):
    assert FlagKind.FREE_MAIL in flags("gmail.com", organisation)


@pytest.mark.parametrize("organisation", ["", "Independent", "self-employed", "Retired"])
def test_whoever_claims_no_employer_is_not_flagged(organisation: str):
    assert flags("gmail.com", organisation) == set()


def test_a_former_employer_may_be_claimed_from_free_mail():
    assert flags("gmail.com", former=True) == set()


@pytest.mark.parametrize("organisation", ["Lantern University", "LU", "Department of Light, Lantern University"])
def test_an_organisation_that_is_known_in_part_is_known(organisation: str):
    assert FlagKind.UNKNOWN_ORGANISATION not in flags("lantern.example", organisation)


def test_an_organisation_that_nobody_knows_is_flagged_with_what_was_typed():
    found = affiliation.look(Signature(host="papers.example", organisation="Paper Lamps"))
    assert found == {FlagKind.UNKNOWN_ORGANISATION: {"organisation": "Paper Lamps"}}


IMITATIONS = [
    *("lаntern.example", "lantérn.example", "1antern.example", "lanterm.example", "lantrn.example", "lanterns.example"),
    *("latnern.example", "lantern-edu.example", "login-lantern.example", "lantern.edu.co"),
    *("lanternuniversity.example", "lantern-example.example", "lantern.example.evil.example", "mail-lu.example"),
    *("rnodern.example", "candleworks.com", "wick-example.net", "lu.edu", "mail.lantern-login.example"),
]


@pytest.mark.parametrize("host", IMITATIONS)
def test_an_imitated_host_is_flagged(host: str):
    owner = {"c": "Candle Works", "w": "Wick Institute", "r": "Modern Milk"}.get(host[0], "Lantern University")
    assert FlagKind.LOOKALIKE in flags(host, owner)


@pytest.mark.parametrize(
    "host", ["lаntern.example", "rnodern.example", "lantern-example.net", "lantern.example.net.example"]
)
def test_some_imitations_are_seen_whatever_the_line_says(host: str):
    assert FlagKind.LOOKALIKE in flags(host, "")


@pytest.mark.parametrize("host", ["gmai1.com", "gmial.com", "gmail.co", "hotmial.com", "outIook.com", "yah00.example"])
def test_an_imitated_provider_is_flagged(host: str):
    assert FlagKind.LOOKALIKE in flags(host, "")


@pytest.mark.parametrize(
    "host",
    [
        *("lantern.example", "cs.lantern.example", "mail.wick.example", "wick.example", "candle-works.example"),
        *("papers.example", "lamp.example", "lanternfish.example", "harbour.example", "gmail.com", "ymail.com"),
    ],
)
def test_a_known_host_its_neighbours_and_an_ordinary_one_are_not(host: str):
    assert FlagKind.LOOKALIKE not in flags(host)


@pytest.mark.parametrize("host", ["lantern.net", "lanterns.example", "lantern-group.example"])
def test_somebody_elses_similar_name_is_fine_where_nobody_claims_the_other(host: str):
    assert FlagKind.LOOKALIKE not in flags(host, "Paper Lamps")


def test_looking_costs_three_queries_however_many_are_known():
    for number in range(50):
        known_organisation("Lantern University", f"lantern{number}.example")
    with CaptureQueriesContext(connection) as queries:
        flags("login-lantern.edu.co")
    assert len(queries) <= 3
    with CaptureQueriesContext(connection) as queries:
        flags("gmail.com", "")
    assert len(queries) == 0
