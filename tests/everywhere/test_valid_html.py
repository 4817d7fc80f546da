"""Every kind of page is valid HTML, in every state that a letter can be in."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from petition.models import User
from signatories import sample
from tests.browser import furnishing, tour
from tests.browser.running import LETTER, ORGANISER
from tests.conformance import problems
from tests.conftest import link_in, logged_in

pytestmark = pytest.mark.django_db
KEPT = os.environ.get("KEEP_PAGES")  # a folder in which to leave the pages, for another validator


def look(client: Client, paths: dict[str, str]) -> dict[str, list[str]]:
    """Open every page, and return what is wrong in each that is not valid."""
    found = {}
    for name, path in paths.items():
        answer = client.get(path)
        assert answer.status_code == 200, path
        page = answer.content.decode()
        if KEPT:
            (Path(KEPT) / f"{name}.html").write_text(page)
        if wrong := problems(page):
            found[name] = wrong
    return found


def test_every_kind_of_page_is_valid(client: Client) -> None:
    sample.load()
    pages: dict[str, Any] = furnishing.furnish()
    question = link_in(next(one for one in mail.outbox if "A question" in one.subject), "mine")
    client.cookies["session"] = pages["session"]
    public = {**tour.PUBLIC, **tour.ANSWERS, "mine-question": question, **pages["public"]}
    found = look(client, public)
    found |= look(logged_in(User.objects.get(email=ORGANISER)), {**tour.DESK, **pages["desk"]})
    for name, path in {"sign": f"/letters/{LETTER}/sign/", "confirm": public["confirm"]}.items():
        refused = client.post(path, {"name": "<b>&"})
        assert refused.status_code == 422
        found |= {f"{name} refused": wrong} if (wrong := problems(refused.content.decode())) else {}
    assert found == {}


def test_an_empty_site_and_its_pages_in_arabic_are_valid(client: Client) -> None:
    assert look(client, {"index-empty": "/", "index-arabic": "/ar/", "log-in-arabic": "/ar/accounts/login/"}) == {}


GOOD = '<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1>{}</main></html>'


@pytest.mark.parametrize(
    "broken",
    [
        "<p><div></div></p>",
        "<span><p>A paragraph in a span</p></span>",
        "<ul><p>No item</p></ul>",
        '<a href="/"><button type="button">Inside a link</button></a>',
        '<i id="a"></i><i id="a"></i>',
        '<label for="nobody">Of nothing</label>',
        '<a href="#nowhere">Leads nowhere</a>',
        '<p align="left">Of another age</p>',
        "<center>Of another age</center>",
        '<time datetime="yesterday">Yesterday</time>',
        '<img src="/a.png">',
        '<p><label>A day <input type="date" maxlength="10"></label></p>',
        "<b>Not closed",
        "<p>&nosuchthing; a < b</p>",
        '<a href="/a b">A space</a>',
    ],
)
def test_the_validator_finds_what_is_planted(broken: str) -> None:
    assert problems(GOOD.format("<p>Fine</p>")) == []
    assert problems(GOOD.format(broken)), broken


def test_every_page_of_the_tour_has_a_name_of_its_own() -> None:
    names = [*tour.PUBLIC, *tour.ANSWERS, *tour.DESK]
    assert len(names) == len(set(names))
    assert all(re.fullmatch("[a-z0-9-]+", name) for name in names)
