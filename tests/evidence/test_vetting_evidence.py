"""What a vetter finds and enters by hand."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from signatories import evidence, privacy, vetting
from signatories.evidence.hosts import account_of
from tests.conftest import support
from tests.test_vetting import page

RECORD = {"url": "https://lantern.example.org/people?id=7&utm_source=x", "claims": ["affiliation"]}


def test_a_page_that_names_somebody_is_evidence_that_was_public_before(confirmed, vetter, at_desk):
    signature = confirmed()
    at_desk(vetter).post(page(signature, "record"), {**RECORD, "note": "Head of lamps"})
    row = signature.evidence.get()
    assert (row.family, row.claim, row.account) == ("P", "affiliation", "lantern.example.org/people?id=7")
    assert (row.public_before, row.note, row.checked_by) == (True, "Head of lamps", vetter)
    assert vetting.standing(signature).carried == 2


def test_a_record_younger_than_the_text_was_not_public_before(confirmed, vetter, at_desk):
    signature = confirmed()
    today = timezone.now().date()
    at_desk(vetter).post(page(signature, "record"), {**RECORD, "dated": today.isoformat()})
    assert signature.evidence.get().public_before
    published = signature.version.published_at
    signature.version.published_at = published - timedelta(days=2)
    evidence.found.record(signature, by=vetter, url=RECORD["url"], claims=["affiliation"], dated=today)
    assert not signature.evidence.get().public_before


def test_contact_and_page_and_mailbox_carry_level_4(confirmed, vetter, at_desk):
    signature, client = confirmed(), at_desk(vetter)
    client.post(page(signature, "record"), RECORD)
    client.post(page(signature, "contact"), {"how": "The switchboard", "on": timezone.now().date().isoformat()})
    assert vetting.standing(signature).carried == 4


def test_what_says_otherwise_is_kept_and_carries_nothing(confirmed, vetter, at_desk):
    signature = confirmed()
    at_desk(vetter).post(page(signature, "record"), {**RECORD, "contradicts": "on"})
    assert (signature.evidence.get().result, vetting.standing(signature).carried) == (False, 1)
    assert "Not so" in at_desk(vetter).get(page(signature)).content.decode()


def test_who_did_not_see_what_speaks_against_it_looks_again(confirmed, vetter, second, at_desk):
    signature = support(confirmed(), "M", by=vetter)
    seen = vetting.mark(signature)
    at_desk(second).post(page(signature, "record"), {**RECORD, "contradicts": "on"})
    sent = {"level": "2", "reason": "work_mailbox", "note": "", "seen": seen}
    answer = at_desk(vetter).post(page(signature, "list"), sent)
    assert answer.status_code == 409
    assert "Not so" in answer.content.decode()
    assert at_desk(vetter).post(page(signature, "list"), {**sent, "seen": vetting.mark(signature)}).status_code == 303


def test_what_does_not_stand_any_more_is_struck_and_what_a_task_found_is_not(confirmed, vetter, at_desk):
    signature, client = confirmed(), at_desk(vetter)
    client.post(page(signature, "record"), RECORD)
    found = evidence.record(signature, family="M", claim="affiliation", account="host:example.com")
    for row in signature.evidence.all():
        client.post(page(signature, f"strike/{row.pk}"))
    assert list(signature.evidence.filter(result=True)) == [found]


@pytest.mark.parametrize(
    ("verb", "sent", "said"),
    [
        ("record", {**RECORD, "url": ""}, "address of the page"),
        ("record", {**RECORD, "url": "javascript:alert(1)"}, "valid URL"),
        ("record", {**RECORD, "url": "ftp://example.org"}, "https://"),
        ("record", {**RECORD, "claims": []}, "what it speaks for"),
        ("record", {**RECORD, "claims": ["consent"]}, "valid choice"),
        ("record", {**RECORD, "dated": "2999-01-01"}, "still to come"),
        ("record", {**RECORD, "dated": "yesterday"}, "valid date"),
        ("contact", {"how": "", "on": "2026-01-01"}, "how they were reached"),
        ("contact", {"how": "x" * 201, "on": "2026-01-01"}, "at most 200"),
        ("contact", {"how": "Phone", "on": ""}, "the day"),
    ],
)
def test_evidence_that_is_not_whole_is_explained(confirmed, vetter, at_desk, verb, sent, said):
    signature = confirmed()
    answer = at_desk(vetter).post(page(signature, verb), sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not signature.evidence.exists()


@pytest.mark.parametrize(
    ("url", "account"),
    [
        ("https://WWW.Lantern.example.org/people/#ada", "lantern.example.org/people"),
        ("http://lantern.example.org/people?fbclid=1", "lantern.example.org/people"),
        ("https://lantern.example.org/p?id=7&utm_medium=mail", "lantern.example.org/p?id=7"),
        ("https://www.ada.example.org/", "host:ada.example.org"),
        ("https://github.com/Ada/", "github:ada"),
        ("https://orcid.org/0000-0002-1825-009x", "orcid:0000-0002-1825-009x"),
        ("https://github.com/ada/lamps", "github:ada"),
    ],
)
def test_a_page_is_one_page_however_it_was_reached(url, account):
    assert account_of(url) == account


def test_the_screen_shows_what_the_evidence_carries_and_what_the_next_level_wants(confirmed, vetter, at_desk):
    signature = confirmed()
    evidence.record(signature, family="M", claim="affiliation", account="host:example.com")
    seen = at_desk(vetter).get(page(signature)).content.decode()
    assert "carries level 2" in seen
    assert "two signals of different families" in seen
    assert 'value="2" required id="list_level_0" checked' in seen
    assert '<option value="work_mailbox" selected>' in seen


def test_the_screen_shows_who_is_like_them(confirmed, listed, vetter, at_desk):
    first = listed(confirmed("ada@lantern.example.org"))
    confirmed("other@lantern.example.org", name="Ada Exampel")
    confirmed("ada@elsewhere.example.net", organisation="Elsewhere")
    seen = at_desk(vetter).get(page(confirmed("a@lantern.example.org"))).content.decode()
    for said in ("The same name", "A similar name in the same organisation", "Others from lantern.example.org"):
        assert said in seen
    assert page(first) in seen
    assert "Ada Exampel" in seen
    assert "a public page of the organisation names them (Vera)" in seen
    assert 'rel="noopener noreferrer" target="_blank">ORCID</a>' in seen


@pytest.mark.parametrize(
    ("verb", "sent", "kept"),
    [
        ("record", RECORD, "lantern.example.org/people"),
        ("contact", {"how": "The switchboard", "on": "2026-01-02"}, "The switchboard"),
    ],
)
def test_what_was_found_about_one_line_supports_no_other(confirmed, vetter, at_desk, verb, sent, kept):
    signature, desk = confirmed(), at_desk(vetter)
    shown = desk.get(page(signature)).content.decode()  # it stays open while the vetter searches
    privacy.correct(signature, typed={**signature.typed, "name": "Grace Famous", "organisation": "Another Works"})
    line = re.search(r'name="line" value="([^"]+)"', shown)
    answer = desk.post(f"{page(signature)}{verb}/", {**sent, "line": line[1]})
    text = answer.content.decode()
    assert (answer.status_code, signature.evidence.filter(result=True).count()) == (409, 0)
    for said in ("The line was corrected while you had it open", "Grace Famous", kept):
        assert said in text
    line = re.search(rf'action="[^"]*/{verb}/".*?name="line" value="([^"]+)"', text, re.DOTALL)
    assert desk.post(f"{page(signature)}{verb}/", {**sent, "line": line[1]}).status_code == 303
    assert signature.evidence.filter(result=True).exists()
