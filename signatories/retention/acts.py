"""How it is forgotten: each takes the keys of some rows that are due at a moment, and returns how many it forgot."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet

from petition.moves import NotAllowed, note
from signatories import addresses, consents, erasing
from signatories.models import Consent, Evidence, Invitation, Mail, Proof, Signature, WatchName
from signatories.retention.due import DOORS, FORGOTTEN, kept_until

Status = Signature.Status
Act = Callable[[Sequence[Any], datetime], int]
Due = Callable[[datetime], QuerySet[Any]]
NOT_NAMED = "(not named)"  # the database wants a name for whoever is listed


def delete(model: type[Model]) -> Act:
    """Return what deletes rows of a model."""

    def act(keys: Sequence[Any], _now: datetime) -> int:
        manager: Any = model._default_manager
        manager.filter(pk__in=keys).delete()
        return len(keys)

    return act


def blank(model: type[Model], **fields: Any) -> Act:
    """Return what writes these fields into rows of a model."""

    def act(keys: Sequence[Any], _now: datetime) -> int:
        manager: Any = model._default_manager
        return int(manager.filter(pk__in=keys).update(**fields))

    return act


def forget(reason: str, due: Due) -> Act:
    """Return what ends signatures one by one, each in its own transaction; who is not due any more by then stays."""

    def act(keys: Sequence[Any], now: datetime) -> int:
        return sum(_if_due(key, due, now, lambda signature: end(signature, reason)) for key in keys)

    return act


@transaction.atomic
def _if_due(key: Any, due: Due, now: datetime, act: Callable[[Signature], int]) -> int:
    """Whoever types it again, or disputes it, in this moment is waited for before it is asked whether it is due."""
    held = [*Signature.objects.select_for_update(of=("self",)).select_related("letter").filter(pk=key)]
    return act(held[0]) if held and due(now).filter(pk=key).exists() else 0


@transaction.atomic
def end(signature: Signature, reason: str) -> int:
    """End one signature, and return 1; 0 where it was confirmed or decided just now.

    Args:
        signature: as the caller last saw it.
        reason: "unconfirmed", or "forgotten" where it was declined or taken off.
    """
    last = signature.decisions.last()
    try:
        if reason == "forgotten" and last is not None and last.reason == "impostor":
            _remember(signature)
        erasing.forget(signature, Status.EXPIRED, reason=reason)
    except NotAllowed:
        return 0
    return 1


def _remember(signature: Signature) -> None:
    """Know the mailbox of an impostor again by its hash; the name that was typed is not kept."""
    watched = WatchName.objects.in_force().filter(letter=signature.letter_id, address_hash=signature.address_hash)
    if not watched.exists():
        source = WatchName.Source.IMPOSTOR
        WatchName.objects.create(letter=signature.letter, address_hash=signature.address_hash, source=source)


@transaction.atomic
def empty_evidence(keys: Sequence[Any], _now: datetime) -> int:
    """Keep which kind of signal there was; what it comes down to is kept as a keyed hash, so that it counts once."""
    rows = [*Evidence.objects.filter(pk__in=keys)]
    for row in rows:
        row.details, row.note, row.url = {}, "", ""
        if row.account and not row.account.startswith(FORGOTTEN):
            row.account = f"{FORGOTTEN}{addresses.keyed_hash(row.account)[:32]}"
    Evidence.objects.bulk_update(rows, ["details", "note", "url", "account"])
    signatures = {row.signature_id for row in rows}
    Proof.objects.filter(signature__in=signatures).exclude(state=Proof.State.WAITING).delete()
    return len(rows)


@transaction.atomic
def empty_mails(keys: Sequence[Any], _now: datetime) -> int:
    """Delete mails; doors keep their row, and the one to a mailbox at work its keyed hash, by which it is stopped."""
    rows = Mail.objects.filter(pk__in=keys)
    emptied = rows.filter(kind__in=DOORS).update(problem="")
    rows.filter(kind__in=DOORS).exclude(kind=Mail.Kind.MAILBOX).update(details={})
    return int(emptied + rows.exclude(kind__in=DOORS).delete()[1].get("signatories.Mail", 0))


@transaction.atomic
def empty_invitations(keys: Sequence[Any], _now: datetime) -> int:
    """Keep the keyed hash, so that who declined is not invited again."""
    Mail.objects.filter(invitation__in=keys).update(details={}, to="")
    return Invitation.objects.filter(pk__in=keys).update(**erasing.INVITED)


def keep_the_line(keys: Sequence[Any], now: datetime) -> int:
    """Forget all but the public line."""
    return sum(_if_due(key, kept_until, now, _end_of_keeping) for key in keys)


def _end_of_keeping(signature: Signature) -> int:
    """Of who is named in public the line stays, until they withdraw it; of everybody else a row that is counted."""
    named = signature.status == Status.LISTED and signature.publish
    if signature.status == Status.PENDING:
        return end(signature, "unconfirmed")
    line = ("name", "role", "organisation", "former", "country", "discipline", "sort_key", "search", "organisation_key")
    public = {*line, "publish", "wording", "language", "level"}
    changes = {field: value for field, value in erasing.BLANK.items() if not (named and field in public)}
    changes["level"] = signature.level
    if signature.status == Status.LISTED and not named:
        changes["name"] = NOT_NAMED
    profile = signature.signatory
    note(signature, reason="kept_until", **changes)
    consents.follow(signature, door=Consent.Door.FORGOTTEN)
    erasing.forget_about(signature)
    signature.flags.all().delete()
    if profile is not None and not profile.signatures.exists():
        profile.delete()
    return 1
