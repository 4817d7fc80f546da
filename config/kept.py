"""Public pages, kept ready in the memory of each process, in front of everything else: a shared cache of our own.

It keeps what says itself that anyone may keep it, as RFC 9111 has it, and knows better than by time alone when a page
is old: each letter has a state, one cheap statement, that is looked at before an answer is older than `LOOK`. Where
the state has changed, one thread makes the page anew, and the others are given the one before, no longer than `STALE`.
So what is hidden is gone within a second, however many read, and `max-age` of the pages adds another one.
"""

import gzip
import hashlib
import logging
import re
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import brotli
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpResponse

from config import languages, logs
from petition import patience, replica
from petition.models import Letter, LetterEvent, Tally, Update, Version
from signatories import record
from signatories.models import SignatureEvent

log = logging.getLogger(__name__)
Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

LOOK, STALE = 0.7, 1.0  # seconds since the state was last seen
LONGEST = 10.0  # seconds after which a page is made anew in any case: not everything on it is in the state
# A move is stamped before it is committed, so moves are counted from some time before a page was made.
SETTLING = timedelta(seconds=30)
WAIT = 5.0  # seconds for another thread that makes the same page; then it is made without keeping it
MOST, LARGEST = 256, 1_000_000  # pages of a process, and bytes of one
WORTH_IT = 1_000  # bytes from which on a text is compressed
PAGES = re.compile(r"(?:/[a-z-]{2,10})?/(?:(?:api/v1/)?letters/([-\w]+)/[-\w./]*)?(?<!\.csv)", re.ASCII)
# A query that a page may take no notice of, such as what other sites put behind their links; anything odd goes on.
PLAIN = re.compile(r"(?:[\w.~=&+-]|%(?!00)[0-9A-Fa-f]{2}){0,500}", re.ASCII)
VARY = {"accept-language", "accept-encoding", "origin"}  # headers of a request that are in the key, or chosen by here
CONDITIONS = {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"}
OF_ONE_REQUEST = {"x-request-id", "content-length", "etag"}
COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: bytes(brotli.compress(body, quality=5)),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
}
TEXT = ("text/", "application/json", "application/atom+xml", "image/svg+xml")


class Page:
    """An answer that is the same for whoever gets it, with what its letter was when it was made.

    Args:
        response: as views and middleware left it.
        since: from when on the letter's moves are counted.
        state: the letter's, read before the page was made.
    """

    def __init__(self, response: HttpResponse, since: datetime, state: Any) -> None:
        self.made = self.seen = 0.0
        self.since, self.state = since, state
        self.name = str(getattr(response, "page", "unnamed"))
        self.any_query = response.get("No-Vary-Search") == "params"
        self.bodies = {"": response.content}  # by encoding; the others are made when somebody asks for one
        self.etag = response.get("ETag", "").strip('"') or hashlib.sha256(response.content).hexdigest()[:32]
        self.tags = {"*", f'"{self.etag}"', *(f'"{self.etag}-{encoding}"' for encoding in COMPRESSED)}
        self.is_text = response["Content-Type"].startswith(TEXT) and len(response.content) >= WORTH_IT
        if self.is_text:
            response["Vary"] = ", ".join(filter(None, [response.get("Vary", ""), "Accept-Encoding"]))
        self.headers = [pair for pair in response.items() if pair[0].lower() not in OF_ONE_REQUEST]

    def answer(self, environ: Environ, start_response: Any, identifier: str = "") -> Iterable[bytes]:
        """Answer one request with it, and log that unless it is known by an identifier already."""
        encoding = _encoding(environ.get("HTTP_ACCEPT_ENCODING", "")) if self.is_text else ""
        headers = [*self.headers, ("ETag", f'"{self.etag}-{encoding}"' if encoding else f'"{self.etag}"')]
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked and any(tag.strip().removeprefix("W/") in self.tags for tag in asked.split(",")):
            status, body = HTTPStatus.NOT_MODIFIED, b""
            headers = [pair for pair in headers if pair[0] != "Content-Type"]
        else:
            if encoding not in self.bodies:
                self.bodies[encoding] = COMPRESSED[encoding](self.bodies[""])
            status, body = HTTPStatus.OK, self.bodies[encoding]
            headers.append(("Content-Length", str(len(body))))
            if encoding:
                headers.append(("Content-Encoding", encoding))
        if not identifier:
            identifier = logs.begin(environ.get("HTTP_X_REQUEST_ID", ""))
            logs.answered(environ["REQUEST_METHOD"], self.name, status)
        headers.append(("X-Request-ID", identifier))
        start_response(f"{status.value} {status.phrase}", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


class Kept:
    """An application with its public pages kept in front of it."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.pages: dict[Any, Page] = {}
        self.under_way: dict[Any, threading.Event] = {}
        self.any_query: dict[Any, None] = {}  # keys of pages that take no notice of a query, as they have said

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer with what is kept, or let the application answer."""
        found = PAGES.fullmatch(environ["PATH_INFO"])
        if not found or environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or not PLAIN.fullmatch(_query(environ)):
            return self.application(environ, start_response)
        key = _key(environ)
        if _query(environ) and key not in self.any_query:  # a search is nobody else's, and waits for nobody
            return self._ask(key, environ, start_response)
        if page := self._page(key, environ, LOOK):
            return page.answer(environ, start_response)
        mine = threading.Event()
        first = self.under_way.setdefault(key, mine)
        if first is mine:
            try:
                return self._renew(key, found[1], environ, start_response)
            finally:
                del self.under_way[key]
                mine.set()
        page = self._page(key, environ, STALE) or (first.wait(WAIT) and self._page(key, environ, STALE)) or None
        return page.answer(environ, start_response) if page else self.application(environ, start_response)

    def _ask(self, key: Any, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Let the application answer, and remember if it says that the query makes no difference."""
        response = self.application(environ, start_response)
        if getattr(response, "headers", {}).get("No-Vary-Search") == "params":
            while len(self.any_query) >= MOST:  # whoever asks by ever new ports in Host takes nobody's place for ever
                self.any_query.pop(next(iter(self.any_query)), None)
            self.any_query[key] = None
        return response

    def _page(self, key: Any, environ: Environ, age: float) -> Page | None:
        """The page that is kept, if it was seen to be true within so many seconds and the query changes nothing."""
        page = self.pages.get(key)
        fresh = page and time.monotonic() < page.seen + age
        return page if page and fresh and (page.any_query or not _query(environ)) else None

    def _renew(self, key: Any, slug: str | None, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer with the page if its letter is what it was, or make it anew and keep it if it may be kept."""
        now, page = time.monotonic(), self.pages.get(key)
        try:
            if page and slug and now < page.made + LONGEST and state(slug, page.since) == page.state:
                page.seen = now
                if self._page(key, environ, STALE):
                    return page.answer(environ, start_response)
                return self.application(environ, start_response)
            since = patience.now() - SETTLING
            was = state(slug, since) if slug else None
        except DatabaseError as problem:
            log.warning("what a letter is could not be looked at: %s", type(problem).__name__)
            return self.application(environ, start_response)
        said: list[Any] = []
        whole = {name: value for name, value in environ.items() if name not in CONDITIONS}
        with replica.avoided():  # the state is the primary's
            response = self.application(whole, lambda *args: said.append(args))
        if not may_be_kept(response, environ):
            start_response(*said[-1])
            return response
        assert isinstance(response, HttpResponse)
        page = Page(response, since, was)
        page.made = page.seen = now
        response.close()
        while len(self.pages) >= MOST and key not in self.pages:
            self.pages.pop(next(iter(self.pages)), None)
        self.pages[key] = page
        return page.answer(environ, start_response, response["X-Request-ID"])


def may_be_kept(response: Any, environ: Environ) -> bool:
    """Whether an answer is the same for everybody who asks like this, and says so."""
    return (
        isinstance(response, HttpResponse)
        and environ["REQUEST_METHOD"] == "GET"
        and response.status_code == HTTPStatus.OK
        and "public" in response.get("Cache-Control", "")
        and not response.cookies
        and "nonce-" not in response.get("Content-Security-Policy", "")
        and {name.strip().lower() for name in response.get("Vary", "").split(",")} <= VARY | {""}
        and (not _query(environ) or response.get("No-Vary-Search") == "params")
        and len(response.content) <= LARGEST
    )


def state(slug: str, since: datetime) -> tuple[Any, ...] | None:
    """Return what changes whenever something changes that the pages of a letter show, in one statement.

    Args:
        slug: of the letter.
        since: from when on its public moves are counted; the same for two states that are compared.
    """
    if not connection.in_atomic_block:  # as before each request: one that has ended is made anew
        close_old_connections()
    moves = SignatureEvent.objects.filter(record.PUBLIC, letter=OuterRef("pk"), at__gte=since).order_by()
    published = {"letter": OuterRef("pk"), "published_at__isnull": False}
    found = Letter.objects.filter(slug=slug).annotate(
        moves=Subquery(moves.values("letter").annotate(n=Count("pk")).values("n")),
        counted=_newest(Tally.objects.filter(letter=OuterRef("pk")), "hour", "as_of"),
        worded=_newest(Version.objects.filter(**published), "number", "number"),
        told=_newest(Update.objects.filter(**published), "published_at", "published_at"),
        happened=_newest(LetterEvent.objects.filter(letter=OuterRef("pk")), "pk", "pk"),
    )
    return next(iter(found.order_by().values_list()[:1]), None)


def _newest(rows: QuerySet[Any], by: str, value: str) -> Subquery:
    return Subquery(rows.order_by(f"-{by}").values(value)[:1])


def _query(environ: Environ) -> str:
    return str(environ.get("QUERY_STRING", ""))


def _key(environ: Environ) -> tuple[Any, ...]:
    """Return what a page is kept under: everything that decides about the answer.

    So only what went through everything once is answered from here: a host that is not allowed, or http where it must
    be https, never gives a page that could be kept.
    """
    proxied = settings.SECURE_PROXY_SSL_HEADER
    scheme = environ.get("wsgi.url_scheme"), environ.get(proxied[0]) if proxied else None
    language = languages.wish(environ.get("HTTP_ACCEPT_LANGUAGE", "")) or settings.LANGUAGE_CODE
    host = environ.get("HTTP_HOST"), environ.get("SERVER_NAME"), environ.get("SERVER_PORT")
    return (environ["PATH_INFO"], environ.get("SCRIPT_NAME"), *host, *scheme, language, "HTTP_ORIGIN" in environ)


@lru_cache(maxsize=2_000)
def _encoding(accepted: str) -> str:
    """The best encoding that a browser takes (RFC 9110, section 12.5.3)."""
    parts = [part.lower().replace(" ", "").partition(";") for part in accepted.split(",")]
    taken = {name for name, _, weight in parts if not re.fullmatch(r"q=0(\.0*)?", weight)}
    return next((encoding for encoding in COMPRESSED if encoding in taken), "")
