"""Which level a set of signals carries: the table of PRACTICE, row by row."""

import pytest

from signatories.levels import AFFILIATION, IDENTITY, Signal, carried, independent, problem

M = Signal("M", AFFILIATION, "host:example.org")
P = Signal("P", AFFILIATION, "https://example.org/staff/ada", public_before=True)
RECORD_OF_PERSON = Signal("P", IDENTITY, "https://example.net/talk", public_before=True)
ORCID = Signal("F", IDENTITY, "orcid:0000-0002-1825-0097", public_before=True)
ORCID_EMPLOYER = Signal("F", AFFILIATION, "orcid:0000-0002-1825-0097", public_before=True)
GITHUB = Signal("F", IDENTITY, "github:17", public_before=True)
GITHUB_KEY = Signal("K", IDENTITY, "github:17", public_before=True)
OTHER_KEY = Signal("K", IDENTITY, "ssh:SHA256:abc", public_before=True)
HOME_PAGE = Signal("W", IDENTITY, "https://ada.example.net/")
STAFF_SITE = Signal("W", AFFILIATION, "host:example.org", public_before=True)
VOUCH = Signal("V", IDENTITY, "signature:1")
CALL = Signal("O", IDENTITY)
SURE = {"confirmed": True, "open_flags": 0, "prints_affiliation": True}


@pytest.mark.parametrize(
    ("signals", "level"),
    [
        ([], 1),
        ([M], 2),
        ([P], 2),
        ([ORCID], 1),  # proves the iD, not what is printed
        ([ORCID_EMPLOYER], 2),
        ([ORCID, ORCID_EMPLOYER], 2),
        ([VOUCH], 1),
        ([HOME_PAGE], 1),
        ([M, M], 2),
        ([M, P], 3),
        ([M, HOME_PAGE], 2),  # nothing was public before
        ([M, VOUCH], 2),
        ([M, ORCID], 3),
        ([M, GITHUB_KEY], 3),
        ([M, STAFF_SITE], 2),  # both come down to the organisation's host
        ([P, STAFF_SITE], 3),
        ([GITHUB, OTHER_KEY], 1),  # two identities, but nothing for the organisation that is printed
        ([GITHUB, GITHUB_KEY, M], 3),
        ([RECORD_OF_PERSON, P], 2),  # one family
        ([M, P, CALL], 4),
        ([M, CALL], 2),  # nothing was public before
        ([P, CALL], 4),
    ],
)
def test_what_evidence_carries(signals: list[Signal], level: int):
    assert carried(signals, **SURE) == level
    assert (problem(level, signals, **SURE) == "") is (level > 1)
    assert level == 4 or problem(level + 1, signals, **SURE)


@pytest.mark.parametrize(
    ("signals", "number"),
    [
        ([GITHUB, GITHUB_KEY], 1),
        ([GITHUB, OTHER_KEY], 2),
        ([GITHUB, ORCID], 1),
        ([GITHUB, ORCID, GITHUB_KEY], 2),  # ORCID stands for the family F, the key for GitHub
        ([CALL, CALL], 1),
        ([CALL, VOUCH, M, P, ORCID, OTHER_KEY, HOME_PAGE], 7),
        ([Signal("F", IDENTITY, ""), Signal("K", IDENTITY, "")], 2),
    ],
)
def test_families_and_accounts_count_once(signals: list[Signal], number: int):
    assert independent(signals) == independent(signals[::-1]) == number


def test_without_an_organisation_after_the_name_identity_is_enough():
    bare = {**SURE, "prints_affiliation": False}
    assert carried([GITHUB, OTHER_KEY], **bare) == 3
    assert carried([GITHUB], **bare) == 1


def test_an_open_flag_holds_whatever_is_known():
    flagged = {**SURE, "open_flags": 1}
    assert carried([M, P, CALL], **flagged) == 1
    assert "flag" in problem(2, [M, P, CALL], **flagged)


def test_nothing_is_carried_before_the_mailbox_is_proven():
    assert carried([M, P, CALL], confirmed=False, open_flags=0, prints_affiliation=True) == 0
    assert problem(2, [M, P], confirmed=False, open_flags=0, prints_affiliation=True)


@pytest.mark.parametrize("level", [-1, 0, 1, 5])
def test_nobody_is_listed_by_a_person_at_another_level(level: int):
    assert problem(level, [M, P, CALL], **SURE)
