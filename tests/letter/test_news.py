"""News goes onto the page, into the feed, and to those who asked for it."""

import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from petition import news
from signatories import announce
from signatories.models import Mail
from tests.conftest import link_in

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def update(letter, organiser):
    return news.write(letter, title="The Minister answers", body="She will *think* about it.", by=organiser)


@pytest.fixture
def published(update):
    news.publish(update)
    return update


def test_news_is_written_looked_at_and_published_on_the_desk(letter, organiser, at_desk, client):
    desk = at_desk(organiser)
    page = desk.post(f"/desk/{letter.slug}/updates/", {"title": "News", "body": "So *far*."})["Location"]
    assert "<em>far</em>" in desk.get(page).content.decode()
    assert "0 people get a mail." in desk.get(page).content.decode()
    assert "Please tick this box." in desk.post(f"{page}publish/").content.decode()
    assert "News</h2>" not in client.get(f"/letters/{letter.slug}/updates/").content.decode()
    desk.post(f"{page}publish/", {"sure": "on"})
    assert "<em>far</em>" in client.get(f"/letters/{letter.slug}/updates/").content.decode()
    assert desk.post(f"{page}publish/", {"sure": "on"}).status_code == 409
    assert desk.post(page, {"title": "News", "body": "Otherwise."}).status_code == 409
    assert desk.post(f"{page}discard/").status_code == 409


def test_only_those_who_asked_get_it_once(confirmed, published, deliver):
    confirmed("wants@example.com", updates=True)
    confirmed("quiet@example.com")
    deliver().clear()
    announce.make()
    announce.make()
    (message,) = deliver()
    assert (message.to, message.subject) == (["wants@example.com"], "The Minister answers · Keep the lights on")


def test_one_click_of_a_mail_program_ends_it(confirmed, published, deliver, client):
    signature = confirmed(updates=True)
    announce.make()
    message = deliver()[-1]
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = link_in(message, "unsubscribe")
    assert link in message.extra_headers["List-Unsubscribe"]
    assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    signature.refresh_from_db()
    assert (signature.updates, signature.status) == (False, "confirmed")


def test_a_scanner_that_follows_the_link_ends_nothing(confirmed, published, deliver, client):
    signature = confirmed(updates=True)
    announce.make()
    link = link_in(deliver()[-1], "unsubscribe")
    assert client.get(link).status_code == 200
    assert client.post(link).status_code == 422
    signature.refresh_from_db()
    assert signature.updates
    client.post(link, {"sure": "on"})
    signature.refresh_from_db()
    assert not signature.updates


def test_who_unsubscribes_while_the_mail_is_owed_does_not_get_it(confirmed, published, deliver):
    signature = confirmed(updates=True)
    deliver().clear()
    announce.make()
    announce.unsubscribe(signature)
    assert deliver() == []


def test_a_mailbox_that_refused_for_good_is_not_written_to_again(confirmed, published):
    signature = confirmed(updates=True)
    Mail.objects.filter(signature=signature).update(state="failed")
    assert announce.make() == 0


def test_what_one_person_waits_for_goes_before_news(confirmed, published, deliver):
    for number in range(3):
        confirmed(f"reader{number}@example.com", updates=True)
    deliver().clear()
    announce.make()
    Mail.objects.filter(kind="update").update(send_after=timezone.now() - timedelta(hours=1))
    confirmed("now@example.com")
    assert deliver()[0].subject.startswith("You have signed")
    assert len(mail.outbox) == 4


def test_the_feed_is_valid_atom(published, letter, client):
    answer = client.get(f"/letters/{letter.slug}/updates.atom")
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.content)
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{published.pk}"
    assert feed.findtext(f"{ATOM}updated") == entry.findtext(f"{ATOM}updated")


def test_the_desk_shows_how_far_a_mailing_is(confirmed, published, deliver, organiser, at_desk, letter):
    confirmed("one@example.com", updates=True)
    announce.make()
    deliver()
    page = at_desk(organiser).get(f"/desk/{letter.slug}/updates/").content.decode()
    assert 'data-label="Sent">1<' in page
    assert 'data-label="Waiting">0<' in page


def test_a_mailing_on_its_way_has_a_bar_that_moves_by_itself(confirmed, published, deliver, at_desk, organiser, letter):
    for who in ("ada", "bea", "cleo"):
        confirmed(f"{who}@example.com", updates=True)
    deliver()
    desk = at_desk(organiser)
    announce.make()
    Mail.objects.filter(pk=Mail.objects.filter(kind="update").first().pk).update(state=Mail.State.SENT)
    page = desk.get(f"/desk/{letter.slug}/updates/").content.decode()
    assert "1 of 3 mails are through." in page
    assert '<progress max="3" value="1"' in page
    deliver()
    page = desk.get(f"/desk/{letter.slug}/updates/").content.decode()
    assert "<progress" not in page
    assert "hx-get" not in page
