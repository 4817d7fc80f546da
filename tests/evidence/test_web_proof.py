"""A signer shows that a page or a domain is theirs."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from signatories import privacy, proving
from signatories.evidence import hosts, web
from signatories.models import Evidence, Organisation, OrganisationDomain, Proof, Signature
from tests.network import answer, moved
from tests.test_leaving import mine


@pytest.fixture(autouse=True)
def _github(settings):
    settings.GITHUB_URL = "https://github.com"


@pytest.fixture
def signature(confirmed) -> Signature:
    return confirmed()


@pytest.fixture
def lantern(db):
    """The organisation that the signer types, with the host of its staff."""
    organisation = Organisation.objects.create(name="Lantern Works", source="team")
    organisation.names.create(name="Lantern Works", key="lantern works")
    return organisation.domains.create(host="lantern.example.org", kind="staff", source="team")


def look(signature: Signature, kind: str, value: str) -> Proof:
    """Offer something on the own page, let the task look, and return what became of it."""
    answer = Client().post(f"{mine(signature)}proofs/{kind}/", {"value": value})
    assert answer.status_code == 303, answer.content.decode()
    proving.check_due()
    return signature.proofs.get()


def test_a_link_marked_as_ones_own_proves_the_page(signature, site, client):
    site.pages["/people/ada"] = answer(f'<a rel="nofollow me" href="{web.receipt_url(signature)}">I signed</a>')
    assert look(signature, "page", site.url("/people/ada")).state == "found"
    row = signature.evidence.get()
    assert (row.family, row.claim, row.public_before) == ("W", "identity", False)
    assert row.account == "127.0.0.1/people/ada"
    assert "Proven" in client.get(mine(signature)).content.decode()
    signature.refresh_from_db()
    assert signature.collect_after is not None


LINKS = [
    ('<a rel="me" href="{}">x</a>', True),
    ('<LINK REL="ME" HREF="{}">', True),
    ("<a rel=me href={}>x</a>", True),
    ('<a rel="me" href="  {}?from=page#top ">x</a>', True),
    ('<a href="{}">x</a>', False),
    ('<link rel="canonical" href="{}">', False),
    ('<a rel="ugc nofollow" href="{}">x</a>', False),
    ('<!-- <a rel="me" href="{}">x</a> -->', False),
    ('<script>"<a rel=me href={}>"</script>', False),
    ('<noscript><a rel="me" href="{}">x</a></noscript>', False),
    ('<template><div><a rel="me" href="{}">x</a></div></template>', False),
    ('<textarea><a rel="me" href="{}"></textarea>', False),
    ('<![foo[ <br> ]]> <![if x]><a rel="me" href="{}">x</a>', True),
    ('<noscript/><a rel="me" href="{}">x</a>', False),
    ("&lt;a rel=me href={}&gt; {}", False),
    ('<a rel="me" href="https://example.net/?to={}">x</a>', False),
    ('<a rel="me" href="/signed/x/" href="{}">x</a>', False),
]


@pytest.mark.parametrize(("html", "counts"), LINKS)
def test_only_a_link_that_the_owner_of_the_page_made_and_readers_see_counts(signature, site, html, counts):
    site.pages["/"] = answer(b"\xff<p>" + html.replace("{}", web.receipt_url(signature)).encode())
    proof = look(signature, "page", site.url())
    assert (proof.state == "found") is counts, proof.message
    assert signature.evidence.exists() is counts


@pytest.mark.parametrize(
    ("rel", "counts"), [("", True), ("noopener", True), ("nofollow ugc", False), ("sponsored", False)]
)
def test_on_the_page_that_was_named_when_signing_a_plain_link_counts(confirmed, site, rel, counts):
    signature = confirmed(profile_url=site.url("/ada/"))
    site.pages["/ada"] = answer(f'<a rel="{rel}" href="{web.receipt_url(signature)}">x</a>')
    proof = look(signature, "page", site.url("/ada"))
    assert (proof.state == "found") is counts
    assert counts or 'add rel="me"' in proof.message


def test_the_receipt_of_somebody_else_proves_nothing(signature, confirmed, site):
    other = confirmed("bob@example.com", name="Bob")
    site.pages["/"] = answer(f'<a rel="me" href="{web.receipt_url(other)}">x</a>')
    proof = look(signature, "page", site.url())
    assert (proof.state, "no link to the address" in proof.message) == ("refused", True)


def test_an_old_receipt_still_counts_while_its_key_is_listed(signature, site, settings):
    old = web.receipt_url(signature)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key" * 5
    assert web.receipt_url(signature) != old
    site.pages["/"] = answer(f'<a rel="me" href="{old}">x</a>')
    assert look(signature, "page", site.url()).state == "found"


def test_an_open_redirect_of_an_employer_proves_the_page_where_it_ends(signature, site, names, lantern):
    for host in ("lantern.example.org", "mallory.example.net"):
        names.set(host, "A", ["127.0.0.1"])
    site.pages["/away"] = moved(site.url("/mine", host="mallory.example.net"))
    site.pages["/mine"] = answer(f'<a rel="me" href="{web.receipt_url(signature)}">x</a>')
    look(signature, "page", site.url("/away", host="lantern.example.org"))
    assert signature.evidence.get().account == "mallory.example.net/mine"
    assert signature.evidence.get().claim == "identity"


@pytest.mark.parametrize("host", ["lantern.example.org", "www.lantern.example.org"])
def test_a_page_on_the_staffs_host_supports_the_affiliation(signature, site, names, lantern, host):
    names.set(host, "A", ["127.0.0.1"])
    site.pages["/ada"] = answer(f'<a rel="me" href="{web.receipt_url(signature)}">x</a>')
    look(signature, "page", site.url("/ada", host=host))
    row = signature.evidence.get()
    assert (row.claim, row.public_before, row.account) == ("affiliation", True, "host:lantern.example.org")


def test_pages_of_one_account_come_down_to_it(signature):
    for url in ("https://github.com/Ada", "https://github.com/ada/page?x", "https://ada.github.io/me/"):
        assert hosts.page_account(signature, url) == "github:ada"
    assert hosts.page_account(signature, "https://orcid.org/0000-0002-1825-009X") == "orcid:0000-0002-1825-009x"
    assert hosts.page_account(signature, "https://www.example.org/") == "host:example.org"
    assert hosts.page_account(signature, "https://example.com/~ada") == "host:example.com"  # her own mailbox is there
    assert hosts.page_account(signature, "https://example.org/~ada/?utm_source=x") == "example.org/~ada"


@pytest.mark.parametrize("kind", ["student", "alumni"])
def test_a_page_where_students_have_theirs_supports_no_affiliation(signature, site, names, lantern, kind):
    OrganisationDomain.objects.update(kind=kind)
    names.set("lantern.example.org", "A", ["127.0.0.1"])
    site.pages["/ada"] = answer(f'<a rel="me" href="{web.receipt_url(signature)}">x</a>')
    look(signature, "page", site.url("/ada", host="lantern.example.org"))
    assert (signature.evidence.get().claim, signature.evidence.get().public_before) == ("identity", False)


def test_a_line_in_the_well_known_file_proves_the_host(signature, site):
    site.pages[web.FILE] = answer(f"# mine\r\n{web.receipt_url(signature)}\r\n", head="Content-Type: text/plain")
    assert look(signature, "file", site.url("/any/page")).state == "found"
    assert signature.evidence.get().account == "host:127.0.0.1"


def test_a_well_known_file_that_lies_on_another_host_or_holds_other_words_proves_nothing(signature, site, names):
    names.set("other.example.org", "A", ["127.0.0.1"])
    site.pages[web.FILE] = moved(site.url("/x", host="other.example.org"))
    site.pages["/x"] = answer(web.receipt_url(signature))
    assert "has to be on 127.0.0.1 itself" in look(signature, "file", site.url()).message
    site.pages[web.FILE] = answer(f"You asked for {web.receipt_url(signature)}")
    Proof.objects.all().delete()
    assert not signature.evidence.exists()


def test_a_dns_record_proves_the_domain_and_is_waited_for(signature, names, time_machine):
    time_machine.move_to(datetime.now(UTC), tick=True)
    proof = look(signature, "domain", "ada.example.org")
    assert (proof.state, proof.attempts) == ("waiting", 1)
    assert "yet" in proof.message
    names.set(
        "_undersigned.ada.example.org",
        "TXT",
        [f'"other" "{web.receipt_url(signature)}"', f'"{web.receipt_url(signature)}"'],
    )
    time_machine.shift(timedelta(minutes=1))
    proving.check_due()
    assert signature.evidence.get().account == "host:ada.example.org"


@pytest.mark.parametrize(
    "text", ["<a " * 300_000, "<!--" * 250_000, "<![" * 300_000, "<a b='" * 150_000, "&#" * 500_000, "<" * 1_000_000]
)
def test_a_page_that_was_made_to_be_slow_is_read_no_longer_than_others(signature, site, monkeypatch, text):
    monkeypatch.setattr(web, "READING", 0.2)
    site.pages["/"] = answer(text[:1_000_000])
    began = time.monotonic()
    assert look(signature, "page", site.url()).state == "refused"
    assert time.monotonic() - began < 3


def test_leaving_takes_the_proofs_along(signature, site):
    site.pages["/"] = answer(f'<a rel="me" href="{web.receipt_url(signature)}">x</a>')
    look(signature, "page", site.url())
    privacy.withdraw(signature)
    assert not Proof.objects.exists()
    assert not Evidence.objects.exists()
