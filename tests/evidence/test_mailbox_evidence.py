"""What the host of a mailbox says about the organisation after a name."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from signatories import evidence as proofs
from signatories import levels, organisations
from signatories.evidence import mailbox
from signatories.models import Evidence, Signature
from tests.conftest import known_organisation


@pytest.fixture
def lantern(db: None):
    return known_organisation("Lantern Works", "lantern.example.org", also=("Laternenwerke",), acronym="LW")


@pytest.fixture
def found(confirmed):
    """Collect for somebody who has confirmed, and return the row, if there is one."""

    def collect(email: str = "ada@lantern.example.org", **line) -> Evidence | None:
        signature = confirmed(email, **line)
        mailbox.collect(signature)
        return signature.evidence.first()

    return collect


def test_a_staff_mailbox_supports_the_organisation_on_the_line(lantern, found):
    row = found()
    assert (row.family, row.claim, row.result) == ("M", "affiliation", True)
    assert row.account == "host:lantern.example.org"
    assert not row.public_before
    signals = proofs.signals(row.signature)
    assert levels.carried(signals, confirmed=True, open_flags=0, prints_affiliation=True) == 2


@pytest.mark.parametrize("organisation", ["Laternenwerke", "The Lantern Works, Inc.", "LW", "Lantern Works (LW)"])
def test_any_name_of_the_organisation_will_do(lantern, found, organisation: str):
    assert found(organisation=organisation).result


@pytest.mark.parametrize("email", ["ada@mail.lantern.example.org", "ada@example.org", "ada@alumni.lantern.example.org"])
def test_a_neighbouring_host_proves_nothing(lantern, found, email: str):
    assert found(email) is None


@pytest.mark.parametrize("organisation", ["Candle Works", "", "Candle Works, Lantern Works", "Independent"])
def test_a_known_mailbox_with_another_line_is_shown_and_supports_nothing(lantern, found, organisation: str):
    known_organisation("Candle Works", "candle.example.org")
    row = found(organisation=organisation)
    assert not row.result
    assert row.details["organisations"] == ["Lantern Works"]
    assert "lantern.example.org is a host for staff of Lantern Works" in row.details["says"]


def test_an_acronym_of_two_organisations_is_left_to_a_person(lantern, found):
    known_organisation("Lamp Wholesale", acronym="LW")
    assert not found(organisation="LW").result


@pytest.mark.parametrize(
    ("kind", "former", "result"),
    [
        *(("staff", False, True), ("staff", True, True), ("alumni", True, True)),
        *(("alumni", False, False), ("student", False, False), ("student", True, False)),
    ],
)
def test_alumni_support_a_former_role_and_students_none(db, found, kind: str, former: bool, result: bool):
    known_organisation("Lantern Works", "lantern.example.org", kind=kind)
    row = found(former=former)
    assert row.result is result
    assert row.details["kind"] == kind


def test_a_host_of_several_supports_each_of_them(lantern, found):
    known_organisation("Lantern Hospital", "lantern.example.org")
    assert found(organisation="Lantern Hospital").details["organisations"] == ["Lantern Hospital"]


def test_collecting_twice_leaves_one_row_and_follows_the_line(lantern, found):
    row = found()
    signature = Signature.objects.get()
    signature.organisation = "Candle Works"
    for _ in range(2):
        mailbox.collect(signature)
    row.refresh_from_db()
    assert signature.evidence.count() == 1
    assert not row.result


def test_a_host_that_the_team_took_away_supports_nothing_any_more(lantern, found, vetter):
    row = found()
    organisations.remove_host(lantern.domains.get(), by=vetter)
    mailbox.collect(row.signature)
    row.refresh_from_db()
    assert not row.result
    assert "no longer known" in row.details["says"]


def test_free_mail_and_the_unconfirmed_leave_no_row(letter, confirmed, lantern):
    known_organisation("Lantern Works", "gmail.com")  # as if it had come into the table before the list knew it
    signature = confirmed()
    signature.host = "gmail.com"
    mailbox.collect(signature)
    signature.host, signature.confirmed_at = "lantern.example.org", None
    mailbox.collect(signature)
    assert not Evidence.objects.exists()


def test_collecting_costs_the_same_few_queries_for_everybody(lantern, confirmed):
    for number in range(30):
        known_organisation("Lantern Works", f"{number}.example.org", acronym="LW")
    signature = confirmed("ada@lantern.example.org")
    with CaptureQueriesContext(
        connection,
    ) as first:
        mailbox.collect(signature)
    with CaptureQueriesContext(connection) as again:
        mailbox.collect(signature)
    assert len(first) <= 8
    assert len(again) <= 6
