"""A reader follows what changes on a letter, and nobody learns from it what is nobody's business."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from petition import lifecycle, versions
from petition.delivery import received
from petition.models import Letter
from petition.moves import move
from signatories import delivering, privacy, reasons, record, vetting
from signatories.models import Signature

L = "/letters/keep-the-lights-on/"
ATOM = "{http://www.w3.org/2005/Atom}"


def kinds(letter: Letter) -> list[str]:
    return [change.kind for change in record.changes(letter).changes]


def everything(client: Client) -> str:
    pages = [client.get(L + path) for path in ("changes/", "changes.json", "changes.atom")]
    assert {page.status_code for page in pages} == {200}
    return "".join(page.content.decode() for page in pages)


def test_the_record_tells_what_happened_newest_first(letter, confirmed, listed, vetter):
    one, two = listed(confirmed("one@example.com")), listed(confirmed("two@example.com"))
    privacy.withdraw(one)
    vetting.hide(two, vetter=vetter, reason="duplicate_person")
    lifecycle.pause(letter)
    lifecycle.reopen(letter)
    lifecycle.close(letter)
    told = ["closed", "reopened", "paused", "removed", "withdrawn", "listed", "listed", "published"]
    assert kinds(letter) == told


def test_who_is_on_the_letter_is_named_and_who_left_is_not(client, letter, confirmed, listed, vetter):
    listed(confirmed("one@example.com", name="Staying Stella"))
    privacy.withdraw(listed(confirmed("two@example.com", name="Leaving Lena", role="Diver")))
    vetting.hide(listed(confirmed("three@example.com", name="Hidden Hans")), vetter=vetter, reason="impostor")
    shown = everything(client)
    assert "Staying Stella" in shown
    assert not [gone for gone in ("Leaving Lena", "Diver", "Hidden Hans") if gone in shown]
    assert "A signatory withdrew." in shown
    assert "A signatory was taken off the list: not the person." in shown


def test_people_who_are_not_named_are_in_no_line(client, letter, confirmed, listed):
    before = everything(client)
    shy = listed(confirmed("shy@example.com", name="Shy Shirin", publish=False))
    assert everything(client) == before
    privacy.withdraw(shy)
    assert everything(client) == before


def test_what_happens_behind_the_desk_is_never_shown(client, letter, confirmed, vetter):
    before = everything(client)
    vetting.hold(confirmed("a@example.com"), vetter=vetter, reason="watchlist_name")
    vetting.ask(confirmed("b@example.com"), vetter=vetter, questions=["need_details"])
    vetting.decline(confirmed("c@example.com"), vetter=vetter, reason="impostor")
    privacy.withdraw(confirmed("d@example.com"))
    assert everything(client) == before


def test_a_note_of_the_team_on_a_listed_name_stays_with_the_team(client, letter, confirmed, listed):
    one = listed(confirmed(name="Staying Stella"))
    one.events.create(was="listed", now="listed", reason="proposed")
    assert kinds(letter) == ["listed", "published"]
    one.events.create(was="listed", now="listed", reason="founder")
    assert record.changes(letter).changes[0].text == "Staying Stella now stands among the founding signatories."
    assert record.replay(letter) == 1


def test_a_name_that_was_off_the_list_for_a_while_is_not_tied_to_its_removal(
    letter, confirmed, listed, listed_again, vetter
):
    one = listed(confirmed())
    vetting.hide(one, vetter=vetter, reason="listed_by_mistake")
    vetting.back(one, vetter=vetter, reason="decided_by_mistake")
    listed_again(one)
    assert [change.who for change in record.changes(letter).changes][:3] == [
        "Ada Example",
        "A signatory",
        "A signatory",
    ]


def test_founders_who_stepped_back_before_publication_leave_no_trace(client, draft, organiser):
    lifecycle.found(draft)
    people = [
        Signature.objects.create(
            letter=draft, version=draft.version, address_hash=str(n), name=f"Founder {n}", publish=True, level=1,
            status="confirmed", confirmed_at=draft.version.published_at,
        )
        for n in range(3)
    ]  # fmt: skip
    for one in people:
        move(one, "listed")
    privacy.withdraw(people[0])
    lifecycle.publish(draft, actor=organiser)
    assert [change.text for change in record.changes(draft).changes] == ["The letter was published with 2 names on it."]


@pytest.mark.parametrize("now", ["confirmed", "held", "asked", "hidden"])
def test_every_way_off_the_list_is_a_removal_with_a_class(letter, confirmed, listed, now):
    one = listed(confirmed())
    move(one, now, reason="batch_undone")
    change = record.changes(letter).changes[0]
    assert (change.kind, change.reason) == ("removed", "mistake")


def test_each_reason_of_the_team_has_a_public_class_and_an_unknown_one_says_little():
    assert set(reasons.REMOVED_FOR) <= set(reasons.ALL)
    assert set(reasons.HIDE_REASONS) <= set(reasons.REMOVED_FOR)
    assert set(reasons.REMOVED_FOR.values()) | {reasons.REVIEW, "unnamed"} == set(reasons.REMOVAL_CLASSES)
    assert reasons.removal_class("watchlist_name") == reasons.REVIEW


def test_a_new_text_the_delivery_and_a_reply_are_in_the_record(letter, confirmed, listed, organiser):
    listed(confirmed())
    versions.begin(letter, reason="clarification", note="More of it.", by=organiser)
    versions.save(letter, body="We ask for **more** light.", seen=None, by=organiser)
    versions.publish(letter, actor=organiser)
    lifecycle.close(letter)
    delivery = delivering.deliver(letter, actor=organiser)
    today = timezone.localdate()
    reply = received.enter_reply(delivery, author="The Minister", text="No.", received_on=today, actor=organiser)
    told = record.changes(letter).changes
    assert [change.kind for change in told] == ["reply", "delivered", "closed", "version", "listed", "published"]
    assert told[3].text == "Version 2 of the text was published: clarification."
    received.hide(reply, actor=organiser)
    assert kinds(letter)[0] == "delivered"


def test_pages_follow_each_other_without_gap_or_repeat(client, letter, confirmed, listed, time_machine):
    one = confirmed()
    letter.opened_at = datetime(2020, 1, 1, tzinfo=UTC)
    letter.save()
    for n in range(130):  # many at the very same moment, as a batch may make them
        time_machine.move_to(f"2020-01-01T00:00:{n // 40:02d}Z", tick=False)
        one.events.create(was="confirmed" if n % 2 else "listed", now="listed" if n % 2 else "hidden")
    seen, path = [], f"{L}changes.json"
    while path:
        page = client.get(path).json()
        seen += page["changes"]
        path = page["next"]
    assert len(seen) == len({change["id"] for change in seen}) == 130
    assert [change["at"] for change in seen] == sorted((change["at"] for change in seen), reverse=True)


@pytest.mark.parametrize("after", ["x", "W10", "\0", "é", "WyJ4IiwxXQ", "WyIyMDI2LTAxLTAxIiwtMV0", "WzEsMl0"])
def test_a_place_in_the_record_that_was_made_up_is_refused(client, letter, after):
    for path in ("changes/", "changes.json", "changes.atom"):
        assert client.get(L + path, {"after": after}).status_code == 400


def test_the_feed_is_valid_atom(client, letter, confirmed, listed):
    listed(confirmed(name="Ada <b>&amp;</b> “Co”"))
    answer = client.get(L + "changes.atom")
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(answer.content)
    for part in (feed, *feed.iter(ATOM + "entry")):
        for name in ("id", "title", "updated"):
            assert len(part.findall(ATOM + name)) == 1
        assert ElementTree.fromstring(f"<x>{part.find(ATOM + 'id').text}</x>").text.startswith(("http", "urn:uuid:"))
    assert feed.find(f"{ATOM}author/{ATOM}name").text == letter.organiser
    assert {link.get("rel") for link in feed.findall(ATOM + "link")} == {"self", "alternate"}
    assert feed.find(f"{ATOM}entry/{ATOM}title").text == "Ada <b>&amp;</b> “Co” was listed."


def test_the_page_names_its_feed_and_its_json(client, letter):
    page = client.get(L + "changes/").content.decode()
    for kind, path in (("application/atom+xml", "changes.atom"), ("application/json", "changes.json")):
        assert f'rel="alternate" type="{kind}"' in page
        assert f'href="{L}{path}"' in page
    assert client.get(L + "changes.json").json()["changes"][0]["kind"] == "published"


def test_a_letter_that_is_not_public_has_no_record(client, draft):
    for path in ("changes/", "changes.json", "changes.atom", "counts.csv", "press/"):
        assert client.get(f"/letters/{draft.slug}/{path}").status_code == 404


def test_the_record_costs_the_same_queries_at_any_length(client, confirmed, listed, django_assert_max_num_queries):
    for n in range(12):
        listed(confirmed(f"{n}@example.com"))
    with django_assert_max_num_queries(7):
        client.get(L + "changes.json")
