"""Make a person's data leave the database: every table that can hold them is named here."""

from typing import Any

from django.db import transaction
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from petition.models import Letter
from petition.moves import move
from petition.text import fold
from signatories import consents
from signatories.models import (
    Batch,
    Consent,
    Evidence,
    Flag,
    Invitation,
    Mail,
    Origin,
    Setback,
    Signatory,
    Signature,
    VouchCode,
    WatchName,
    WebhookDelivery,
)
from signatories.reasons import Family, FlagKind

TEXTS = (
    *("address", "name", "role", "organisation", "country", "discipline", "profile_url", "language", "wording"),
    *("sort_key", "search", "host", "organisation_key"),
)
BLANK: dict[str, Any] = {
    **dict.fromkeys(TEXTS, ""),
    **dict.fromkeys(("publish", "updates", "contact", "former"), False),
    **dict.fromkeys(("signatory", "collect_after"), None),
    "risk": 0,
    "level": 0,
}
INVITED = dict.fromkeys(("address", "name", "role", "organisation", "country", "discipline"), "")


@transaction.atomic
def forget(signature: Signature, to: Signature.Status, *, reason: str) -> None:
    """Move a signature to where it ends and blank the person in everything that hangs on it.

    The keyed hash of the mailbox stays, so that one mailbox stays one signature.

    Raises:
        NotAllowed: it may not end there from where it is.
    """
    profile, named = signature.signatory, Signature(name=signature.name, address=signature.address)
    _forget_in_batches(signature, named)
    move(signature, to, reason=reason, **BLANK)
    consents.follow(signature, door=Consent.Door.FORGOTTEN)
    forget_about(signature)
    signature.flags.all().delete()
    for rows in (signature.recusals, signature.vouches):
        rows.all().delete()
    Setback.objects.filter(signature=signature).delete()
    remembered = WatchName.objects.filter(letter=signature.letter_id, address_hash=signature.address_hash)
    _forget_on_watchlist(remembered)
    if profile is not None and not Signatory.objects.filter(pk=profile.pk, signatures__isnull=False).exists():
        profile.delete()


def forget_about(signature: Signature) -> None:
    """Forget what was found, asked, said and mailed about a signature, and leave its own line alone."""
    signature.evidence.all().delete()
    _forget_in_vouches(signature)
    signature.cases.update(name="", text="", note="")
    signature.cases.filter(closed_at=None).update(closed_at=timezone.now(), outcome="left")
    Origin.objects.filter(signature=signature).delete()
    signature.proofs.all().delete()
    VouchCode.objects.filter(signature=signature).delete()
    # A receiver may have answered with what it was sent.
    WebhookDelivery.objects.filter(event__signature=signature).exclude(answer="").update(answer="")
    signature.decisions.update(note="", question="", answer="", answer_url="", signals=[])
    forget_mails(signature)
    Invitation.objects.filter(signature=signature).update(**INVITED)


def forget_mails(signature: Signature) -> None:
    """Forget what mails said; that there were some, and when, stays, and their links go on telling the truth.

    The key of a mail may be a hash of what was typed, which somebody could guess at. A mail to a mailbox at work knows
    no more than its keyed hash, which its reader needs to stop all mail: that reader may be somebody else.
    """
    neutral = Concat(Value("forgotten:"), Cast("pk", CharField()), output_field=CharField())
    signature.mails.exclude(kind=Mail.Kind.MAILBOX).update(details={}, key=neutral)
    signature.mails.still_owed().update(state=Mail.State.DROPPED, to="")


def _forget_on_watchlist(remembered: QuerySet[WatchName]) -> None:
    """The impostor's mailbox is known again by its hash; the name that was typed there goes, and from flags."""
    gone = {watch.pk: watch.name for watch in remembered if watch.name}
    if not gone:
        return
    letter = remembered[0].letter_id
    for flag in Flag.objects.filter(letter=letter, kind=FlagKind.WATCH_NAME):
        left = WatchName.objects.filter(pk__in=set(flag.details.get("watch", [])) - set(gone))
        if set(flag.details.get("watch", [])) & set(gone):
            names = sorted({watch.name for watch in left})
            Flag.objects.filter(pk=flag.pk).update(details={**flag.details, "names": names})
    remembered.update(name="", keys=[])


def _forget_in_vouches(signature: Signature) -> None:
    """Those for whom somebody vouched keep no name of theirs; the clock takes the vouch away."""
    known = signature.vouches_given.values("signature")
    Evidence.objects.filter(signature__in=known, family=Family.VOUCH, account=f"signature:{signature.pk}").update(
        details={}
    )


def _forget_in_batches(signature: Signature, named: Signature) -> None:
    """A batch may have been chosen by a name, or by a host or organisation that nobody else of the letter has."""
    others = signature.letter.signatures.known().exclude(pk=signature.pk)
    for batch in Batch.objects.filter(items__signature=signature).exclude(state=Batch.State.CHOOSING):
        chosen = {field: value for field, value in batch.chosen.items() if field not in {"name", "text", "network"}}
        if chosen.get("host") == signature.host and not others.filter(host=signature.host).exists():
            del chosen["host"]
        key = fold(chosen.get("organisation", ""))[:160]
        if key and key == signature.organisation_key and not others.filter(organisation_key=key).exists():
            del chosen["organisation"]
        said = batch.note.casefold()
        note = "" if any(word and word.casefold() in said for word in (named.name, named.address)) else batch.note
        if (chosen, note) != (batch.chosen, batch.note):
            Batch.objects.filter(pk=batch.pk).update(chosen=chosen, note=note)


def of_mailbox(address_hash: str) -> list[Signature]:
    """Return the signatures of one mailbox on all letters, locked; each is found by the index of its letter."""
    letters = [*Letter.objects.order_by("pk").values_list("pk", flat=True)]
    rows = Signature.objects.select_for_update(of=("self",)).select_related("letter")
    return [*rows.filter(letter__in=letters, address_hash=address_hash).order_by("pk")]


def forget_mailbox(address_hash: str) -> None:
    """Forget what is known of a mailbox beside its signatures: invitations to letters, and the profile."""
    for signature in of_mailbox(address_hash):
        forget_mails(signature)  # also those about one that was forgotten before
    letters = [*Letter.objects.values_list("pk", flat=True)]
    forget_invitations(Invitation.objects.filter(letter__in=letters, address_hash=address_hash))
    Signatory.objects.filter(address_hash=address_hash).delete()


def forget_invitations(invited: QuerySet[Invitation]) -> None:
    """Forget who was invited; an invitation that was still open is over."""
    Mail.objects.filter(invitation__in=invited).update(state=Mail.State.DROPPED, to="", details={})
    invited.filter(signature=None, declined_at=None).update(declined_at=timezone.now())
    invited.update(**INVITED)
