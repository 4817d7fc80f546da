"""What counts in an ORCID record: a line that the institution put there, not one that the person typed."""

from datetime import date
from typing import Any

import pytest

from signatories.evidence.orcid import began, employments

TODAY = date(2026, 11, 24)
PERSON = "0000-0002-1825-0097"


def line(**changes: Any) -> dict[str, Any]:
    """One employment in the shape of ORCID's API 3.0, put there by the institution's own system."""
    summary = {
        "created-date": {"value": 1577836800000},
        "source": {
            "source-orcid": None,
            "source-client-id": {
                "uri": "https://orcid.org/client/APP-EXAMPLE",
                "path": "APP-EXAMPLE",
                "host": "orcid.org",
            },
            "source-name": {"value": "Meridian Example University"},
            "assertion-origin-orcid": None,
            "assertion-origin-client-id": None,
            "assertion-origin-name": None,
        },
        "put-code": 1,
        "department-name": "Computing",
        "role-title": "Professor",
        "start-date": {"year": {"value": "2019"}, "month": {"value": "09"}, "day": None},
        "end-date": None,
        "organization": {
            "name": "Meridian Example University",
            "address": {"city": "Meridian", "region": None, "country": "US"},
            "disambiguated-organization": {
                "disambiguated-organization-identifier": "https://ror.org/00examp00",
                "disambiguation-source": "ROR",
            },
        },
        "visibility": "public",
    }
    return {**summary, **changes}


def record(*lines: Any) -> dict[str, Any]:
    groups = [{"summaries": [{"employment-summary": one}]} for one in lines]
    history = {"submission-date": {"value": 1420070400000}}
    return {"history": history, "activities-summary": {"employments": {"affiliation-group": groups}}}


def by(**source: Any) -> dict[str, Any]:
    return {"source": {**line()["source"], **source}}


def test_what_the_institution_asserts_counts():
    (job,) = employments(record(line()), today=TODAY)
    assert (job.organisation, job.ror, job.by_institution) == ("Meridian Example University", "00examp00", True)
    assert (job.current, job.since) == (True, date(2020, 1, 1))


@pytest.mark.parametrize(
    "source",
    [
        {"source-orcid": {"path": PERSON}, "source-client-id": None},  # typed by the person
        {"assertion-origin-orcid": {"path": PERSON}},  # typed by the person into somebody's system
        {"source-client-id": None},
    ],
)
def test_what_the_person_typed_does_not(source: dict[str, Any]):
    assert not employments(record(line(**by(**source))), today=TODAY)[0].by_institution


@pytest.mark.parametrize(
    ("ends", "current"),
    [
        (None, True),
        ({"year": {"value": "2024"}, "month": None, "day": None}, False),
        ({"year": {"value": "2026"}, "month": None, "day": None}, True),
        ({"year": {"value": "2026"}, "month": {"value": "11"}, "day": {"value": "23"}}, False),
        ({"year": {"value": "2030"}, "month": {"value": "02"}, "day": {"value": "31"}}, True),
    ],
)
def test_a_job_that_ended_is_not_held(ends: Any, current: bool):
    assert employments(record(line(**{"end-date": ends})), today=TODAY)[0].current is current


def test_the_age_of_the_record_is_known():
    found = began(record())
    assert found is not None
    assert found.year == 2015


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"activities-summary": None},
        {
            "activities-summary": {
                "employments": {"affiliation-group": [{"summaries": [None, 7, {"employment-summary": 7}]}]}
            }
        },
        {"activities-summary": {"employments": {"affiliation-group": {"summaries": "x"}}}},
        {"history": {"submission-date": {"value": "yesterday"}}},
        {"history": {"submission-date": {"value": 10**30}}},
    ],
)
def test_a_record_of_another_shape_says_nothing(odd: dict[str, Any]):
    assert employments(odd, today=TODAY) == []
    assert began(odd) is None
