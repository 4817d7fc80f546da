"""A published text gets a next version: nobody is carried over, everybody hears of it."""

import re

import pytest

from petition import lifecycle, tally, versions
from petition.models import Letter
from petition.moves import NotAllowed
from signatories import announce, signing
from signatories.models import Mail, Signature
from tests.conftest import LETTER, LINE, code_in, link_in

OTHER_WORDS = LETTER["body"].replace("light", "darkness")


@pytest.fixture
def change(letter, organiser):
    """Publish a next version of one kind."""

    def publish(reason: str = "meaning", body: str = OTHER_WORDS) -> None:
        versions.begin(letter, reason=reason, note="Darkness instead of light.", by=organiser)
        versions.save(letter, body=body, seen=0, by=organiser)
        versions.publish(letter, actor=organiser)
        announce.make()

    return publish


def mine(deliver) -> str:
    return link_in(deliver()[-1], "mine")


def test_a_next_version_is_written_and_published_on_the_desk(letter, organiser, at_desk, client):
    desk = at_desk(organiser)
    at = f"/desk/{letter.slug}/versions/"
    desk.post(f"{at}begin/", {"reason": "clarification", "note": "Which light."})
    desk.post(f"{at}next/", {"reason": "clarification", "note": "Which light.", "body": OTHER_WORDS, "edits": "0"})
    assert "darkness" not in client.get(f"/letters/{letter.slug}/").content.decode()
    desk.post(f"{at}publish/", {"sure": "on"})
    page = client.get(f"/letters/{letter.slug}/").content.decode()
    assert "<em>darkness</em>" in page
    assert "Which light." in page
    first = client.get(f"/letters/{letter.slug}/versions/1/").content.decode()
    assert "We ask for *light*" in first


def test_a_change_of_meaning_asks_everybody_and_carries_nobody_over(confirmed, listed, change, deliver, letter, client):
    signature = listed(confirmed())
    deliver().clear()
    change()
    (mail,) = deliver()
    assert mail.subject.startswith("Do you still sign?")
    signature.refresh_from_db()
    assert (signature.version.number, signature.status) == (1, "listed")
    assert "Ada Example" in client.get(f"/letters/{letter.slug}/signatories/").content.decode()
    assert "changed its meaning" in client.get(link_in(mail, "mine")).content.decode()


def test_who_keeps_their_name_stands_under_the_new_words(confirmed, listed, change, deliver, client):
    signature = listed(confirmed())
    change()
    page = mine(deliver)
    client.post(f"{page}keep/", {"answer": "keep"})
    signature.refresh_from_db()
    assert (signature.version.number, signature.status) == (2, "listed")
    assert signature.events.last().reason == "reaffirmed"
    assert "changed its meaning" not in client.get(page).content.decode()


def test_who_leaves_is_asked_for_a_code_and_is_off_the_letter(confirmed, listed, change, deliver, client, own):
    signature = listed(confirmed())
    change()
    answer = client.post(f"{mine(deliver)}keep/", {"answer": "leave"}, follow=True)
    assert "Send me a code" in answer.content.decode()
    own(signature, "withdraw", sure="on")
    signature.refresh_from_db()
    assert (signature.status, signature.name) == ("withdrawn", "")


def test_a_scanner_that_sends_the_form_as_it_stands_answers_nothing(confirmed, listed, change, deliver, client):
    signature = listed(confirmed())
    change()
    assert client.post(f"{mine(deliver)}keep/").status_code == 422
    signature.refresh_from_db()
    assert signature.version.number == 1


@pytest.mark.parametrize(("reason", "asked"), [("typo", False), ("clarification", False), ("meaning", True)])
def test_only_a_change_of_meaning_asks(confirmed, change, deliver, client, reason, asked):
    confirmed()
    change(reason)
    assert ("changed its meaning" in client.get(mine(deliver)).content.decode()) is asked


def test_a_correction_after_a_change_of_meaning_does_not_drop_the_question(confirmed, change, client, deliver):
    signature = confirmed()
    change("meaning")
    change("typo", OTHER_WORDS + "Thanks.\n")
    asked = announce.open_question(Signature.objects.get(pk=signature.pk))
    assert asked is not None
    assert asked.number == 3


def test_who_signs_now_signs_the_new_words_and_is_asked_nothing(post_sign, change, letter):
    change()
    post_sign()
    signature = letter.signatures.get()
    assert signature.version.number == 2
    assert announce.open_question(signature) is None


def test_a_form_opened_before_the_change_is_not_taken_for_the_new_words(post_sign, change, letter):
    change()
    answer = post_sign(version="1")
    assert answer.status_code == 422
    assert "has changed since you opened" in answer.content.decode()
    assert not letter.signatures.exists()


def test_who_confirms_after_everybody_was_asked_is_asked_too(letter, change, client, deliver):
    signing.sign(letter, address="late@example.com", typed=LINE)
    code = code_in(deliver()[0])
    change()
    mail = Mail.objects.get(kind="confirm")
    signing.confirm(mail.pk, code, in_tab=True)
    assert Mail.objects.filter(kind="version").count() == 1


def test_everybody_hears_once_however_often_the_task_runs(confirmed, change, deliver):
    for number in range(3):
        confirmed(f"signer{number}@example.com")
    deliver().clear()
    change("typo")
    assert announce.make() == 0
    assert sorted(mail.to[0] for mail in deliver()) == [f"signer{number}@example.com" for number in range(3)]


def test_counts_stand_under_each_version(confirmed, listed, change, deliver, client, letter):
    listed(confirmed("one@example.com"))
    two = listed(confirmed("two@example.com"))
    change()
    announce.keep(two)
    tally.take(letter)
    page = client.get(f"/letters/{letter.slug}/versions/").content.decode()
    assert re.findall(r"(\d+) listed signator", page) == ["1", "1"]
    assert "newer one" in client.get(f"/letters/{letter.slug}/versions/1/").content.decode()


def test_a_comparison_says_in_words_what_changed(change, client, letter):
    change()
    page = client.get(f"/letters/{letter.slug}/versions/2/").content.decode()
    assert '<del><span class="hidden">[removed: </span>*light*.' in page
    assert '<ins><span class="hidden">[added: </span>*darkness*.' in page


def test_paragraphs_that_stayed_are_not_compared_word_by_word():
    rows = versions.compare("One.\n\nTwo words here.\n\nThree.", "One.\n\nTwo new words here.\n\nThree.")
    assert [[(piece.kind, piece.words) for piece in row] for row in rows] == [
        [("kept", "One.")],
        [("kept", "Two "), ("added", "new "), ("kept", "words here.")],
        [("kept", "Three.")],
    ]


@pytest.mark.parametrize(
    "body", [LETTER["body"], LETTER["body"].replace("\n", "\r\n") + "\n\n", LETTER["body"] + "   "]
)
def test_the_same_words_are_no_next_version(letter: Letter, change, body):
    with pytest.raises(NotAllowed, match="same words"):
        change(body=body)
    assert letter.versions.filter(published_at__isnull=False).count() == 1


def test_who_publishes_a_next_version_sees_what_changes_and_how_many_get_a_mail(letter, confirmed, organiser, at_desk):
    confirmed()
    desk, at = at_desk(organiser), f"/desk/{letter.slug}/versions/"
    versions.begin(letter, reason="typo", note="x", by=organiser)
    versions.save(letter, body=OTHER_WORDS, seen=None, by=organiser)
    page = desk.get(at).content.decode()
    assert re.search(r"<ins>.*?darkness", page)
    assert "1 person gets a mail." in page
    answer = desk.post(f"{at}publish/")
    assert (answer.status_code, letter.versions.filter(published_at=None).count()) == (422, 1)
    assert "Please tick this box." in answer.content.decode()


def test_a_next_version_is_begun_once_and_can_be_thrown_away(letter, organiser, at_desk):
    desk, at = at_desk(organiser), f"/desk/{letter.slug}/versions/"
    begun = {"reason": "typo", "note": "A letter was missing."}
    assert desk.post(f"{at}begin/", begun).status_code == 303
    assert desk.post(f"{at}begin/", begun).status_code == 409
    assert desk.post(f"{at}begin/", {"reason": "first", "note": "x"}).status_code == 422
    desk.post(f"{at}discard/")
    assert letter.versions.count() == 1
    assert desk.post(f"{at}publish/", {"sure": "on"}).status_code == 409


def test_a_draft_has_no_next_version(draft, organiser):
    with pytest.raises(NotAllowed):
        versions.begin(draft, reason="typo", note="x", by=organiser)


def test_settings_change_after_publication_and_stand_in_the_history(letter, organiser, at_desk):
    form = {
        "contact": "new@example.org",
        "milestones": "7",
        "closes_at": "2090-01-01T12:00",
        "keep_until": "2031-01-01",
    }
    at_desk(organiser).post(f"/desk/{letter.slug}/settings/", form)
    letter.refresh_from_db()
    assert (letter.contact, letter.closes_at.year, letter.keep_until.year) == ("new@example.org", 2090, 2031)
    assert "contact" in letter.events.last().reason
    with pytest.raises(NotAllowed):
        lifecycle.edit(letter, body="x", milestones=[])
