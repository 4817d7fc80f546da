"""The weekly audit asks some signatories again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from signatories import sampling, tokens
from signatories.models import Case, Draw, Mail, Signature
from tests.conftest import link_in, owed_kinds

MONDAY = datetime(2030, 1, 7, 0, 30, tzinfo=UTC)
WEEK = timedelta(weeks=1)


@pytest.fixture
def names(letter):
    """Listed names, without the way of each."""

    def make(number: int, *, level: int = 2, first: int = 0) -> None:
        rows = [
            Signature(
                letter=letter,
                version=letter.version,
                address=f"p{level}-{n}@example.com",
                address_hash=f"{level}-{n}",
                name=f"Name {n}",
                publish=True,
            )
            for n in range(first, first + number)
        ]
        Signature.objects.bulk_create(rows)
        facts = {"level": level, "checked": "M", "confirmed_at": letter.opened_at, "checked_at": letter.opened_at}
        letter.signatures.filter(status="pending").update(status="listed", **facts)

    return make


def test_at_least_twenty_are_drawn_once_a_week_and_each_gets_one_mail(names, letter):
    names(60)
    assert sampling.draw_due(now=MONDAY) == 20
    assert sampling.draw_due(now=MONDAY + timedelta(days=6)) == 0
    assert letter.draws.values_list("week", flat=True).distinct().get() == date(2030, 1, 7)
    assert letter.draws.values("signature").distinct().count() == 20
    assert Mail.objects.filter(kind="audit", state="owed").count() == 20


def test_of_many_five_percent_are_drawn(names, letter):
    names(410)
    assert sampling.draw_due(now=MONDAY) == 21


def test_of_few_all_are_drawn_and_only_at_levels_2_and_3(names, letter):
    names(3, level=2)
    names(2, level=3)
    names(2, level=4)
    names(2, level=1)
    assert sampling.draw_due(now=MONDAY) == 5
    assert set(letter.draws.values_list("level", flat=True)) == {2, 3}


def test_nobody_is_drawn_again_within_half_a_year_while_others_are_there(names, letter):
    names(60)
    for week in range(3):
        sampling.draw_due(now=MONDAY + week * WEEK)
    assert letter.draws.values("signature").distinct().count() == 60
    assert sampling.draw_due(now=MONDAY + 3 * WEEK) == 20  # nobody else is left
    assert sampling.draw_due(now=MONDAY + 27 * WEEK) == 20
    again = letter.draws.filter(week=date(2030, 1, 7) + 27 * WEEK).values("signature")
    last = letter.draws.filter(week__gt=date(2030, 1, 7) + WEEK, week__lt=date(2030, 1, 7) + 27 * WEEK)
    assert not last.filter(signature__in=again).exists()


def test_who_was_listed_this_week_is_not_asked_yet(names, letter):
    names(1)
    Signature.objects.update(checked_at=MONDAY + timedelta(minutes=10))
    assert sampling.draw_due(now=MONDAY + timedelta(hours=1)) == 0
    assert sampling.draw_due(now=MONDAY + WEEK) == 1


def test_a_draft_and_its_founders_are_left_alone(draft):
    assert sampling.draw_due(now=MONDAY) == 0


@pytest.fixture
def drawn(confirmed, listed, letter) -> Signature:
    signature = listed(confirmed())
    letter.draws.create(signature=signature, week=date(2030, 1, 7), level=2)
    return signature


def page(signature: Signature) -> str:
    return f"/mine/{tokens.make('mine', signature.pk)}/audit/"


def test_the_mail_leads_to_a_page_that_restates_the_line(confirmed, listed, client: Client, deliver):
    signature = listed(confirmed())
    sampling.draw_due(now=MONDAY)
    message = next(one for one in deliver() if "still right" in one.subject)
    assert "Lamplighter, Lantern Works" in message.body
    path = link_in(message, "mine")
    assert path.endswith("/audit/")
    assert "Ada Example" in client.get(path).content.decode()
    assert "drawn for this week" in client.get(path.removesuffix("audit/")).content.decode()
    assert owed_kinds(signature).count("audit") == 1


def test_opening_the_page_or_sending_it_as_it_stands_answers_nothing(drawn, client: Client):
    assert client.get(page(drawn)).status_code == 200
    answer = client.post(page(drawn), {"text": ""})
    assert answer.status_code == 422
    assert "choose an answer" in answer.content.decode()
    assert Draw.objects.get().answer == ""


def test_one_answer_says_that_all_is_right(drawn, client: Client, letter):
    answer = client.post(page(drawn), {"answer": "right"}, follow=True)
    assert "thank you" in answer.content.decode().lower()
    assert Draw.objects.get().answer == "confirmed"
    client.post(page(drawn), {"answer": "not_me"})
    assert letter.signatures.listed().count() == 1
    assert sampling.rate(letter) == sampling.Rate(drawn=1, answered=1, denied=0)


def test_something_wrong_opens_a_case_and_hides_nobody(drawn, client: Client, letter):
    assert client.post(page(drawn), {"answer": "wrong"}).status_code == 422
    client.post(page(drawn), {"answer": "wrong", "text": "I retired."})
    case = Case.objects.get()
    assert (case.kind, case.text) == ("audit", "I retired.")
    assert letter.signatures.listed().count() == 1
    assert sampling.rate(letter).percent == 100


def test_who_did_not_sign_is_off_the_letter_at_once(drawn, client: Client):
    client.post(page(drawn), {"answer": "not_me"})
    drawn.refresh_from_db()
    assert (drawn.status, drawn.events.last().reason) == ("hidden", "not_me")
    assert (Case.objects.get().kind, Draw.objects.get().answer) == ("audit", "denied")


def test_saying_so_on_the_own_page_counts_as_a_denial_too(drawn, client: Client, letter):
    client.post(page(drawn).replace("audit", "not-me"), {"sure": "on"})
    assert (Case.objects.get().kind, sampling.rate(letter).denied) == ("not_me", 1)


def test_the_denial_rate_stands_on_the_desk(drawn, client: Client, letter, vetter, at_desk):
    client.post(page(drawn), {"answer": "not_me"})
    assert "100.0 % of those who answered" in at_desk(vetter).get(f"/desk/{letter.slug}/throughput/").content.decode()
    assert sampling.by_week(letter, weeks=1) == [(date(2030, 1, 7), sampling.Rate(1, 1, 1))]
