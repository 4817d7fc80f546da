"""No letter waits for the mails of another one."""

import pytest

from petition import lifecycle
from petition.models import Letter
from signatories import outbox, signing
from signatories.models import Mail
from tests.conftest import LETTER, LINE


@pytest.fixture
def small(letter: Letter, organiser) -> Letter:
    """Another letter, whose signers come last."""
    small = lifecycle.begin(owner=organiser, **{**LETTER, "slug": "small"})
    lifecycle.publish(small, actor=organiser)
    return small


def sign(letter: Letter, number: int) -> None:
    for place in range(number):
        signing.sign(letter, address=f"{letter.slug}{place}@example.com", typed=LINE)


def sent(letter: Letter) -> int:
    return Mail.objects.filter(letter=letter, state="sent").count()


def test_a_letter_with_many_mails_does_not_delay_another_with_few(letter, small):
    sign(letter, 60)
    sign(small, 10)
    assert outbox.send(50) == 50
    assert (sent(letter), sent(small)) == (40, 10)


def test_what_one_person_waits_for_goes_before_the_mailing_of_any_letter(letter, small):
    sign(letter, 5)
    Mail.objects.update(bulk=True)
    sign(small, 5)
    assert outbox.send(5) == 5
    assert (sent(letter), sent(small)) == (0, 5)


def test_where_more_letters_wait_than_there_is_room_for_each_has_its_turn(letter, small):
    sign(letter, 6)
    sign(small, 6)
    while outbox.send(3):
        pass
    assert (sent(letter), sent(small)) == (6, 6)
