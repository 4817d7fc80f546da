"""Each parameter that a page reads from its address, with each value that makes some parser fail, one at a time.

What is drawn by chance seldom puts the right value into the right place; here no pair of the two is left out.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.http import QueryDict
from django.test import Client

from config.api import api
from petition.models import Letter
from tests import world
from tests.conftest import logged_in
from tests.everywhere.test_fuzzing import ODD, answer, encode
from tests.world import World

NOT_GIVEN = (501, "format")  # what oEmbed 1.0 wants said of a format other than JSON (section 2.3.4)
# What is taken apart, and not only compared: it gets every value on every page.
TAKEN_APART = {"after", "as_of", "limit", "maxheight", "maxwidth", "organisation", "q"}
# Every so many-th value is tried on a page, and others on the next: more of them where the database may mind.
STEP, STEP_ADMIN, STEP_PIECES = (8, 30, 8) if connection.vendor == "sqlite" else (2, 6, 3)


def cursor(place: Any) -> str:
    """A place in a list as the pages write it, whatever stands in it."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


HEX = "01a2234f294a7490b7d3c4926787bba4"
MOMENT = "2026-11-28T18:00:00+00:00"
VALUES = [
    *ODD,
    "",
    # Places in a list: cut off, of another shape, with wrong types, out of bounds.
    *("e30", "W10", "bnVsbA", "x", "=", "W1tb", "-_-_", "é", "MDFh"),
    *(cursor(place) for place in (1, "a", [], {}, [1], [0, "a"], [0, "a", 5], [0, None, HEX], ["0", "a", HEX])),
    *(cursor(place) for place in ([2**31, "a", HEX], [-1, "a", HEX], [2**70, "a", HEX], [True, "a", HEX])),
    *(cursor(place) for place in ([0, "\ud800", HEX], [0, "\0", HEX], [0, "a", "g" * 32], [0, "a" * 900, HEX])),
    *(cursor(place) for place in ([MOMENT, 2**70], [MOMENT, -1], ["9999-12-31T23:59:59-23:59", 0], [MOMENT, "x"])),
    *(cursor(place) for place in ([5, 0], [None, 0], [MOMENT, 0, HEX], [0, MOMENT, HEX], [0, "9999", HEX])),
    base64.urlsafe_b64encode(b"[" * 900).decode(),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    base64.urlsafe_b64encode(f"{2**70}:{HEX}".encode()).decode(),
    # Moments at the edges of the calendar and of their notation.
    *("0001-01-01T00:00", "0001-01-01T00:00+23:59", "9999-12-31T23:59-23:59", "2026-02-30T00:00Z", "2026-01-01T24:00Z"),
    *("2026-01-01T00:00+99:99", "2026-01-01T00:00:60Z", "٢٠٢٦-01-01T00:00Z", "2026-W01-1T00:00Z", "2026-01-01"),
    # Numbers and identifiers.
    *("0", "1", str(2**31), str(2**63), str(2**63 - 1), "-0", "1_0", "1e9", " 1", HEX, f"{HEX}0", "1.5"),
]


def read_by(client: Client, path: str, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the names that a page looks up in its query."""
    names: set[str] = set()

    class Watched(QueryDict):
        def __getitem__(self, name: str) -> Any:
            names.add(name)
            return super().__getitem__(name)

        def getlist(self, name: str, default: Any = None) -> Any:
            names.add(name)
            return super().getlist(name, default)

    with monkeypatch.context() as watching:
        watching.setattr("django.core.handlers.wsgi.QueryDict", Watched)
        answer(client, "GET", path)
    return names


def described() -> dict[str, set[str]]:
    """What the description of the API says that it reads, by route."""
    paths = api.get_openapi_schema()["paths"]
    return {
        path.lstrip("/").replace("{slug}", "<slug:slug>"): {
            one["name"] for one in methods.get("get", {}).get("parameters", []) if one["in"] == "query"
        }
        for path, methods in paths.items()
    }


def read(everybody: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Client, str, str]]:
    """Yield a browser, an address, and a name that is looked up there, for all there are."""
    inside = {"desk": logged_in(everybody.get("owner")), "admin": logged_in(everybody.get("super"))}
    of_api = described()
    assert any("after" in names for names in of_api.values())
    for route in world.routes():
        if "logout" in route or "^" in route:
            continue
        client, path = inside.get(route.partition("/")[0], Client()), everybody.path(route)
        if route == "oembed":
            path += f"?url={settings.SITE_URL}/letters/{everybody.mine.letter.slug}/"
        plain = route.replace("<slug>", "<slug:slug>")
        for name in sorted(read_by(client, path, monkeypatch) | of_api.get(plain, set())):
            yield client, path, name


def some(path: str, name: str, number: int) -> list[str]:
    """All values of what is taken apart; else some for each page, and others for the next."""
    admin = path.startswith("/admin/")
    if name in TAKEN_APART and not admin:
        return VALUES
    step = STEP_ADMIN if admin else STEP
    return VALUES[number % step :: step]


def test_no_value_of_a_parameter_that_a_page_reads_makes_it_fail(db: None, monkeypatch: pytest.MonkeyPatch):
    failed, seen = [], set()
    for number, (client, path, name) in enumerate(read(World(), monkeypatch)):
        seen.add(name)
        caches["process"].clear()  # where the API counts how often it was asked
        for value in some(path, name, number):
            query = f"{path}{'&' if '?' in path else '?'}{name}={encode(value)}"
            status = answer(client, "GET", query)
            if status >= 500 and (status, name) != NOT_GIVEN:
                failed.append((status, query))
    assert not failed
    assert {"after", "as_of", "search", "limit", "q", "t", "by", "show", "organisation", "maxwidth", "next"} <= seen


PIECES = [*ODD, "", " ", "=", "A" * 59, "A" * 58 + "é", "-" * 59, HEX, "0" * 32, str(2**63), "1_0", "x.y.z"]


def test_no_odd_piece_in_the_place_of_an_identifier_makes_a_page_fail(db: None):
    """Each page gets some of the pieces, the next page others."""
    everybody, failed = World(), []
    inside = {"desk": logged_in(everybody.get("owner")), "admin": logged_in(everybody.get("super"))}
    for number, route in enumerate(one for one in world.routes() if "<" in one and "^" not in one):
        client, (path, _, query) = inside.get(route.partition("/")[0], Client()), everybody.path(route).partition("?")
        for at, part in enumerate(route.split("/"), start=1):
            for piece in PIECES[number % STEP_PIECES :: STEP_PIECES] if "<" in part else []:
                asked = "/".join([*path.split("/")[:at], encode(piece), *path.split("/")[at + 1 :]]) + f"?{query}"
                failed += [(method, asked) for method in ("GET", "POST") if answer(client, method, asked) >= 500]
    assert not failed


def test_a_field_without_a_name_is_no_failure_of_the_admin(admin_client: Client, letter: Letter):
    for page in ("change", "history"):
        assert answer(admin_client, "GET", f"/admin/petition/letter/{letter.pk}/{page}/?_to_field=") in {200, 302}
