"""What a signer's employer says in an ORCID record, read by the task after a log-in there."""

import json

import pytest

from signatories import proving
from signatories.evidence.federated import Account, bind
from signatories.models import Organisation, Signature
from tests.evidence.test_orcid import PERSON, by, line, record
from tests.network import answer
from tests.test_leaving import mine


@pytest.fixture
def signature(confirmed) -> Signature:
    return confirmed(organisation="Meridian Example University")


@pytest.fixture
def read(signature, site, settings):
    """Log in at ORCID, where the public record is as given, and let the task read it."""
    settings.ORCID_API_URL = f"http://127.0.0.1:{site.port}/v3.0"

    def run(found: object):
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        site.pages[f"/v3.0/{PERSON}/record"] = answer(body, head="Content-Type: application/json")
        bind(signature, Account("orcid", PERSON))
        proving.check_due()
        return signature.proofs.get()

    return run


def claims(signature: Signature) -> list[tuple[str, bool]]:
    return list(signature.evidence.order_by("claim").values_list("claim", "public_before"))


def test_an_employer_that_says_so_itself_supports_the_affiliation(signature, read, client):
    assert read(record(line())).state == "found"
    assert claims(signature) == [("affiliation", True), ("identity", True)]
    assert set(signature.evidence.values_list("account", flat=True)) == {f"orcid:{PERSON}"}
    assert "says in your record" in client.get(mine(signature)).content.decode()


@pytest.mark.parametrize(
    "job",
    [
        line(**by(**{"source-orcid": {"path": PERSON}, "source-client-id": None})),
        line(organization={"name": "Another University"}),
        line(**{"end-date": {"year": {"value": "2020"}}}),
    ],
    ids=["typed by the person", "elsewhere", "over"],
)
def test_another_line_supports_nothing_but_the_identifier_stays_proven(signature, read, job):
    proof = read(record(job))
    assert (proof.state, "Your iD is proven" in proof.message) == ("refused", True)
    assert claims(signature) == [("identity", True)]


def test_a_former_role_is_supported_by_a_job_that_is_over(signature, read):
    Signature.objects.update(former=True)
    assert read(record(line(**{"end-date": {"year": {"value": "2020"}}}))).state == "found"


def test_an_identifier_made_for_the_occasion_was_not_public_before(signature, read):
    read({**record(line()), "history": {"submission-date": {"value": 4_000_000_000_000}}})
    assert claims(signature) == [("affiliation", False), ("identity", False)]


def test_an_organisation_is_known_by_its_identifier_where_the_name_differs(signature, read):
    university = Organisation.objects.create(name="MEU", ror="00examp00", source="ror")
    university.names.create(name="Meridian Example University", key="meridian example university")
    assert read(record(line(organization={**line()["organization"], "name": "MEU"}))).state == "found"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"[" * 100_000, b"{}", b"\xff"])
def test_an_answer_that_is_no_record_says_so_and_breaks_nothing(signature, read, body):
    assert read(body).state == "refused"
    assert [claim for claim, _ in claims(signature)] == ["identity"]
