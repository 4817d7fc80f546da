"""News and names kept under new words are in the public record; the letter's own housekeeping never is."""

import re

import pytest

from petition import lifecycle, news, tally, versions
from petition.history import REASONS
from signatories import announce, privacy, record, tokens, vetting
from signatories.models import Signature
from tests.letter.test_record import L, everything, kinds


@pytest.fixture
def changed(letter, confirmed, listed, organiser):
    """Two people on a letter whose meaning changed after they signed."""
    people = [listed(confirmed("one@example.com", name="Keeping Kim")), listed(confirmed("two@example.com"))]
    versions.begin(letter, reason="meaning", note="Windows too.", by=organiser)
    versions.save(letter, body="We ask for windows.", seen=None, by=organiser)
    versions.publish(letter, actor=organiser)
    return people


def test_who_keeps_the_name_under_new_words_is_in_the_record(client, letter, changed):
    announce.keep(changed[0])
    newest = record.changes(letter).changes[0]
    assert newest.text == "Keeping Kim keeps the name under version 2 of the text."
    assert kinds(letter) == ["corrected", "version", "listed", "listed", "published"]
    assert record.drift(letter) == (2, 2)
    assert f'<a href="{L}versions/2/">Version 2</a> of the text was published: change of meaning' in everything(client)


def test_the_press_is_told_that_those_it_quotes_signed_other_words(client, letter, changed):
    tally.take(letter)
    for page in ("", "press/"):
        text = client.get(f"/letters/{letter.slug}/{page}").content.decode()
        said = f'2 of those who are listed by name signed <a href="/letters/{letter.slug}/versions/1/">version 1</a>'
        assert said in text


def test_who_is_not_on_the_letter_is_not_told_that_their_name_stands_there(client, letter, changed, vetter, deliver):
    vetting.hide(changed[1], vetter=vetter, reason="affiliation_withdrawn")
    announce.make()
    page = client.get(f"/mine/{tokens.make('mine', changed[1].pk)}/").content.decode()
    mail = next(mail.body for mail in deliver() if mail.subject.startswith("Do you still sign?"))
    for text in (page, mail):
        assert "our name stands" not in " ".join(text.split())
        assert "our signature stands under" in " ".join(text.split())


def test_who_waits_and_is_asked_about_new_words_is_not_told_that_there_is_nothing_to_do(client, confirmed, changed):
    first = changed[0].letter.versions.get(number=1)
    waits = confirmed("waits@example.com")
    Signature.objects.filter(pk=waits.pk).update(version=first)
    page = f"/mine/{tokens.make('mine', waits.pk)}/"
    asked = client.get(page).content.decode()
    assert "a question about it stands below" in asked
    assert "nothing you have to do" not in asked
    announce.keep(Signature.objects.get(pk=waits.pk))
    assert "nothing you have to do" in client.get(page).content.decode()


def test_nobody_keeps_the_name_under_words_that_came_after_the_page_was_opened(client, letter, changed, organiser):
    path = f"/mine/{tokens.make('mine', changed[0].pk)}/"
    shown = re.search(r'name="version" value="(\d+)"', client.get(path).content.decode())[1]
    versions.begin(letter, reason="meaning", note="No light at all.", by=organiser)
    versions.save(letter, body="We ask for darkness.", seen=None, by=organiser)
    versions.publish(letter, actor=organiser)
    answer = client.post(f"{path}keep/", {"answer": "keep", "version": shown})
    assert answer.status_code == 409
    assert "has changed since you opened this page" in answer.content.decode()
    changed[0].refresh_from_db()
    assert changed[0].version.number == 1
    assert client.post(f"{path}keep/", {"answer": "keep", "version": "3"}).status_code == 303
    changed[0].refresh_from_db()
    assert changed[0].version.number == 3


def test_who_kept_and_then_left_is_not_named(client, letter, changed):
    announce.keep(changed[0])
    privacy.withdraw(changed[0])
    shown = everything(client)
    assert "Keeping Kim" not in shown
    assert "A signatory keeps the name under version 2 of the text." in shown


def test_published_news_is_in_the_record_and_a_draft_is_not(client, letter, organiser):
    draft = news.write(letter, title="The <i>Minister</i> answers", body="So far.", by=organiser)
    assert kinds(letter) == ["published"]
    news.publish(draft)
    assert record.changes(letter).changes[0].text == "News was published: The <i>Minister</i> answers."
    assert "&lt;i&gt;Minister&lt;/i&gt;" in everything(client)


def test_housekeeping_of_the_letter_is_never_in_the_record(client, letter, organiser):
    before = everything(client)
    for reason in (*REASONS, "adjusted: contact", "scheduled: 2026-01-01T00:00Z", "not published: x", "version_2"):
        letter.events.create(was="open", now="open", reason=reason, actor=organiser)
    lifecycle.adjust(letter, actor=organiser, milestones=[], interests="None.")
    assert everything(client) == before


def test_who_kept_the_name_reads_what_they_signed_and_kept_on_the_own_page(client, letter, changed):
    path = f"/mine/{tokens.make('mine', changed[0].pk)}/"
    assert "Signed, version 1" in client.get(path).content.decode()
    announce.keep(changed[0])
    page = client.get(path).content.decode()
    assert "You kept your name under the new version of the text" in page
    assert "Signed, version" not in page
