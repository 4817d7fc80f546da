"""The team asks, the signer answers, or does not."""

from datetime import timedelta

import pytest

from petition.moves import NotAllowed
from signatories import tokens, vetting
from signatories.models import Decision, Signature
from signatories.vetting import asking
from tests.conftest import link_in, owed_kinds


@pytest.fixture
def asked(confirmed, vetter) -> Signature:
    signature = confirmed()
    vetting.ask(signature, vetter=vetter, questions=["need_staff_page"], question="Which team, please?")
    return signature


def mine(signature: Signature, verb: str = "") -> str:
    return f"/mine/{tokens.make('mine', signature.pk)}/{verb}"


@pytest.fixture
def age(time_machine):
    """Let so much time go by since the question."""

    def go_on(signature: Signature, **by: int) -> None:
        time_machine.move_to(signature.decisions.order_by("pk")[0].at + timedelta(**by))

    return go_on


def test_mail_and_own_page_show_the_questions(asked, deliver, client):
    message = deliver()[-1]
    seen = client.get(link_in(message, "mine")).content.decode()
    for line in ("Please send a page of your organisation that names you", "Which team, please?"):
        assert line in message.body
        assert line in seen


def test_an_answer_puts_the_name_back_into_the_queue_and_owes_a_new_look(asked, client, vetter, at_desk):
    client.post(mine(asked, "answer/"), {"answer": "The lamps", "url": "https://lantern.example.org/ada"})
    asked.refresh_from_db()
    question = asked.decisions.get()
    assert (asked.status, asked.collect_after is not None) == ("confirmed", True)
    assert (question.answer, question.answer_url) == ("The lamps", "https://lantern.example.org/ada")
    seen = at_desk(vetter).get(f"/desk/{asked.letter.slug}/vetting/{asked.pk}/").content.decode()
    assert "The lamps" in seen
    assert "https://lantern.example.org/ada" in seen


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Please write an answer"),
        ({"answer": "\u202eevil"}, "reading direction"),
        ({"url": "ftp://example.org/"}, "starts with https"),
        ({"url": "javascript:alert(1)"}, "valid URL"),
        ({"answer": "x" * 2001}, "at most 2000"),
    ],
)
def test_an_answer_that_says_nothing_is_explained(asked, client, sent, said):
    answer = client.post(mine(asked, "answer/"), sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    asked.refresh_from_db()
    assert asked.status == "asked"


def test_nobody_answers_what_was_not_asked(confirmed, client):
    signature = confirmed()
    assert client.post(mine(signature, "answer/"), {"answer": "Hello"}).status_code == 409


def test_one_reminder_after_seven_days(asked, deliver, age):
    age(asked, days=6, hours=23)
    assert vetting.remind() == 0
    age(asked, days=7, minutes=1)
    assert [vetting.remind(), vetting.remind()] == [1, 0]
    assert owed_kinds(asked).count("reminded") == 1
    assert "Which team, please?" in deliver()[-1].body


def test_after_fourteen_days_the_question_lapses_and_the_signer_is_told(asked, deliver, age):
    age(asked, days=14, minutes=1)
    assert [vetting.lapse(), vetting.lapse(), vetting.remind()] == [1, 0, 0]
    asked.refresh_from_db()
    assert (asked.status, asked.events.last().reason) == ("declined", "lapsed")
    assert "An answer opens it again" in deliver()[-1].body


def test_a_late_answer_opens_it_again(asked, client, age):
    age(asked, days=15)
    vetting.lapse()
    assert "Nobody answered in fourteen days" in client.get(mine(asked)).content.decode()
    client.post(mine(asked, "answer/"), {"answer": "I was at sea"})
    asked.refresh_from_db()
    assert (asked.status, asked.decisions.get().answer) == ("confirmed", "I was at sea")


def test_a_refusal_is_not_opened_again_by_an_answer(asked, client, vetter):
    vetting.decline(asked, vetter=vetter, reason="not_eligible")
    assert client.post(mine(asked, "answer/"), {"answer": "But"}).status_code == 409


def test_an_old_question_lapses_nothing_that_was_asked_since(asked, vetter, age):
    age(asked, days=20)
    vetting.hold(asked, vetter=vetter, reason="needs_second_look")
    vetting.ask(asked, vetter=vetter, questions=["need_details"])
    assert [vetting.lapse(), vetting.remind()] == [0, 0]


def test_who_was_asked_and_is_listed_is_not_reminded(asked, vetter, age):
    age(asked, days=8)
    vetting.hold(asked, vetter=vetter, reason="needs_second_look")
    assert [vetting.remind(), vetting.lapse()] == [0, 0]


def test_nothing_is_asked_without_a_question(confirmed, vetter, at_desk):
    signature = confirmed()
    answer = at_desk(vetter).post(f"/desk/{signature.letter.slug}/vetting/{signature.pk}/ask/", {"note": "hm"})
    assert "Please choose what to ask for" in answer.content.decode()
    with pytest.raises(NotAllowed):
        vetting.ask(signature, vetter=vetter)


def test_who_answers_and_is_asked_anew_in_that_moment_is_not_declined(asked, vetter, age, monkeypatch):
    age(asked, days=15)
    found = asking._open_for

    def found_then_answered(age: timedelta) -> list[Decision]:
        due = [*found(age)]
        vetting.answer(Signature.objects.get(), text="Here.")
        vetting.ask(Signature.objects.get(), vetter=vetter, questions=["staff_page"])
        return due

    monkeypatch.setattr(asking, "_open_for", found_then_answered)
    assert vetting.lapse() == 0
    asked.refresh_from_db()
    assert asked.status == "asked"
    assert asked.decisions.filter(answered_at=None).count() == 1
