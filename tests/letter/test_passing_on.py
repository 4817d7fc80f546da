"""Who has signed, or only read, passes the letter on: by plain links, and nobody else learns of it."""

import re
from email.message import EmailMessage
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from petition import lifecycle, versions
from petition.models import Letter
from signatories import tokens, vetting

pytestmark = pytest.mark.django_db


def own_page(client, signature) -> str:
    return client.get(f"/mine/{tokens.make('mine', signature.pk)}/").content.decode()


def test_the_own_page_offers_the_letters_address_and_never_its_own(client, confirmed, settings):
    signature = confirmed()
    page = own_page(client, signature)
    field = re.search(r'<input id="share-address"[^>]*value="([^"]*)"', page)
    assert field[1] == f"{settings.SITE_URL}/letters/{signature.letter.slug}/"
    assert "readonly" in field[0]
    assert "/mine/" not in unescape(re.search(r'href="(mailto:\?[^"]*)"', page)[1])


def test_a_question_of_the_team_comes_before_passing_on(client, confirmed, vetter):
    signature = confirmed()
    assert "Now pass the letter on" in own_page(client, signature)
    vetting.ask(signature, vetter=vetter, questions=["staff_page"], note="")
    assert "Now pass the letter on" not in own_page(client, signature)


def test_nobody_is_sent_to_a_letter_that_takes_no_signatures(client, letter, confirmed, organiser):
    signature = confirmed()
    lifecycle.close(letter, actor=organiser)
    assert "people who may want to sign" not in own_page(client, signature)


def test_the_mail_begins_with_the_ask_and_no_title_adds_a_header(client, letter):
    Letter.objects.update(title="A & B?\r\nBcc: victim@example.org", ask="50 % “more” & +1")
    page = client.get(f"/letters/{letter.slug}/").content.decode()
    link = unescape(re.search(r'href="(mailto:\?[^"]*)"', page)[1])
    asked = parse_qs(urlsplit(link).query, strict_parsing=True)
    assert set(asked) == {"subject", "body"}
    assert asked["body"][0].startswith("50 % “more” & +1\r\n\r\nhttp")
    with pytest.raises(ValueError, match="linefeed"):  # no mail program can take a second header from it
        EmailMessage()["Subject"] = asked["subject"][0]


def test_nothing_of_another_site_is_asked_or_linked_to(client, letter, settings):
    page = client.get(f"/letters/{letter.slug}/").content.decode()
    hosts = {urlsplit(url).netloc for url in re.findall(r'(?:href|src|action)="(https?://[^"]+)"', page)}
    assert hosts <= {urlsplit(settings.SITE_URL).netloc}


def test_a_translation_is_passed_on_to_those_who_read_it(client, letter, organiser, settings):
    words = {"title": "Lichter", "ask": "Bitte.", "body": "Licht", "reviewer": "Rita Example"}
    versions.translate(letter.version, language="de", by=organiser, **words)
    page = client.get(f"/letters/{letter.slug}/in/de/").content.decode()
    assert f'value="{settings.SITE_URL}/letters/{letter.slug}/in/de/"' in page
