"""A listed signer vouches for a colleague under the same letter: a short code, the line, and a tick."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from petition.moves import LostRace, NotAllowed
from signatories import evidence, limits, proving
from signatories.evidence.changing import seen as seen
from signatories.models import Evidence, Signature, Vouch, VouchCode
from signatories.reasons import Family

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no letter looks like a digit
READ_AS = str.maketrans("OIL", "011")
LENGTH = 8  # 40 bits
TRIES = 20  # codes that one signer may try in a day
LEAST_LEVEL = 3
LISTED = Q(voucher__status=Signature.Status.LISTED, voucher__level__gte=LEAST_LEVEL)


class NoSuchCode(Exception):
    """No signer of this letter has this code, or one's own was typed."""


class TooMany(Exception):
    """More codes were tried in a day than are looked at."""


@transaction.atomic
def code_for(signature: Signature) -> VouchCode:
    """Return the code that a signer gives to colleagues, and make it on the first call.

    Raises:
        NotAllowed: the signature is in no state to be strengthened.
    """
    if evidence.lock(signature) not in proving.MAY_PROVE:
        raise NotAllowed(_("Nobody can vouch for this signature at the moment."))
    code = "".join(secrets.choice(ALPHABET) for place in range(LENGTH))
    VouchCode.objects.bulk_create([VouchCode(signature=signature, code=code)], ignore_conflicts=True)
    return VouchCode.objects.get(signature=signature)


def may_vouch(signature: Signature) -> bool:
    """Whether somebody may vouch for others: listed, and checked by more than a mailbox."""
    return signature.status == Signature.Status.LISTED and signature.level >= LEAST_LEVEL


def find(voucher: Signature, *, code: str) -> Signature:
    """Return whose code it is, so that the voucher sees the line they vouch for.

    Args:
        voucher: listed at level 3 or 4.
        code: as typed, in any case and with any spaces or hyphens.

    Raises:
        NotAllowed: this signer may not vouch.
        NoSuchCode: nobody of this letter has it, or it is the voucher's own.
        TooMany: over the daily limit of tries.
    """
    if not may_vouch(voucher):
        raise NotAllowed(_("Only signers who are listed at level 3 or 4 can vouch for others."))
    if not limits.take("vouch", str(voucher.pk), most=TRIES, window=timedelta(days=1)).allowed:
        raise TooMany
    bare = "".join(c for c in code.upper() if c.isalnum()).translate(READ_AS)
    rows = Signature.objects.filter(letter=voucher.letter_id, vouch_code__code=bare, status__in=proving.MAY_PROVE)
    found = rows.exclude(pk=voucher.pk).select_related("letter", "version").first()
    if found is None:
        raise NoSuchCode
    return found


def vouch(voucher: Signature, *, code: str, line: str) -> Vouch:
    """Say that one knows this person and that what is printed is true. Twice is once.

    Args:
        voucher: listed at level 3 or 4.
        code: as typed.
        line: what `seen` returned for the line that the voucher was shown.

    Raises:
        LostRace: it has changed since.
        NotAllowed, NoSuchCode, TooMany: as `find`.
    """
    found = find(voucher, code=code)
    with transaction.atomic():
        signature = Signature.objects.select_for_update().get(pk=found.pk)
        if signature.status not in proving.MAY_PROVE:
            raise NoSuchCode
        if seen(signature) != line:
            raise LostRace(_("Their line has changed since you read it. Please open it once more with the code."))
        given, fresh = Vouch.objects.get_or_create(voucher=voucher, signature=signature)
        if fresh:
            _weigh(given, counts=True)
    return given


def renew() -> int:
    """Let each vouch count exactly while its voucher is listed at level 3 or 4; return how many were changed.

    Called by the clock and not by what takes a name off: a vetter, a batch, the signer or a denied mailbox may do
    that, and each may be undone.
    """
    over = _all().filter(voucher__status__in=[Signature.Status.WITHDRAWN, Signature.Status.EXPIRED])
    changed = sum(_forget(given) for given in over)
    for given in _all().filter(Q(counts=True) & ~LISTED | Q(counts=False) & LISTED):
        _weigh(given, counts=not given.counts)
        changed += 1
    return changed


def _all() -> QuerySet[Vouch]:
    known = Vouch.objects.exclude(signature__status=Signature.Status.WITHDRAWN)
    return known.select_related("signature", "voucher")


@transaction.atomic
def _weigh(given: Vouch, *, counts: bool) -> None:
    evidence.lock(given.signature)
    if not Vouch.objects.filter(pk=given.pk).update(counts=counts):
        return  # it was for another name, which its owner has changed in this moment
    evidence.record(
        given.signature,
        family=Family.VOUCH,
        claim=Evidence.Claim.IDENTITY,
        account=_account(given),
        result=counts,
        details={"voucher": given.voucher.name, "level": given.voucher.level},
        checked_at=given.at if counts else timezone.now(),
    )
    proving.owe_collection(given.signature)


@transaction.atomic
def _forget(given: Vouch) -> int:
    Evidence.objects.filter(signature=given.signature, family=Family.VOUCH, account=_account(given)).delete()
    proving.owe_collection(given.signature)
    return given.delete()[0]


def _account(given: Vouch) -> str:
    return f"signature:{given.voucher_id}"
