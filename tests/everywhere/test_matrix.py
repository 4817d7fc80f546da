"""Every address against everybody who may try it; tests/data/access.txt says what each gets.

`ACCESS_TABLE=write pytest tests/everywhere/test_matrix.py` adds the rows of new addresses as they answer now. Read
them before you commit them: the table is what is meant, not what happens to be.
"""

import os
from collections import defaultdict
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.conftest import keep_the_connection
from tests.world import ACTORS, World

ROUTES = list(dict.fromkeys(world.routes()))
GROUPS: dict[str, list[str]] = defaultdict(list)
for _route in ROUTES:
    _first = _route.partition("/")[0] if _route.startswith(("desk/", "admin/", "accounts/")) else "public"
    GROUPS[_first].append(_route)
FEW = ("anonymous", "owner", "superbare", "super")
# Rows that opening a page may write: sessions, and openings that are logged on purpose.
LOGGED = (
    *("django_session", "petition_opening", "signatories_embargoopening", "signatories_limit", "mfa_authenticator"),
    "petition_kept",  # tries to log in, thrown away when they are over
)


@pytest.fixture
def everybody(db: None, settings: Any) -> World:
    settings.TEAM_MFA_REQUIRED = True
    return World()


def ask(client: Any, method: str, path: str) -> Any:
    """Ask once, and leave everything as it was."""
    cookies = SimpleCookie(client.cookies)
    cache.clear()  # the limits of the log-in count there
    with transaction.atomic():
        response = client.generic(method, path, content_type="application/x-www-form-urlencoded")
        keep_the_connection()
        getattr(response, "close", lambda: None)()
        transaction.set_rollback(True)
    client.cookies = cookies
    return response


def met(everybody: World, browsers: dict[str, Any], route: str) -> tuple[str, str]:
    """Return what everybody gets at an address; a dot is somebody who does not try it."""
    path, said = everybody.path(route), {"GET": "", "POST": ""}
    for method in said:
        for name in ACTORS:
            said[method] += world.answer(ask(browsers[name], method, path)) if name in browsers else "."
    return said["GET"], said["POST"]


def same(found: tuple[str, str], meant: tuple[str, str] | None) -> bool:
    return meant is not None and all(
        one in {".", other}
        for got, said in zip(found, meant, strict=True)
        for one, other in zip(got, said, strict=True)
    )


def test_every_address_has_a_row_and_every_row_an_address():
    if os.environ.get("ACCESS_TABLE") != "write":
        assert set(ROUTES) == set(world.rows())


@pytest.mark.parametrize("group", GROUPS)
def test_everybody_gets_at_every_address_what_the_table_says(everybody: World, group: str):
    table, wrong = world.rows(), {}
    writes = os.environ.get("ACCESS_TABLE") == "write"
    # Where a page is the superuser's or everybody's, everybody tries it only where that is quick enough to wait for.
    few = group in {"admin", "public"} and connection.vendor == "sqlite" and not writes
    browsers = {name: everybody.browser(name) for name in (FEW if few else ACTORS)}
    for route in GROUPS[group]:
        if "object_id" in route and connection.vendor == "postgresql":
            continue  # there the first row of a test has another number each time
        if not same(found := met(everybody, browsers, route), table.get(route)):
            wrong[route] = found
    if writes:
        new = [world.row(route, *found) for route, found in wrong.items() if route not in table]
        with world.TABLE.open("a") as file:
            file.writelines(new)
    assert not wrong


def test_the_table_gives_a_letter_to_its_team_only():
    """What no row may say, whoever wrote it: the desk opens for a stranger, another team, or who has left it."""
    for route, answers in world.rows().items():
        for said in answers:
            got = dict(zip(ACTORS, said, strict=True))
            if route.startswith("desk/<slug:slug>/"):
                assert got["anonymous"] in "LM", route
                assert {got["stranger"], got["other"], got["ex"], got["super"]} <= set("NM"), route
                assert {got["bare"], got["superbare"]} <= set("FM"), route
            if route.startswith("admin/"):
                assert {got[name] for name in ACTORS if name != "super"} <= set("LFRXM"), route
            if not route.startswith(("desk/", "admin/", "accounts/")):
                assert len(set(said)) == 1, f"{route}: a public page knows who looks"


NESTED = [route for route in ROUTES if "<slug:slug>/" in route and route.count("<") > 1]


def test_no_address_of_a_letter_opens_a_row_of_another(everybody: World):
    mine, theirs = everybody.mine, everybody.theirs
    owner, tried = everybody.browser("owner"), 0
    for route in NESTED:
        if mine.nested(route) in {None, theirs.nested(route)}:
            continue  # a host of an organisation is everybody's; versions are numbered within their letter
        tried += 1
        for path in (everybody.path(route, mine, rows=theirs), everybody.path(route, theirs, rows=mine)):
            assert {world.answer(ask(owner, method, path)) for method in ("GET", "POST")} <= set("NM"), path
    assert tried >= 30


def test_opening_an_address_writes_nothing(everybody: World):
    owner = everybody.browser("owner")
    for route in ROUTES:
        with CaptureQueriesContext(connection) as queries:
            ask(owner, "GET", everybody.path(route))
        written = [one["sql"] for one in queries if one["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"}]
        assert not [sql for sql in written if not any(table in sql for table in LOGGED)], route


def test_every_form_behind_a_log_in_wants_a_token_of_the_page(everybody: World):
    browser, tried = everybody.browser("super", enforce_csrf_checks=True), 0
    team = everybody.browser("owner", enforce_csrf_checks=True)
    for route, (_, post) in world.rows().items():
        if route.startswith(("desk/", "accounts/", "admin/")) and set(post) != {"M"}:
            tried += 1
            client = browser if route.startswith("admin/") else team
            assert world.answer(ask(client, "POST", everybody.path(route))) in "XM", route
    assert tried > 100
