"""A reader's language: by the address of a page, or by what the browser prefers; and by nothing else."""

import gettext
import io
import re
from typing import Any

import pytest
from django.urls import get_script_prefix
from django.utils import translation

from petition import languages
from petition.management.commands import messages
from signatories import countries
from signatories.models import Signature

pytestmark = pytest.mark.django_db
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


def lang(answer: Any) -> str:
    return re.search(r'<html lang="(\w+)" dir="(\w+)"', answer.content.decode()).group(1, 2)


def test_an_address_says_in_which_language_its_page_is(client, letter):
    answer = client.get(f"/de/letters/{letter.slug}/", headers={"Accept-Language": "fr"})
    assert (lang(answer), answer["Content-Language"]) == (("de", "ltr"), "de")
    assert "Accept-Language" not in answer.get("Vary", "")
    assert f'href="/de/letters/{letter.slug}/versions/1/"' in answer.content.decode()


def test_without_one_the_browser_says_it_and_caches_are_told(client, letter):
    answer = client.get(f"/letters/{letter.slug}/", headers=GERMAN)
    assert lang(answer) == ("de", "ltr")
    assert "Accept-Language" in answer["Vary"]
    assert f'href="/letters/{letter.slug}/versions/1/"' in answer.content.decode()


@pytest.mark.parametrize("wish", ["", "ja", "*", "x" * 9000, "de;q=\x00", ";;;,,,=", "en-x-ü", "tlh,en;q=0"])
def test_what_we_do_not_speak_and_rubbish_are_answered_in_english(client, letter, wish):
    answer = client.get("/", headers={"Accept-Language": wish})
    assert (answer.status_code, lang(answer)) == (200, ("en", "ltr"))


def test_arabic_runs_from_the_right_and_the_letter_keeps_its_own_direction(client, letter):
    answer = client.get(f"/ar/letters/{letter.slug}/")
    assert lang(answer) == ("ar", "rtl")
    assert '<div class="prose" lang="en" dir="ltr">' in answer.content.decode()


def test_everybody_gets_the_same_bytes_and_no_cookie(client, at_desk, organiser, letter):
    path = f"/fr/letters/{letter.slug}/"
    answer = client.get(path)
    assert "public" in answer["Cache-Control"]
    assert not answer.cookies
    assert answer.content == at_desk(organiser).get(path).content


@pytest.mark.parametrize(
    "path",
    ["/metrics", "/api/v1/letters", "/healthz", "/static/css/base.css", "/admin/", "/oembed", "/robots.txt", "/no/"],
)
def test_what_is_no_page_has_no_address_in_a_language(client, letter, path):
    assert client.get(f"/de{path}").status_code == 404
    assert client.get(f"/xx{path}").status_code == 404


def test_the_front_page_has_one_and_a_forgotten_slash_is_added(client, letter):
    assert client.get("/de")["Location"] == "/de/"
    assert client.get(f"/de/letters/{letter.slug}")["Location"] == f"/de/letters/{letter.slug}/"
    assert lang(client.get("/de/")) == ("de", "ltr")


def test_nothing_of_it_stays_for_the_next_request(client, letter):
    client.get(f"/ar/letters/{letter.slug}/")
    client.get("/ar/letters/nothing/")
    assert (get_script_prefix(), translation.get_language()) == ("/", "en")
    assert lang(client.get("/")) == ("en", "ltr")


def test_a_page_names_its_other_languages_to_crawlers_and_to_readers(client, letter, settings):
    path, site = f"/letters/{letter.slug}/", settings.SITE_URL
    page = client.get(f"/de{path}").content.decode()
    assert f'<link rel="canonical" href="{site}/de{path}">' in page
    assert f'<link rel="alternate" hreflang="x-default" href="{site}{path}">' in page
    for code, name in settings.LANGUAGES:
        assert f'<link rel="alternate" hreflang="{code}" href="{site}/{code}{path}">' in page
        assert re.search(rf'<a href="/{code}{path}" lang="{code}"[^>]*>{name}</a>', page)
    assert re.findall(r'lang="(\w+)"[^>]* aria-current="true"', page) == ["de"]


def test_a_page_about_one_reader_and_a_page_that_is_not_there_have_no_alternates(client, letter):
    for path in ("/letters/nothing/", "/nowhere/", "/accounts/login/", f"/letters/{letter.slug}/sent/?t=x"):
        assert 'hreflang="x-default"' not in client.get(path).content.decode()


def test_links_that_other_sites_keep_have_no_language(client, letter, settings):
    page = client.get(f"/de/letters/{letter.slug}/").content.decode()
    address = f"{settings.SITE_URL}/letters/{letter.slug}/"
    assert f'<meta property="og:image" content="{address}card.png">' in page
    assert f'data-count="/api/v1/letters/{letter.slug}/count"' in page
    assert f'"url": "{address}"' in page
    assert "/de/oembed" not in page
    assert "/de/static/" not in page
    asked = {"url": f"{settings.SITE_URL}/de/letters/{letter.slug}/"}
    assert f'src="{address}embed/"' in client.get("/oembed", asked).json()["html"]


def test_programs_get_the_same_whatever_their_browser_speaks(client, letter, listed, confirmed):
    listed(confirmed("ada@example.com"))
    base = f"/letters/{letter.slug}"
    for path in (f"/api/v1{base}", f"/api/v1{base}/changes", f"{base}/changes.json", f"{base}/changes.atom"):
        plain, wished = client.get(path), client.get(path, headers=GERMAN)
        assert plain.content == wished.content, path
    assert client.get(f"/de{base}/changes.json").content == client.get(f"{base}/changes.json").content


def test_whoever_signs_stays_in_their_language(client, letter, post_sign):
    form = {"name": "Ada", "email": "ada@example.com", "role": "Lamplighter", "organisation": "Lantern Works"}
    form |= {"country": "GB", "discipline": "optics", "capacity": "personal", "publish": "on"}
    answer = client.post(f"/de/letters/{letter.slug}/sign/", form)
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"/de/letters/{letter.slug}/sent/?t=")
    assert Signature.objects.get().locale == "de"


def test_a_reader_of_unknown_language_has_none(post_sign):
    post_sign()
    assert Signature.objects.get().locale == ""


def test_the_desk_asks_to_log_in_and_leads_back_in_the_same_language(client, letter):
    answer = client.get(f"/fr/desk/{letter.slug}/")
    assert answer["Location"] == f"/fr/accounts/login/?next=/fr/desk/{letter.slug}/"


def test_a_task_speaks_to_somebody_in_their_language(settings):
    with languages.speaking("ar"):
        assert languages.address("petition:index") == f"{settings.SITE_URL}/"
        assert (get_script_prefix(), translation.get_language()) == ("/ar/", "ar")
    for unknown in ("", "tlh"):
        with languages.speaking(unknown):
            assert (get_script_prefix(), translation.get_language()) == ("/", "en")


def test_countries_are_named_and_sorted_in_the_language_that_is_spoken():
    with translation.override("de"):
        names = countries.names()
    assert names["AT"] == "Österreich"
    order = list(names)
    assert order.index("NO") < order.index("AT") < order.index("PL")


@pytest.mark.parametrize("code", messages.translated())
def test_a_compiled_catalogue_is_what_its_words_compile_to(code):
    with messages.catalogue(code).with_suffix(".mo").open("rb") as file:
        kept = gettext.GNUTranslations(file)._catalog
    made = gettext.GNUTranslations(io.BytesIO(messages.compiled(messages.read(code))))._catalog
    assert {**kept, "": ""} == {**made, "": ""}, "run `make messages`"


def test_crawlers_leave_the_desk_alone_in_every_language(client):
    assert {"Disallow: /desk/", "Disallow: /ar/accounts/"} <= set(
        client.get("/robots.txt").content.decode().split("\n")
    )


def test_a_mail_to_a_reader_of_unknown_language_leads_to_pages_that_ask_the_browser(post_sign, deliver, settings):
    post_sign()
    assert f"{settings.SITE_URL}/confirm/" in deliver()[-1].body
