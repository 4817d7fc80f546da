"""A letter away from its page: shared links, frames and badges on other sites, crawlers."""

import json
import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from petition import tally
from petition.models import Card, Letter, Tally
from petition.sharing import cards

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def counted(letter, confirmed, listed):
    listed(confirmed("ada@example.com"))
    return tally.take(letter)


def test_a_shared_link_shows_a_picture_of_1200_by_630(client, letter, counted):
    assert cards.make_due() == 1
    answer = client.get(f"/letters/{letter.slug}/card.png")
    assert answer["Content-Type"] == "image/png"
    assert answer.content.startswith(PNG)
    assert [int.from_bytes(answer.content[at : at + 4]) for at in (16, 20)] == [1200, 630]
    assert client.get(f"/letters/{letter.slug}/card.png", headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_a_picture_is_drawn_again_only_when_it_says_something_else(letter, counted, confirmed, listed):
    assert [cards.make_due(), cards.make_due()] == [1, 0]
    before = bytes(Card.objects.get().png)
    listed(confirmed("bea@example.net", name="Bea"))
    tally.take(letter)
    assert cards.make_due() == 1
    assert bytes(Card.objects.get().png) != before


@pytest.mark.parametrize("title", ["", "ا" * 200, "#set page(width: 1pt)", '"; #panic()', "W" * 200, "漢字 $x^2$ *b*"])
def test_no_title_breaks_the_picture(letter, title):
    Letter.objects.update(title=title)
    assert cards.make_due() == 1
    assert bytes(Card.objects.get().png).startswith(PNG)


def test_no_picture_and_no_frame_tells_of_a_draft(client, draft):
    cards.make_due()
    for what in ("card.png", "badge.svg", "embed/"):
        assert client.get(f"/letters/{draft.slug}/{what}").status_code == 404
    assert draft.slug not in client.get("/sitemap.xml").content.decode()


def test_any_site_may_frame_the_count_and_nothing_else(client, letter, counted):
    frame = client.get(f"/letters/{letter.slug}/embed/")
    assert "frame-ancestors *;" in frame["Content-Security-Policy"] + ";"
    assert "X-Frame-Options" not in frame
    assert not frame.cookies
    assert "<script" not in frame.content.decode()
    page = client.get(f"/letters/{letter.slug}/")
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


def test_the_badge_says_the_count_in_words_and_escapes_the_title(client, letter, counted):
    Letter.objects.update(title="<script>alert(1)</script>")
    badge = client.get(f"/letters/{letter.slug}/badge.svg").content.decode()
    root = ElementTree.fromstring(badge)
    assert "1 expert whose affiliation or identity was checked" in "".join(root.itertext())
    assert "<script" not in badge


def test_a_site_on_which_the_address_is_pasted_gets_a_frame(client, letter, settings):
    asked = {"url": f"{settings.SITE_URL}/letters/{letter.slug}/", "maxwidth": 300, "maxheight": "many"}
    about = client.get("/oembed", asked).json()
    assert (about["type"], about["width"], about["height"]) == ("rich", 300, 300)
    assert f'src="{settings.SITE_URL}/letters/{letter.slug}/embed/"' in about["html"]


@pytest.mark.parametrize(
    "url", ["", "https://evil.example.net/letters/keep-the-lights-on/", "{site}/desk/", "http://[", "x" * 3000]
)
def test_other_addresses_have_no_frame(client, letter, settings, url):
    assert client.get("/oembed", {"url": url.replace("{site}", settings.SITE_URL)}).status_code == 404
    good = f"{settings.SITE_URL}/letters/{letter.slug}/"
    assert client.get("/oembed", {"url": good, "format": "xml"}).status_code == 501


def test_crawlers_find_letters_under_the_public_address_whatever_host_they_ask(client, letter, settings):
    settings.ALLOWED_HOSTS = ["*"]
    page = client.get("/sitemap.xml", headers={"Host": "evil.example.net"}).content.decode()
    assert f"<loc>{settings.SITE_URL}/en/letters/{letter.slug}/</loc>" in page
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in client.get("/robots.txt").content.decode()


def test_crawlers_find_each_language_of_a_page_with_the_others_beside_it(client, letter, settings):
    pages = ElementTree.fromstring(client.get("/sitemap.xml").content)
    found = {}
    for page in pages:
        others = {link.get("hreflang"): link.get("href") for link in page if link.tag.endswith("}link")}
        found[page[0].text] = others
    for path in (f"/letters/{letter.slug}/", f"/letters/{letter.slug}/signatories/"):
        each = {code: f"{settings.SITE_URL}/{code}{path}" for code, _ in settings.LANGUAGES}
        assert [found[address] for address in each.values()] == 5 * [
            {**each, "x-default": f"{settings.SITE_URL}{path}"}
        ]
        assert {client.get(address.removeprefix(settings.SITE_URL)).status_code for address in each.values()} == {200}


def test_the_picture_speaks_the_language_of_its_letter(letter, counted):
    assert cards.what_it_says(letter)["to"].startswith("To ")
    letter.language = "de"
    says = cards.what_it_says(letter)
    assert says["to"].startswith("An ")
    assert says["as_of"].startswith("Stand: ")
    assert "geprüft" in says["counted"]
    letter.language = "tlh"
    assert cards.what_it_says(letter)["to"].startswith("To ")


def test_the_page_describes_itself_and_no_title_ends_the_description(client, letter):
    Letter.objects.update(title="</script><script>alert(1)</script> & Co")
    page = client.get(f"/letters/{letter.slug}/").content.decode()
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1]
    assert json.loads(data)["headline"] == "</script><script>alert(1)</script> & Co"
    assert "<script>alert" not in page


def test_a_page_that_is_looked_at_learns_the_newest_count(client, letter, counted):
    answer = client.get(f"/api/v1/letters/{letter.slug}/count")
    assert answer.json()["listed"] == 1
    asked = {"If-None-Match": answer["ETag"]}
    assert client.get(f"/api/v1/letters/{letter.slug}/count", headers=asked).status_code == 304
    Tally.objects.update(as_of=timezone.now() + timedelta(seconds=1))
    assert client.get(f"/api/v1/letters/{letter.slug}/count", headers=asked).status_code == 200
