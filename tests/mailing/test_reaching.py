"""News stops for a mailbox that returned a mail, until its owner shows that mail arrives again."""

import pytest

from petition import lifecycle, news
from petition.models import Letter
from signatories import announce, bounces, signing, tokens
from signatories.bounces import Outcome
from signatories.models import Mail
from tests import returned
from tests.conftest import LETTER, LINE, link_in


@pytest.fixture(autouse=True)
def _return_address(settings) -> None:
    settings.BOUNCE_ADDRESS = returned.ADDRESS


@pytest.fixture
def publish(letter: Letter, organiser, deliver):
    """Publish news, and return whom it is owed to and the mails that left."""

    def make(title: str = "News") -> list:
        deliver().clear()
        news.publish(news.write(letter, title=title, body="So far.", by=organiser))
        announce.make()
        return deliver()

    return make


def back(sent, name: str = "postfix") -> Outcome:
    return bounces.take(returned.message(name, returned.sender(sent)))


def test_a_reader_whose_mailbox_returned_news_gets_none_until_a_code_comes_back(confirmed, publish):
    reader, _ = (confirmed(f"{name}@example.com", updates=True) for name in ("ada", "eve"))
    first = {one.to[0]: one for one in publish("First")}
    back(first["ada@example.com"])
    assert [one.to for one in publish("Second")] == [["eve@example.com"]]
    reader.refresh_from_db()
    assert reader.updates
    signing.restate(reader, typed={**LINE, "updates": True}, reason="founder", key="proven")
    assert {one.to[0] for one in publish("Third")} == set(first)


def test_a_code_from_another_letter_proves_the_mailbox_too(confirmed, publish, organiser):
    reader = confirmed("ada@example.com", updates=True)
    back(publish("First")[0])
    elsewhere = lifecycle.begin(owner=organiser, **{**LETTER, "slug": "another-letter"})
    lifecycle.publish(elsewhere, actor=organiser)
    owed = signing.sign(elsewhere, address="ada@example.com", typed=LINE)
    Mail.objects.filter(pk=owed.pk).update(state="sent", times_sent=1)
    signing.confirm(owed.pk, tokens.code(owed.pk), in_tab=True)
    assert "ada@example.com" in [one.to[0] for one in publish("Second")]
    assert reader.status == "confirmed"


def test_a_server_that_was_away_for_days_ends_nobodys_news(confirmed, publish):
    confirmed("ada@example.com", updates=True)
    back(publish("First")[0], "postfix_given_up")
    assert len(publish("Second")) == 1


def test_news_that_is_owed_already_is_dropped_with_the_first_that_comes_back(confirmed, publish, letter, organiser):
    confirmed("ada@example.com", updates=True)
    first = publish("First")[0]
    news.publish(news.write(letter, title="Second", body="So far.", by=organiser))
    announce.make()
    back(first)
    assert list(Mail.objects.filter(kind="update").values_list("state", flat=True)) == ["failed", "dropped"]


def test_a_mailbox_at_work_that_does_not_exist_ends_nobodys_news(confirmed, publish, deliver):
    signature = confirmed("ada@example.com", updates=True)
    Mail.objects.create(kind="mailbox", key="work", signature=signature, to="nobody@lantern.example.org")
    code = next(one for one in deliver() if one.to == ["nobody@lantern.example.org"])
    assert back(code) == Outcome.FAILED
    assert len(publish()) == 1


def test_a_reader_shows_on_their_own_page_that_mail_arrives_again(confirmed, publish, deliver, client):
    reader = confirmed("ada@example.com", updates=True)
    first = publish("First")[0]
    mine = f"/mine/{tokens.make('mine', reader.pk)}/"
    assert "does not reach you" not in client.get(mine).content.decode()
    assert client.post(mine + "again/").status_code == 409
    back(first)
    assert "does not reach you" in client.get(mine).content.decode()
    client.post(mine + "again/")
    assert "We wrote to you again" in client.get(mine).content.decode()
    link = link_in(deliver()[-1], "reach")
    assert client.get(link).status_code == 200
    assert client.post(link).status_code == 422
    assert publish("Second") == []
    assert "The news goes on" in client.post(link, {"sure": "on"}).content.decode()
    assert "does not reach you" not in client.get(mine).content.decode()
    assert len(publish("Third")) == 1


def test_a_link_of_another_mail_shows_nothing(confirmed, client):
    mail = Mail.objects.get(signature=confirmed(), kind="receipt")
    assert client.get(f"/reach/{tokens.make('confirm', mail.pk)}/").status_code == 404
    assert client.get("/reach/nonsense/").status_code == 404
