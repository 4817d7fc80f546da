"""A code to the mailbox before anything about a signature is changed or handed out: the same proof as signing."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from petition.moves import NotAllowed
from signatories import addresses, limits, outbox, tokens
from signatories.models import HELD, Mail, MailQuerySet, Signature

GOOD_FOR = timedelta(hours=1)  # some mail servers make a sender wait
# Only who has the personal link can cause these mails, and a stranger who types the address into the public form uses
# up none of them; so that nobody can be kept from leaving.
DAILY = 3
LEAVING = {"withdraw", "erase"}  # counted apart, so that nobody who asked for other things has to stay until tomorrow
MAX_TRIES = 10  # of each mail's code: who has found the link guesses right with 6 in 100,000 a day


class WrongCode(Exception):
    """The digits are not the code of a mail of the last hour, or were tried too often."""


class OtherMailbox(Exception):
    """The address that was typed is not the one that signed."""


def ask(signature: Signature, *, what: str, address: str = "") -> bool:
    """Owe a mail with a code to the mailbox that signed; return whether one goes out, which the limits decide.

    Args:
        signature: somebody's, on whose own page this is asked.
        what: what they want to do, by its name; the mail says it in words.
        address: canonical, and needed only where the signature has forgotten its own: then it is compared by its hash.

    Raises:
        OtherMailbox: the signature knows no address, and this is not the one it had.
        NotAllowed: nobody is behind this signature any more.
    """
    if not signature.may_be_withdrawn:
        raise NotAllowed(_("There is no signature any more."))
    if not signature.address and addresses.keyed_hash(address) != signature.address_hash:
        raise OtherMailbox
    to = "" if signature.address else address
    minute = limits.take("change mail", str(signature.pk), most=1, window=outbox.COOL_DOWN)
    counted = "leaving" if what in LEAVING else "changes"
    if not minute.allowed or not limits.take(counted, str(signature.pk), most=DAILY, window=outbox.DAY).allowed:
        return False
    details = {"what": what}
    outbox.owe(Mail.Kind.CHANGE, signature=signature, key=uuid.uuid4().hex, to=to, details=details)
    return True


def is_asked(signature: Signature) -> bool:
    """Whether a code was asked for within the hour, so that it is time to type it."""
    return _mails(signature).exists()


def mailed(signature: Signature) -> datetime | None:
    """Return when the newest code that works went out; one that goes out within seconds counts."""
    useless = Q(wrong_codes__gte=MAX_TRIES) | Q(state__in=[Mail.State.FAILED, Mail.State.DROPPED]) | Q(send_after=HELD)
    mail = _mails(signature).exclude(useless).order_by("-created_at").first()
    return (mail.sent_at or mail.created_at) if mail else None


def prove(signature: Signature, code: str) -> None:
    """Check a code; every wrong try is counted, and tries at the same moment one by one. A right one stays good.

    Raises:
        WrongCode: wrong digits, too old, or too many tries.
    """
    if not _is_right(signature, code):
        raise WrongCode


@transaction.atomic
def _is_right(signature: Signature, code: str) -> bool:
    Signature.objects.select_for_update().get(pk=signature.pk)
    mails = _mails(signature).filter(times_sent__gt=0, wrong_codes__lt=MAX_TRIES)
    good = [*mails.order_by("-created_at").values_list("pk", flat=True)[:DAILY]]
    right = any(tokens.is_code(pk, code) for pk in good)
    if not right:
        Mail.objects.filter(pk__in=good).update(wrong_codes=F("wrong_codes") + 1)
    return right


def _mails(signature: Signature) -> MailQuerySet:
    """Codes that may still be typed; an unconfirmed signature is proven by the code it was to be confirmed with."""
    kinds = [Mail.Kind.CHANGE]
    since = timezone.now() - GOOD_FOR
    if signature.status == Signature.Status.PENDING:
        kinds.append(Mail.Kind.CONFIRM)
        since -= timedelta(days=7)
    return Mail.objects.filter(signature=signature.pk, kind__in=kinds, created_at__gt=since)
