"""The text changes while people sign, and while people confirm: nobody is left without a version or a question."""

from functools import partial

import pytest
from django.db import transaction
from django.test import Client

from petition import versions
from petition.models import Letter, Version
from signatories import announce, signing, tokens
from signatories.models import Mail, Signature
from tests.conftest import LINE
from tests.postgres.test_races import SENT


@pytest.fixture
def rewritten(letter: Letter, organiser) -> Letter:
    """A letter whose next wording changes its meaning, ready to be published."""
    versions.begin(letter, reason="meaning", note="Windows too.", by=organiser)
    versions.save(letter, body="We ask for windows.", seen=None, by=organiser)
    return letter


def publish(letter: Letter, organiser) -> Version:
    return versions.publish(Letter.objects.get(pk=letter.pk), actor=organiser)


def confirm(mail: Mail) -> Signature:
    Mail.objects.filter(pk=mail.pk).update(state="sent", times_sent=1)
    return signing.confirm(mail.pk, tokens.code(mail.pk), in_tab=False).signature


def asked() -> set[str]:
    return set(Mail.objects.filter(kind="version").values_list("signature__address", flat=True))


def test_publishing_a_next_version_twice_at_once_leaves_one(rewritten, organiser, at_desk, at_once):
    click = f"/desk/{rewritten.slug}/versions/publish/"
    answers = at_once([partial(at_desk(organiser).post, click, {"sure": "on"}) for _ in range(2)])
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert list(rewritten.versions.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert rewritten.events.filter(reason="version_2").count() == 1


def test_twenty_who_sign_while_the_meaning_changes_each_have_a_version_and_the_old_ones_are_asked(
    rewritten, organiser, at_once
):
    path = f"/letters/{rewritten.slug}/sign/"
    number = rewritten.version.number
    posts = [
        partial(Client().post, path, {**SENT, "email": f"signer{n}@example.com", "version": number}) for n in range(20)
    ]
    answers = at_once([*posts[:10], partial(publish, rewritten, organiser), *posts[10:]])
    published = answers.pop(10)
    assert published.number == 2
    assert {answer.status_code for answer in answers} <= {303, 422, 409}
    stored = {str(one.address): one.version.number for one in Signature.objects.select_related("version")}
    assert len(stored) == sum(answer.status_code == 303 for answer in answers)
    announce.make()
    for mail in Mail.objects.filter(kind="confirm"):
        confirm(mail)
    assert asked() == {address for address, number in stored.items() if number == 1}


def test_twenty_who_confirm_while_the_meaning_changes_are_all_asked(rewritten, organiser, at_once):
    mails = [signing.sign(rewritten, address=f"signer{n}@example.com", typed=LINE) for n in range(20)]

    def change() -> int:
        publish(rewritten, organiser)
        return announce.make()

    results = at_once([*(partial(confirm, mail) for mail in mails), change])
    assert not [problem for problem in results if isinstance(problem, Exception)]
    announce.make()
    assert asked() == {f"signer{n}@example.com" for n in range(20)}
    assert set(Signature.objects.values_list("version__number", flat=True)) == {1}


def test_who_confirmed_but_is_not_committed_when_everybody_is_asked_is_asked_too(rewritten, organiser, at_once):
    mail = signing.sign(rewritten, address="late@example.com", typed=LINE)
    publish(rewritten, organiser)
    with transaction.atomic():
        confirm(mail)  # there is no announcement yet, so this does not ask
        assert at_once([announce.make]) == [0]  # and this does not see it
    assert asked() == set()
    assert announce.make() == 1
    assert announce.make() == 0
    assert asked() == {"late@example.com"}
