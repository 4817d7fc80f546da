"""The addressee opens their link, acknowledges and replies."""

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from petition.delivery import received
from petition.models import AddresseeLink, Opening, Reply
from petition.moves import NotAllowed


@pytest.fixture
def link(frozen, organiser) -> AddresseeLink:
    return received.make_link(frozen, addressee="The Minister", days=30, actor=organiser)


@pytest.fixture
def path(link) -> str:
    return f"/received/{received.token(link)}/"


def body_of(response) -> bytes:
    return b"".join(response.streaming_content)


def test_the_addressee_reads_what_was_delivered(client: Client, path, link):
    answer = client.get(path)
    text = answer.content.decode()
    assert "Keep the lights on" in text
    assert "The Minister" in text
    assert answer["Cache-Control"] == "no-store"
    assert 'content="noindex"' in text
    assert "Set-Cookie" not in answer


def test_each_opening_is_a_row_and_a_look_at_the_headers_is_none(client: Client, path, link, delivered):
    client.get(path)
    client.head(path)
    body_of(client.get(f"{path}pdf/"))
    body_of(client.get(f"{path}bundle/"))
    assert sorted(link.openings.values_list("what", flat=True)) == ["bundle", "page", "pdf"]


def test_the_addressee_downloads_the_document_and_the_bundle(client: Client, path, delivered):
    assert body_of(client.get(f"{path}pdf/")).startswith(b"%PDF-")
    answer = client.get(f"{path}bundle/")
    assert body_of(answer)[:2] == b"PK"
    assert 'filename="keep-the-lights-on-delivered-' in answer["Content-Disposition"]


@pytest.mark.parametrize("token", ["x" * 59, "abc.def", "%00", "é", "a" * 3000])
def test_a_made_up_link_opens_nothing(client: Client, frozen, token):
    refused = 400 if "%00" in token else 404
    for rest in ("", "pdf/", "bundle/"):
        assert client.get(f"/received/{token}/{rest}").status_code == refused
    assert client.post(f"/received/{token}/reply/").status_code == refused
    assert not Opening.objects.exists()


def test_a_link_for_another_purpose_opens_nothing(client: Client, link, closed):
    signer = signing.Signer(salt="another", sep=".")
    assert client.get(f"/received/{signer.sign(link.pk.hex)}/").status_code == 404


@pytest.mark.parametrize("how", ["expired", "closed"])
def test_a_link_that_is_over_opens_nothing(client: Client, path, link, how):
    if how == "closed":
        received.revoke(link)
    else:
        AddresseeLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for rest in ("", "pdf/", "bundle/"):
        assert client.get(path + rest).status_code == 410
    tick = {"name": "Jane", "author": "Jane", "text": "No", "sure": "on"}
    assert client.post(f"{path}acknowledge/", tick).status_code == 410
    assert client.post(f"{path}reply/", tick).status_code == 410
    assert not Opening.objects.exists()
    assert not Reply.objects.exists()


def test_the_addressee_acknowledges_once(client: Client, path, link):
    client.post(f"{path}acknowledge/", {"name": "Jane Clerk", "sure": "on"})
    client.post(f"{path}acknowledge/", {"name": "Somebody Else", "sure": "on"})
    link.refresh_from_db()
    assert (link.acknowledged_by, link.acknowledged_at is not None) == ("Jane Clerk", True)


def test_a_mail_scanner_that_submits_every_form_as_it_stands_does_nothing(client: Client, path, link):
    page = client.get(path).content.decode()
    for action in re.findall(r'<form[^>]* action="([^"]+)"', page):
        form = page.split(f'action="{action}"')[1].split("</form>")[0]
        values = dict(re.findall(r'<input type="text" name="(\w+)"(?: value="([^"]*)")?', form))
        assert client.post(action, {**values, "text": "x"}).status_code == 422
    link.refresh_from_db()
    assert link.acknowledged_at is None
    assert not Reply.objects.exists()


def test_a_reply_stands_on_the_letters_page_and_its_text_is_safe(client: Client, path, letter):
    reply = {"author": "The <i>Minister</i>", "text": "Thank you.\n\n<script>alert(1)</script>", "sure": "on"}
    assert client.post(f"{path}reply/", reply).status_code == 303
    for page in (f"/letters/{letter.slug}/", f"/letters/{letter.slug}/delivery/", path):
        text = client.get(page).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "The &lt;i&gt;Minister&lt;/i&gt;" in text
        assert "<script>alert" not in text
    letters_page = client.get(f"/letters/{letter.slug}/").content.decode()
    assert letters_page.index("#reply") < letters_page.index('id="reply"')


def test_a_reply_is_written_into_the_letters_history_for_whoever_mails_it(client: Client, path, letter):
    client.post(f"{path}reply/", {"author": "The Minister", "text": "Thank you.", "sure": "on"})
    event = letter.events.last()
    assert (event.was, event.now, event.reason) == ("delivered", "delivered", received.REPLIED)


def test_a_reply_sent_twice_is_one(client: Client, path):
    reply = {"author": "The Minister", "text": "Thank you.", "sure": "on"}
    assert [client.post(f"{path}reply/", reply).status_code for _ in range(2)] == [303, 409]
    assert Reply.objects.count() == 1


def test_one_link_brings_so_many_replies_and_no_more(link):
    for number in range(received.MOST_REPLIES):
        received.reply(link, author="The Minister", text=f"Reply {number}")
    with pytest.raises(NotAllowed, match="At most"):
        received.reply(link, author="The Minister", text="One more")


@pytest.mark.parametrize("text", ["", " ", "a\0b", "x" * 20_001, "\u202e"])
def test_what_cannot_be_a_reply_is_said_beside_its_field(client: Client, path, text):
    answer = client.post(f"{path}reply/", {"author": "Kept Name", "text": text, "sure": "on"})
    assert answer.status_code == 422
    assert "Kept Name" in answer.content.decode()
    assert not Reply.objects.exists()


def test_a_bundle_that_is_not_ready_is_not_handed_out(client: Client, path):
    assert "being made" in client.get(path).content.decode()
    assert client.get(f"{path}pdf/").status_code == 503
