"""The queue: who waits, in which order, in groups, who has what open, and who is next."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from signatories import vetting
from signatories.models import ClaimLock, Signature
from signatories.vetting import waiting
from signatories.vetting.waiting import Filter, Place
from tests.conftest import support
from tests.test_vetting import LISTING, page

QUEUE = "/desk/keep-the-lights-on/vetting/"


@pytest.fixture
def people(confirmed) -> list[Signature]:
    """Five who wait: the third is held with a high risk, the fifth has a low one."""
    made = [confirmed(f"p{n}@h{n % 2}.example.com", name=f"Person {n}") for n in range(5)]
    for one, kind, risk in ((made[2], "watch_name", 100), (made[4], "seconds", 5)):
        one.flags.create(kind=kind)
        Signature.objects.filter(pk=one.pk).update(risk=risk)
    for one in made:
        one.refresh_from_db()
    return made


def shown(html: str) -> list[str]:
    body = html.partition("<tbody>")[2]
    return [name for line in body.split("<th ")[1:] for name in [line.partition("</a>")[0].rpartition(">")[2]]]


def test_whoever_waits_stands_by_risk_and_then_by_age(people, vetter, at_desk):
    vetting.hold(people[3], vetter=vetter, reason="needs_second_look")
    html = at_desk(vetter).get(QUEUE).content.decode()
    assert shown(html) == [f"Person {n}" for n in (2, 4, 0, 1, 3)]
    assert "5 wait, the oldest for" in html


def test_every_page_of_the_queue_goes_on_where_the_last_ended(people, letter, monkeypatch):
    monkeypatch.setattr(waiting, "PAGE", 2)
    seen, after = [], ""
    while True:
        found = waiting.page(letter, Filter(), after=after)
        seen += [one.name for one in found.signatures]
        if not (after := found.after):
            break
    assert seen == [f"Person {n}" for n in (2, 4, 0, 1, 3)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"host": "H1.example.com"}, {1, 3}),
        ({"name": "person 4"}, {4}),
        ({"organisation": "LANTERN works"}, {0, 1, 2, 3, 4}),
        ({"organisation": "Lantern"}, set()),
        ({"discipline": "policy"}, set()),
        ({"country": "GB"}, {0, 1, 2, 3, 4}),
        ({"flag": "seconds"}, {4}),
        ({"flag": "any"}, {2, 4}),
        ({"flag": "none"}, {0, 1, 3}),
        ({"evidence": "affiliation"}, {0}),
        ({"evidence": "nothing"}, {1, 2, 3, 4}),
        ({"status": "listed"}, set()),
        ({"status": "confirmed; DROP"}, {0, 1, 2, 3, 4}),
        ({"after": "99999." + "0" * 32}, {0, 1, 2, 3, 4}),
        ({"after": "-1." + "0" * 32}, set()),
        ({"after": "7.xyz", "by": "shoe size", "pk": "one"}, {0, 1, 2, 3, 4}),
        ({"name": "a‮b", "host": "x" * 999, "country": "XX"}, {0, 1, 2, 3, 4}),
    ],
)
def test_filters_find_and_nonsense_breaks_nothing(people, vetter, at_desk, asked, found):
    support(people[0], "M", by=vetter)
    answer = at_desk(vetter).get(QUEUE, asked)
    assert answer.status_code == 200
    assert set(shown(answer.content.decode())) == {f"Person {n}" for n in found}


def test_groups_open_as_a_filtered_queue(people, confirmed, vetter, at_desk):
    confirmed("x@h0.example.com", name="Somebody", organisation="Élan Works")
    client = at_desk(vetter)
    by_host = client.get(QUEUE, {"by": "host"}).content.decode()
    assert shown(by_host) == ["h0.example.com", "h1.example.com"]
    assert "?host=h0.example.com" in by_host
    by_organisation = client.get(QUEUE, {"by": "organisation"}).content.decode()
    assert shown(by_organisation) == ["Lantern Works", "Élan Works"]
    assert len(shown(client.get(QUEUE + "?organisation=elan+works").content.decode())) == 1


def test_likely_duplicates_are_joined(people, letter, vetter, at_desk):
    for one, others in ((people[1], [people[0]]), (people[3], [people[1]])):
        one.flags.create(kind="duplicate", details={"others": [str(other.pk) for other in others]})
    (group,) = waiting.groups(letter, "duplicate")
    assert (group.number, set(group.opens.pk)) == (3, {str(people[n].pk) for n in (0, 1, 3)})
    html = at_desk(vetter).get(f"{QUEUE}?{group.opens.query}").content.decode()
    assert set(shown(html)) == {"Person 0", "Person 1", "Person 3"}


def test_the_queue_asks_the_same_questions_whatever_its_length(people, confirmed, vetter, at_desk):
    client = at_desk(vetter)
    asked = []
    for turn in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(QUEUE)
        asked.append(len(queries))
        for n in range(20):
            support(confirmed(f"more{turn}.{n}@example.com"), "M", by=vetter).flags.create(kind="seconds")
    assert asked[0] == asked[1] <= 17


def test_a_person_and_a_decision_ask_a_fixed_number_of_questions(people, confirmed, vetter, at_desk):
    client = at_desk(vetter)
    asked = []
    for one in (people[0], people[1]):
        support(one, "M", by=vetter)
        with CaptureQueriesContext(connection) as person:
            client.get(page(one))
        with CaptureQueriesContext(connection) as decision:
            client.post(page(one, "list"), {**LISTING, "then": "next"})
        asked.append((len(person), len(decision)))
        for n in range(10):
            confirmed(f"q{len(asked)}.{n}@h{n % 2}.example.com", name=f"Queue {n}")
    assert asked[1][0] <= asked[0][0] + 2  # whoever is listed already is shown with the decision
    assert asked[0][0] <= 33
    assert max(one[1] for one in asked) <= 45


def test_opening_the_next_claims_it_and_others_see_so(people, vetter, second, at_desk):
    answer = at_desk(vetter).post(QUEUE + "next/")
    assert answer["Location"] == page(people[2])
    assert "Vera has this open until" in at_desk(second).get(page(people[2])).content.decode()
    assert "Vera has this open until" in at_desk(second).get(QUEUE).content.decode()
    assert at_desk(second).post(QUEUE + "next/")["Location"] == page(people[4])


def test_looking_claims_nothing_and_a_claim_is_renewed_by_its_holder_only(people, vetter, second, at_desk):
    client, other = at_desk(vetter), at_desk(second)
    client.get(page(people[0]))
    assert not ClaimLock.objects.exists()
    client.post(page(people[0], "claim"))
    ClaimLock.objects.update(until=timezone.now() + timedelta(minutes=1))
    assert "Vera has this open" in other.post(page(people[0], "claim")).content.decode()
    client.post(page(people[0], "claim"))
    assert ClaimLock.objects.get().until > timezone.now() + timedelta(minutes=9)
    assert ClaimLock.objects.get().vetter == vetter


def test_a_claim_lapses(people, vetter, second):
    assert vetting.claim(people[0].pk, vetter=vetter)
    assert not vetting.claim(people[0].pk, vetter=second)
    ClaimLock.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert vetting.holder(people[0]) is None
    assert vetting.claim(people[0].pk, vetter=second)


def test_after_a_decision_the_next_one_behind_it_is_open(people, vetter, at_desk):
    client = at_desk(vetter)
    client.post(page(people[0], "claim"))
    answer = client.post(page(people[0], "hold"), {"reason": "needs_second_look", "then": "next"})
    assert answer["Location"] == page(people[1])
    assert list(ClaimLock.objects.values_list("signature", flat=True)) == [people[1].pk]


def test_a_decision_on_a_flagged_name_goes_on_behind_where_it_stood(people, vetter, at_desk):
    support(people[4], "M", by=vetter)
    looked = [people[4].flags.get().pk]
    answer = at_desk(vetter).post(page(people[4], "list"), {**LISTING, "looked": looked, "then": "next"})
    assert answer["Location"] == page(people[0])


def test_next_stays_within_the_filter_and_says_when_nothing_is_left(people, vetter, at_desk):
    client, only = at_desk(vetter), {"filter": "host=h1.example.com", "then": "next"}
    answer = client.post(page(people[1], "decline"), {"reason": "not_eligible", **only})
    assert answer["Location"] == page(people[3]) + "?host=h1.example.com"
    answer = client.post(page(people[3], "decline"), {"reason": "not_eligible", **only}, follow=True)
    assert answer.redirect_chain[-1][0] == QUEUE + "?host=h1.example.com"
    assert "Nothing else waits for you here." in answer.content.decode()


def test_next_skips_what_one_may_not_decide_or_has_held_for_others(people, confirmed, letter, vetter, second):
    own = confirmed(vetter.email)
    vetting.recuse(people[2], vetter=vetter)
    vetting.hold(people[4], vetter=vetter, reason="needs_second_look")
    seen, place = set(), None
    while (one := waiting.next_for(vetter, letter, Filter(), behind=place)) and one.pk not in seen:
        seen.add(one.pk)
        place = Place.of(one)
    assert seen == {people[n].pk for n in (0, 1, 3)}
    assert own.pk not in seen
    assert waiting.next_for(second, letter, Filter()).pk == people[2].pk


def test_next_begins_again_at_the_top_behind_the_last(people, vetter, letter):
    assert waiting.next_for(vetter, letter, Filter(), behind=Place.of(people[3])).pk == people[2].pk
