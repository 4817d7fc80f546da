"""Which signatures a batch is about: ticked ones, or everything that a filter finds."""

import ipaddress
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Value
from django.db.models.functions import Greatest, Length, RTrim, Substr
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from petition.models import Letter
from petition.text import fold
from signatories import countries, origins, reasons
from signatories.models import Batch, BatchItem, Origin, Signature, SignatureQuerySet
from signatories.vetting import waiting

MOST_TICKS = 200
MOST_STARS = 5
ESCAPE = "!"
LABELS = {
    "status": gettext_lazy("Where they stand"),
    "host": gettext_lazy("Mail domain"),
    "organisation": gettext_lazy("Organisation"),
    "discipline": gettext_lazy("Discipline"),
    "country": gettext_lazy("Country"),
    "flag": gettext_lazy("Open flag"),
    "evidence": gettext_lazy("Evidence"),
    "at_level": gettext_lazy("Level"),
    "ready": gettext_lazy("Ready, waits for publishing"),
    "network": gettext_lazy("Network"),
    "since": gettext_lazy("Confirmed since"),
    "until": gettext_lazy("Confirmed until"),
    "name": gettext_lazy("Name"),
    "text": gettext_lazy("Name or organisation"),
    "pk": gettext_lazy("Ticked"),
    "as_of": gettext_lazy("As seen at"),
}

# What the queue and a batch ask alike.
KINDS: dict[str, dict[str, Any]] = {
    "flag": {"any": gettext_lazy("Any flag"), "none": gettext_lazy("No flag"), **dict(reasons.FlagKind.choices)},
    "evidence": {"affiliation": gettext_lazy("Supports the affiliation"), "nothing": gettext_lazy("Nothing yet")},
    "ready": {"yes": gettext_lazy("Yes"), "no": gettext_lazy("No")},
}


class TooWide(ValueError):
    """A network that is wider than those that are kept, in words for whoever typed it."""


def chosen(letter: Letter, choice: dict[str, Any]) -> SignatureQuerySet:
    """Return the signatures that a choice means now; only those whose mailbox is proven.

    Args:
        letter: whose signatures.
        choice: a value for any of `LABELS`: `status` and `pk` are lists, `since`, `until` and `as_of` are moments in
            ISO 8601, `network` is written as origins are, in `name` a star stands for anything, `text` is a part of a
            name or an organisation, `ready` is `yes` or `no`.
    """
    rows = letter.signatures.known()
    for field, lookup in (("status", "status__in"), ("pk", "pk__in"), ("host", "host"), ("country", "country")):
        if choice.get(field):
            rows = rows.filter(**{lookup: choice[field]})
    for field, lookup in (("discipline", "discipline"), ("since", "confirmed_at__gte"), ("until", "confirmed_at__lt")):
        if choice.get(field):
            rows = rows.filter(**{lookup: choice[field]})
    if organisation := choice.get("organisation"):
        rows = rows.filter(organisation_key=fold(organisation)[:160])
    if level := choice.get("at_level"):
        rows = rows.filter(level=level)
    if ready := choice.get("ready"):
        rows = rows.filter(ready_at__isnull=ready == "no")
    rows = waiting.supported(waiting.flagged(rows, choice.get("flag", "")), choice.get("evidence", ""))
    if text := choice.get("text"):
        rows = rows.filter(search__contains=fold(text))
    if network := choice.get("network"):
        rows = rows.filter(Exists(Origin.objects.filter(signature=OuterRef("pk"), network=network)))
    if name := choice.get("name"):
        rows = rows.filter(_named_like(name))
    if as_of := choice.get("as_of"):
        rows = rows.filter(confirmed_at__lte=as_of)
    return rows


def _named_like(pattern: str) -> Func:
    """Compare the folded name, which `search` holds in front of the organisation, with stars and nothing else."""
    plain = fold(pattern)
    for special in (ESCAPE, "%", "_"):
        plain = plain.replace(special, ESCAPE + special)
    long = Greatest(Length("search") - Length("organisation_key"), 0)
    return Func(
        RTrim(Substr(F("search"), 1, long)),
        Value(plain.replace("*", "%")),
        template=f"(%(expressions)s ESCAPE '{ESCAPE}')",
        arg_joiner=" LIKE ",
        output_field=BooleanField(),
    )


def network(typed: str) -> str:
    """Return a network as origins are kept: the IPv4 /24 or IPv6 /48 of an address or of a network.

    Raises:
        TooWide: a network that is wider.
        ValueError: it is neither.
    """
    found = ipaddress.ip_network(typed.strip(), strict=False)
    prefix = origins.NETWORK_PREFIX[found.version]
    if found.prefixlen < prefix:
        raise TooWide(
            _("Networks are kept as IPv4 /24 and IPv6 /48; this one is wider: %(network)s.") % {"network": found}
        )
    return str(ipaddress.ip_network((found.network_address, prefix), strict=False))


def freeze(batch: Batch) -> int:
    """Write down which signatures a batch is about, in one statement; return how many.

    Whoever confirmed after the preview was shown, or after the batch was begun, is not among them.
    """
    rows = chosen(batch.letter, batch.chosen).filter(confirmed_at__lte=batch.created_at)
    sql, params = rows.order_by("pk").values("pk", "status").query.sql_with_params()
    key = BatchItem._meta.get_field("batch").get_db_prep_value(batch.pk, connection)
    insert = f"""
        INSERT INTO {BatchItem._meta.db_table} (batch_id, letter_id, signature_id, was, state, before, problem)
        SELECT %s, %s, chosen.*, 'waiting', '{{}}', '' FROM ({sql}) AS chosen
    """
    with connection.cursor() as cursor:
        cursor.execute(insert, [key, batch.letter_id, *params])
        return int(cursor.rowcount)


def words(letter: Letter, choice: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a choice as a team reads it: what was asked for, and its value."""
    return [(str(LABELS[field]), _word(letter, field, choice[field])) for field in LABELS if choice.get(field)]


def _word(letter: Letter, field: str, value: Any) -> str:
    if field == "status":
        return _joined(Signature.Status(one).label for one in value)
    if field == "pk":
        return _("%(number)s one by one") % {"number": len(value)}
    if field == "discipline":
        return str(letter.disciplines.get(value, value))
    if field == "country":
        return countries.names().get(value, str(value))
    if field in {"flag", "evidence", "ready"}:
        return str(KINDS[field][value])
    if field in {"since", "until", "as_of"}:
        return date_format(datetime.fromisoformat(value), "DATETIME_FORMAT")  # with its zone, UTC
    return str(value)


def _joined(labels: Iterable[Any]) -> str:
    some, *others = map(str, labels)
    for other in others:
        some = _("%(some)s or %(other)s") % {"some": some, "other": other}
    return some
