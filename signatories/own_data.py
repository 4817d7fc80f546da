"""A copy of everything that is stored about a signer, in one file that people and programs can read."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from petition.models import Letter
from signatories import reasons
from signatories.models import Invitation, Knock, Origin, Signatory, Signature, Suppression, WatchName

WORDS = "Everything this site stores about the mailbox that signed, on this letter and beside it."
LINE = (
    *("name", "role", "organisation", "former", "country", "discipline", "capacity", "profile_url"),
    *("publish", "updates", "contact", "language", "locale", "sort_key", "host", "organisation_key", "search"),
)


def copy(signature: Signature) -> dict[str, Any]:
    """Return the data of a signature and of its mailbox as JSON can hold them.

    Who of the team did what is not in it: decisions name the team, not its members. Nor are the words of other people,
    such as a reader's report; their number and times are.
    """
    letters = [*Letter.objects.values_list("pk", flat=True)]
    mailbox = {"letter__in": letters, "address_hash": signature.address_hash}
    others = Signature.objects.filter(**mailbox).exclude(pk=signature.pk).select_related("letter")
    profile = Signatory.objects.filter(address_hash=signature.address_hash).first()
    return {
        "about": WORDS,
        "made_at": timezone.now(),
        "letter": _letter(signature.letter),
        "signature": _signature(signature),
        "consents": [_consent(one) for one in signature.consents.all()],
        "history": [{"at": one.at, "what": reasons.in_history(one.now, one.reason)} for one in signature.events.all()],
        "evidence": [_evidence(one) for one in signature.evidence.all()],
        "proofs": _rows(
            signature.proofs.all(), "kind", "value", "data", "state", "message", "created_at", "checked_at"
        ),
        "vouch_code": [str(one) for one in [getattr(signature, "vouch_code", None)] if one],
        "vouched_for_by": _rows(signature.vouches.all(), "voucher__name", "counts", "at"),
        "vouched_for": _rows(signature.vouches_given.all(), "signature__name", "counts", "at"),
        "decisions": [_decision(one) for one in signature.decisions.all()],
        "flags": [_flag(one) for one in signature.flags.all()],
        "cases": _rows(signature.cases.all(), "kind", "name", "reports", "opened_at", "closed_at", "outcome"),
        "asked_again": _rows(signature.draws.all(), "week", "answer", "drawn_at", "answered_at"),
        "kept_under": _rows(signature.reaffirmations.all(), "version__number", "at"),
        "mails": _rows(signature.mails.order_by("created_at"), *MAIL),
        "typed_from": _rows(Origin.objects.filter(signature=signature), "network", "device", "at"),
        "profile": profile and _fields(profile, "address", "name", "role", "organisation", "country", "seen_at"),
        "invitations": [
            {"letter": _letter(one.letter), **_fields(one, *INVITED)}
            for one in Invitation.objects.filter(**mailbox).select_related("letter")
        ],
        "other_letters": [{"letter": _letter(one.letter), **_signature(one)} for one in others],
        "mails_of_the_day": Knock.objects.filter(address_hash=signature.address_hash).count(),
        "wants_no_mail": Suppression.objects.filter(address_hash=signature.address_hash).exists(),
        "remembered": _rows(WatchName.objects.filter(**mailbox), "letter__title", "name", "source", "at", "removed_at"),
    }


MAIL = ("kind", "state", "details", "times_sent", "created_at", "sent_at")
INVITED = ("address", "name", "role", "organisation", "country", "discipline", "created_at", "expires_at", "opened_at")


def _letter(letter: Letter) -> dict[str, Any]:
    return {"title": letter.title, "slug": letter.slug, "organiser": letter.organiser, "contact": letter.contact}


def _signature(signature: Signature) -> dict[str, Any]:
    facts = _fields(signature, "id", "status", "level", "checked", "checked_at", "source", "created_at", "confirmed_at")
    return {
        **facts,
        "address": signature.address,
        "mailbox_hash": signature.address_hash,
        "version": signature.version.number,
        **_fields(signature, *LINE),
    }


def _consent(one: Any) -> dict[str, Any]:
    said = _fields(one, "purpose", "given", "at", "wording", "sha256")
    return {**said, "words": one.text, "how": one.get_door_display()}


def _evidence(one: Any) -> dict[str, Any]:
    fields = ("claim", "result", "account", "public_before", "url", "details", "note", "checked_at", "expires_at")
    return {"kind": one.get_family_display(), **_fields(one, *fields)}


def _decision(one: Any) -> dict[str, Any]:
    """By the team, whoever of it that was; its reason is the one that mails give."""
    kept = {"level": one.level, "claims": one.claims, "signals": one.signals, "policy": one.policy, "at": one.at}
    asked = {"questions": one.question_labels, "answer": one.answer, "answer_url": one.answer_url}
    people = {"by": "the team", "two_people": one.second_vetter_id is not None, "note": one.note}
    return {"outcome": one.get_outcome_display(), "reason": one.reason_label, **people, **kept, **asked}


def _flag(one: Any) -> dict[str, Any]:
    """Without which other signatures and watched names it points at: those are other people's data."""
    details = {name: value for name, value in one.details.items() if name not in {"others", "watch", "names"}}
    return {"kind": one.get_kind_display(), "details": details, **_fields(one, "raised_at", "released_at")}


def _rows(rows: Any, *fields: str) -> list[dict[str, Any]]:
    found: Iterable[dict[str, Any]] = rows.values(*fields)
    return [*found]


def _fields(row: Any, *fields: str) -> dict[str, Any]:
    return {field: getattr(row, field) for field in fields}
