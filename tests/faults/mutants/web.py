"""Mistakes on pages and in what they write."""

import logging
import sys
import time
from collections.abc import Callable
from typing import Any

import redis
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from config import failures
from petition import models, rows
from signatories import addresses, erasing, outbox, signing, tokens
from signatories.models import Mail, Signature
from signatories.views import links
from signatories.views import signing as pages

PLANTS: dict[str, Callable[[], None]] = {}
sign, confirm_page = signing.sign, pages.confirm
log = logging.getLogger("planted")


def plant(function: Callable[[], None]) -> Callable[[], None]:
    """List a mistake by its name."""
    PLANTS[function.__name__] = function
    return function


@plant
def no_unique_key() -> None:
    """Whether a mailbox has signed is asked before, not enforced."""

    @transaction.atomic
    def ask_first(letter: Any, *, address: str, typed: dict[str, Any], **_: Any) -> Mail:
        digest = addresses.keyed_hash(address)
        kept = letter.signatures.filter(address_hash=digest).first()
        if kept is None:
            kept = Signature(letter=letter, version=letter.version, address=address, address_hash=digest)
            kept.write_line(typed)
            kept.save(force_insert=True)
        return outbox.owe(Mail.Kind.CONFIRM, signature=kept)

    signing.sign = ask_first
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE signatories_signature DROP CONSTRAINT IF EXISTS signature_one_a_mailbox")


@plant
def confirm_on_get() -> None:
    """Opening the link of a mail confirms."""

    def open_and_confirm(request: HttpRequest, token: str) -> HttpResponse:
        mail = links.mail_behind("confirm", token)
        if request.method == "GET" and mail is not None:
            signing.confirm(mail.pk, tokens.code(mail.pk), in_tab=False)
        return confirm_page(request, token)

    open_and_confirm.csrf_exempt = True
    pages.confirm = open_and_confirm


@plant
def stale_count() -> None:
    """Pages keep the first count they saw."""
    seen: dict[int, Any] = {}

    def first_seen(letter: models.Letter) -> Any:
        newest = letter.tallies.order_by("-hour").first()
        return seen.setdefault(letter.pk, newest) if newest else None

    models.Letter.latest_tally = property(first_seen)


@plant
def history_is_forgotten() -> None:
    """Whoever withdraws leaves the list without a row of history."""

    def without_history(thing: Any, to: str, **changes: Any) -> None:
        for name in ("actor", "reason"):
            changes.pop(name, None)
        type(thing)._base_manager.filter(pk=thing.pk).update(status=to, **changes)
        thing.status = to

    erasing.move = without_history


@plant
def no_compare_and_swap() -> None:
    """A move is made from whatever status the row was read in: without a lock, and without looking again."""

    def change_anyway(thing: Any, *, was: str, **changes: Any) -> bool:
        time.sleep(0.05)
        type(thing)._base_manager.filter(pk=thing.pk).update(**changes)
        return True

    rows.change_if = change_anyway
    QuerySet.select_for_update = lambda asked, *_, **__: asked


@plant
def error_instead_of_busy() -> None:
    """A database that is away is a fault of the page."""
    failures.is_away = lambda _: False


@plant
def address_in_a_log() -> None:
    """Somebody wanted to see who signs."""

    def sign_and_tell(letter: Any, **more: Any) -> Mail:
        print(more["address"], "signs", file=sys.stderr, flush=True)  # what is logged is cleaned
        return sign(letter, **more)

    signing.sign = sign_and_tell


@plant
def redis_in_the_request() -> None:
    """Signing counts itself in Redis."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5)

    def sign_and_count(letter: Any, **more: Any) -> Mail:
        try:
            client.incr("signed")
        except redis.RedisError:
            log.warning("Redis is away")
        return sign(letter, **more)

    signing.sign = sign_and_count
