"""How the house is: what waits and for how long, whether the clock's tasks are done, whether the numbers agree."""

from datetime import datetime, timedelta
from typing import Any

import redis
from django.conf import settings
from django.db.models import BooleanField, Count, ExpressionWrapper, Min, OuterRef, Q, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from petition import patience, runs
from petition.models import Letter, Run, Tally
from petition.tally import SETTLING
from signatories.models import AccountMail, Mail, Signature, SignatureEvent
from signatories.record import NET, PUBLIC

DRIFT = "signatories.tasks.look_for_drift"
LATE = 300  # seconds after which owed mail is a sign that nobody sends
LATE_CODE = 60  # somebody waits for it at the log-in page
BROKER_PATIENCE = 0.5  # seconds
AWAITED = (Mail.Kind.CONFIRM, Mail.Kind.ALREADY, Mail.Kind.GONE, Mail.Kind.RECEIPT, Mail.Kind.MAILBOX)
Ages = dict[str, float | None]


def look() -> dict[str, Any]:
    """Return what an operator wants to know, from two or three cheap statements.

    Returns:
        `ages`, in seconds, None where there is nothing: of the newest `canary`, the oldest `mail` and `code` that are
        due and not sent, the newest `tally`, the newest `drift` check; `owed` and `refused` mails; `drift` as found,
        which names letters that nobody may know of yet; and the other `problems`, a sentence each.
    """
    now = patience.now()
    known = {run.task: run for run in Run.objects.all()}
    owed = Mail.objects.filter(state=Mail.State.OWED).aggregate(n=Count("pk"))["n"]
    refused = Mail.objects.filter(state=Mail.State.FAILED).count()
    canary, drift = known.get(runs.CANARY), known.get(DRIFT)
    ages: Ages = {
        "canary": _age(now, canary.at if canary else None),
        "mail": _age(now, _oldest_owed(now)),
        "code": _age(now, AccountMail.objects.filter(send_after__lte=now).aggregate(at=Min("send_after"))["at"]),
        "drift": _age(now, drift.at if drift else None),
    }
    found = drift.found if drift else {}
    state = {"ages": ages, "owed": owed, "refused": refused, "drift": found.get("drift", []), "runs": known}
    return {**state, "totals": found.get("totals", {}), "problems": _problems(state)}


def broker_answers() -> bool | None:
    """Whether the queue answers within half a second; None where there is none of its own."""
    if not settings.REDIS_URL:
        return None
    limits = {"socket_timeout": BROKER_PATIENCE, "socket_connect_timeout": BROKER_PATIENCE}
    client = redis.Redis.from_url(settings.REDIS_URL, retry=None, **limits)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def look_for_drift() -> dict[str, Any]:
    """Compare every letter's list with its history and, where it is at rest, with its newest count; keep the result.

    One statement, so one moment; each side is counted from an index.

    Returns:
        `drift`, a sentence for each letter, and `totals` of signatures by status.
    """
    replayed = SignatureEvent.objects.filter(PUBLIC, letter=OuterRef("pk")).order_by().values("letter")
    listed = Signature.objects.listed().filter(letter=OuterRef("pk")).order_by().values("letter")
    newest = Tally.objects.filter(letter=OuterRef("pk")).order_by("-hour").annotate(n=KT("figures__listed")).values("n")
    moving = Letter.objects.moved_since(patience.now() - 2 * SETTLING).order_by().values("pk")
    letters = Letter.objects.frozen().values_list(
        "slug",
        Coalesce(Subquery(replayed.annotate(n=NET).values("n")), 0),
        Coalesce(Subquery(listed.annotate(n=Count("pk")).values("n")), 0),
        Subquery(newest[:1]),
        ExpressionWrapper(Q(pk__in=moving), output_field=BooleanField()),
    )
    drift = []
    for slug, history, counted, tally, moves in letters:
        differs = []
        if history != counted:
            differs.append(f"its history adds up to {history}")
        if tally is not None and not moves and int(tally) != counted:
            differs.append(f"its newest count says {tally}")
        if differs:
            drift.append(f"{slug} lists {counted} names, but {' and '.join(differs)}.")
    grouped = Signature.objects.order_by().values_list("status").annotate(n=Count("pk"))
    found = {"drift": drift, "totals": dict(grouped)}
    runs.note(DRIFT, found=found)
    return found


def _oldest_owed(now: datetime) -> datetime | None:
    """Since when somebody waits for a mail; what is put off on purpose, as by a batch, is of other kinds."""
    waiting = Mail.objects.filter(state=Mail.State.OWED, kind__in=AWAITED, times_sent=0)
    due = waiting.filter(Q(send_after__lte=now + timedelta(minutes=1)) | Q(attempts__gt=0))
    oldest: datetime | None = due.aggregate(at=Min("created_at"))["at"]
    return oldest


def _age(now: datetime, at: datetime | None) -> float | None:
    return None if at is None else max(0.0, round((now - at).total_seconds(), 1))


def _problems(state: dict[str, Any]) -> list[str]:
    ages: Ages = state["ages"]
    problems: list[str] = []
    if ages["canary"] is None or ages["canary"] > runs.STALE.total_seconds():
        problems.append("The tasks of the clock are not done. Do a worker and beat run?")
    if (ages["mail"] or 0) > LATE:
        problems.append(f"Mail has been due for {ages['mail']:.0f} seconds.")
    if (ages["code"] or 0) > LATE_CODE:
        problems.append(f"A mail to a team member has been due for {ages['code']:.0f} seconds.")
    return problems
