"""A reader looks at the letter, the list and the numbers."""

import base64

import pytest
from django.test import Client

from petition import lifecycle, tally
from petition.models import Letter
from signatories import roll, vetting
from signatories.models import Signature
from signatories.templatetags import people
from tests.conformance import problems

L = "/letters/keep-the-lights-on/"
RECORD = [L + path for path in ("changes/", "changes.json", "changes.atom", "press/", "signatories/?as_of=2020-01-01")]


@pytest.fixture
def crowd(letter: Letter, db: None):
    """Many listed names at once, without the way of each."""

    def make(number: int, **fields) -> None:
        rows = []
        for n in range(number):
            one = Signature(letter=letter, version=letter.version, address_hash=f"{fields.get('discipline')}{n}")
            typed = {"name": f"Name {n:05d}", "organisation": "Lantern Works", "publish": True, **fields}
            one.write_line({**one.typed, **typed})
            rows.append(one)
        Signature.objects.bulk_create(rows)
        fresh = Signature.objects.filter(status="pending")
        fresh.update(status="listed", level=2, checked="P", confirmed_at=letter.opened_at)

    return make


def test_the_letter_shows_its_text_its_frame_and_its_hash(client: Client, letter: Letter):
    page = client.get(L).content.decode()
    for shown in (
        "Keep the lights on",
        "The Minister",
        "Ministry of Examples",
        "<em>light</em>",
        letter.version.sha256,
    ):
        assert shown in page


def test_public_pages_are_the_same_for_every_visitor(letter, crowd, stranger, at_desk):
    crowd(3)
    tally.take(letter)
    for path in ("/", L, L + "signatories/", L + "coalition/", L + "versions/1/", *RECORD):
        anonymous, known = Client().get(path), at_desk(stranger).get(path)
        assert anonymous.content == known.content
        assert not anonymous.cookies
        assert "Cookie" not in anonymous.headers.get("Vary", "")
        assert "public" in anonymous.headers["Cache-Control"]


def test_personal_pages_are_kept_by_no_cache(client: Client, confirmed, letter):
    for path in (L + "sign/", "/accounts/login/"):
        assert "no-store" in client.get(path).headers["Cache-Control"]


def test_founders_come_first_and_the_others_by_sort_key(letter, confirmed, listed):
    for email, name in (
        ("z@example.com", "Zoë Last"),
        ("a@example.com", "Ágnes First"),
        ("f@example.com", "Yara Founder"),
    ):
        listed(confirmed(email, name=name))
    Signature.objects.filter(name="Yara Founder").update(rank=1)
    assert [one.name for one in letter.signatures.listed().in_order()] == ["Yara Founder", "Ágnes First", "Zoë Last"]


def test_only_decided_and_named_people_are_on_the_list(client: Client, letter, confirmed, listed, vetter):
    listed(confirmed("one@example.com", name="Listed Lea"))
    listed(confirmed("two@example.com", name="Shy Shirin", publish=False))
    confirmed("three@example.com", name="Waiting Wim")
    vetting.hold(confirmed("four@example.com", name="Held Hana"), vetter=vetter, reason="needs_second_look")
    for path in (L, L + "signatories/"):
        page = client.get(path).content.decode()
        assert "Listed Lea" in page
        assert not [name for name in ("Shy Shirin", "Waiting Wim", "Held Hana") if name in page]
        assert "@example.com" not in page


def test_each_name_shows_how_it_was_checked(client: Client, confirmed, listed):
    listed(confirmed(), level=3)
    page = client.get(L).content.decode()
    assert "Identity checked" in page
    assert "organisation mailbox and public record, <time" in page


def test_pages_follow_each_other_without_gap_or_repeat(letter, crowd):
    crowd(2 * roll.PAGE + 7)
    names, after = [], ""
    while True:
        page = roll.page(letter, after=after)
        names += [one.name for one in page.signatures]
        after = page.after
        if not after:
            break
    assert names == sorted(names)
    assert len(names) == 2 * roll.PAGE + 7


def test_the_list_costs_the_same_queries_at_any_length(client, crowd, django_assert_num_queries):
    crowd(3)
    with django_assert_num_queries(3):
        client.get(L + "signatories/")
    crowd(150, discipline="policy")
    with django_assert_num_queries(3):
        client.get(L + "signatories/")


def test_search_folds_case_and_accents_and_finds_organisations(client: Client, confirmed, listed):
    listed(confirmed("one@example.com", name="Zoë Ångström", organisation="Übung AG"))
    for asked in ("zoe", "ANGSTROM", "Zoë Å", "ubung"):
        assert "Zoë Ångström" in client.get(L + "signatories/", {"search": asked}).content.decode()
    assert "Nobody on the list matches" in client.get(L + "signatories/", {"search": "100%"}).content.decode()


def test_filters_by_discipline_and_country(client: Client, confirmed, listed):
    listed(confirmed("one@example.com", name="Optical Olga", discipline="optics", country="GB"))
    listed(confirmed("two@example.com", name="Political Paul", discipline="policy", country="FR"))
    assert "Political" not in client.get(L + "signatories/?discipline=optics").content.decode()
    assert "Optical" not in client.get(L + "signatories/?country=FR").content.decode()


@pytest.mark.parametrize("value", ["x" * 5000, "%", "_", "\\", "'; --", "\ud800", "李雷", "\u202e"])
def test_odd_searches_and_filters_give_a_page(client: Client, letter, value):
    for name in ("search", "discipline", "country"):
        answer = client.get(L + "signatories/", {name: value.encode("utf-8", "surrogatepass")})
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "W10",
        "bnVsbA",
        "é",
        *(base64.urlsafe_b64encode(j).decode() for j in (b"[1,2,3]", b'[1,"a","b"]', b"[" * 9000)),
    ],
)
def test_a_cursor_that_was_tampered_with_is_a_page_that_says_what_to_do(client: Client, letter, cursor):
    for path in ("signatories/", "changes/"):
        answer = client.get(L + path, {"after": cursor})
        assert answer.status_code == 400
        page = answer.content.decode()
        assert problems(page) == []
        assert "<h1>There is no such place in the" in page
        assert f'href="{L}{path}"' in page


def test_a_zero_byte_in_a_cursor_is_the_page_for_requests_that_cannot_be_understood(client: Client, letter):
    answer = client.get(L + "signatories/", {"after": "\0"})
    assert answer.status_code == 400
    assert "<h1>That request could not be understood</h1>" in answer.content.decode()


@pytest.mark.parametrize("path", ["changes.json", "changes.atom"])
def test_a_cursor_that_was_tampered_with_is_a_problem_document_for_programs(client: Client, letter, path):
    answer = client.get(L + path, {"after": "x"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["detail"] == "This place in the record does not exist. Start from its first page."


def test_the_headline_counts_by_definition_and_never_adds_the_two(client, letter, confirmed, listed, post_sign):
    for number in range(3):
        listed(confirmed(f"listed{number}@example.com"))
    listed(confirmed("shy@example.com", publish=False))
    confirmed("waiting@example.com")
    post_sign("pending@example.com")
    figures = tally.take(letter).figures
    assert (figures["experts"], figures["confirmed"], figures["unnamed"], figures["listed"]) == (3, 1, 1, 3)
    page = " ".join(client.get(L).content.decode().split())
    assert "whose affiliation or identity was checked" in page
    assert "confirmed by email, not listed" in page


def test_times_name_their_zone_and_large_numbers_are_readable(client, letter, time_machine):
    time_machine.move_to("2026-06-16T18:05:00Z", tick=False)
    taken = tally.take(letter)
    taken.figures["confirmed"] = 1204
    taken.save()
    page = client.get(L).content.decode()
    assert "16 June 2026, 18:05 UTC" in page
    assert "1,204" in page


def test_the_coalition_is_counted_by_each_dimension(letter, confirmed, listed, client):
    listed(confirmed("a@example.com", organisation="Lantern Works", country="GB"))
    listed(confirmed("b@example.com", organisation="LANTERN  works", country="FR", discipline="policy"), level=3)
    listed(confirmed("c@example.com", organisation="", country=""))
    figures = tally.take(letter).figures
    assert figures["levels"] == {"2": 2, "3": 1}
    assert figures["disciplines"] == [["optics", 2], ["policy", 1]]
    assert sorted(figures["countries"]) == [["FR", 1], ["GB", 1]]
    assert [n for _, n in figures["organisations"]] == [2]
    page = client.get(L + "coalition/").content.decode()
    assert "United Kingdom" in page
    assert "<table" in page


def test_page_tally_and_list_agree(letter, crowd, client):
    crowd(37)
    figures = tally.take(letter).figures
    assert figures["listed"] == letter.signatures.listed().count() == sum(figures["levels"].values()) == 37


def test_a_milestone_is_reached_once_and_stays_reached(letter, confirmed, listed):
    people = [listed(confirmed(f"{n}@example.com")) for n in range(2)]
    tally.take(letter)
    reached = letter.milestones.get(number=2).reached_at
    assert reached
    assert letter.milestones.get(number=5).reached_at is None
    people[0].refresh_from_db()
    vetting.hide(people[0], vetter=people[0].decisions.get().vetter, reason="duplicate_person")
    tally.take(letter)
    assert letter.milestones.get(number=2).reached_at == reached


def test_an_older_count_never_replaces_a_newer_one(letter, time_machine):
    time_machine.move_to("2026-06-16T18:30:00Z", tick=False)
    newer = tally.take(letter)
    time_machine.move_to("2026-06-16T18:10:00Z", tick=False)
    tally.take(letter)
    newer.refresh_from_db()
    assert newer.as_of.minute == 30


def test_the_clock_counts_what_moved_and_what_was_not_counted_for_an_hour(letter, draft, confirmed, time_machine):
    time_machine.move_to("2026-06-16T18:30:00Z", tick=False)
    assert tally.take_moved() == 1
    assert tally.take_moved() == 0
    confirmed()
    assert tally.take_moved() == 1
    time_machine.move_to("2026-06-16T20:30:00Z", tick=False)
    assert tally.take_moved() == 1


def test_a_published_wording_has_a_page_and_others_are_404(client: Client, letter: Letter):
    page = client.get(L + "versions/1/").content.decode()
    assert letter.version.sha256 in page
    assert "To: The Minister, Ministry of Examples, Springfield" in page
    for number in ("2", "0", "99999999999"):
        assert client.get(f"{L}versions/{number}/").status_code == 404


def test_a_paused_or_closed_letter_stays_readable(client: Client, letter: Letter):
    lifecycle.pause(letter)
    assert "paused this letter" in client.get(L).content.decode()
    lifecycle.close(letter)
    assert "no signatures any more" in client.get(L).content.decode()


@pytest.mark.parametrize(
    "path", ["/letters/nothing/", "/letters/nothing/sign/", "/nowhere", "/letters/nothing/coalition/"]
)
def test_an_unknown_page_is_a_404_page(client: Client, db: None, path: str):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_health_pages_answer(client: Client, db: None):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").status_code == 200


def test_headers_allow_nothing_that_no_page_needs(client: Client, letter: Letter):
    headers = client.get(L).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert (headers["X-Frame-Options"], headers["X-Content-Type-Options"]) == ("DENY", "nosniff")
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_list_is_narrowed_by_the_countries_that_are_on_it(client, letter, confirmed, listed):
    listed(confirmed(country="IS"))
    tally.take(letter)
    page = client.get(f"/letters/{letter.slug}/signatories/?country=FR").content.decode()
    assert '<option value="IS">' in page
    assert '<option value="FR" selected>' in page
    assert '<option value="DE">' not in page


def test_countries_of_one_size_stand_in_the_order_of_their_names():
    assert people.country_rows([["DE", 2], ["EE", 2], ["AT", 3]]) == [["Austria", 3], ["Estonia", 2], ["Germany", 2]]
