"""Who is due to be forgotten: a queryset for each rule, which begins with an index however long a letter is."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from petition.models import Letter, LetterEvent
from signatories.models import (
    HELD,
    KNOWN,
    AccessToken,
    Batch,
    Case,
    Decision,
    Evidence,
    Invitation,
    Mail,
    Origin,
    Proof,
    Signature,
    SignatureEvent,
    WebhookDelivery,
)

Status = Signature.Status
UNCONFIRMED = timedelta(days=7)
REJECTED = timedelta(days=30)
NETWORK_DATA = timedelta(days=30)
EVIDENCE = timedelta(days=90)
MAILS = timedelta(days=90)
INVITED = timedelta(days=30)
WEBHOOK_LOG = timedelta(days=30)
TOKENS = timedelta(days=30)
WORK_MAILBOX = timedelta(days=7)
FORGOTTEN = "forgotten:"  # before the keyed hash of what evidence came down to
OVER = (Letter.Status.CLOSED, Letter.Status.DELIVERED)
# Their links lead people to their own page or out of it for as long as there is one, so these rows stay, emptied.
DOORS = (Mail.Kind.CONFIRM, Mail.Kind.INVITATION, Mail.Kind.MAILBOX)


def _before(moment: datetime) -> uuid.UUID:
    """The first key that can have been made at a moment: keys sort by time (RFC 9562, section 5.7)."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)


def _letters() -> list[int]:
    """Named one by one, so that each is looked up in the index that begins with the letter."""
    return [*Letter.objects.order_by("pk").values_list("pk", flat=True)]


def _closed(before: datetime) -> list[int]:
    """Letters that were closed before a moment, and not opened again since."""
    closing = LetterEvent.objects.filter(now=Letter.Status.CLOSED).exclude(was=F("now"))
    later = closing.filter(letter=OuterRef("pk"), at__gt=before)
    return [
        *Letter.objects.filter(
            Exists(closing.filter(letter=OuterRef("pk"))), ~Exists(later), status__in=OVER
        ).values_list("pk", flat=True)
    ]


def _owed_lately(now: datetime) -> Q:
    return Q(state=Mail.State.OWED, send_after__gte=now - UNCONFIRMED, send_after__lt=HELD)


def unconfirmed(now: datetime) -> QuerySet[Any]:
    """Pending for seven days since its newest code, which says so; one that was started again keeps its old key.

    A code that is being sent, or waits for another try, is not before its time; one that is held after a restore may
    wait for ever, and keeps nobody.
    """
    old = Signature.objects.filter(letter__in=_letters(), status=Status.PENDING, pk__lt=_before(now - UNCONFIRMED))
    lately = _owed_lately(now) | Q(sent_at__gte=now - UNCONFIRMED)
    code = Mail.objects.filter(lately, signature=OuterRef("pk"), kind=Mail.Kind.CONFIRM)
    return old.filter(~Exists(code), created_at__lt=now - UNCONFIRMED)


def other_names(now: datetime) -> QuerySet[Any]:
    """Mails that know what somebody typed for a mailbox that has signed, or whose signature was forgotten.

    A code that was asked for again lately needs what it knows.
    """
    forgotten = Q(kind=Mail.Kind.CONFIRM, signature__status=Status.EXPIRED)
    old = Mail.objects.filter(Q(kind=Mail.Kind.ALREADY) | forgotten, pk__lt=_before(now - UNCONFIRMED))
    return old.exclude(details={}).exclude(_owed_lately(now), kind=Mail.Kind.CONFIRM)


def rejected(now: datetime) -> QuerySet[Any]:
    """Declined or taken off, unmoved for thirty days, and not disputed."""
    lately = SignatureEvent.objects.filter(signature=OuterRef("pk"), at__gte=now - REJECTED)
    disputed = Case.objects.filter(signature=OuterRef("pk"), closed_at=None)
    rows = Signature.objects.filter(letter__in=_letters(), status__in=[Status.DECLINED, Status.HIDDEN])
    return rows.filter(~Exists(lately), ~Exists(disputed))


def details(now: datetime) -> QuerySet[Any]:
    """Evidence with details, of letters that closed long ago or with a date of its own."""
    over = Q(letter__in=_closed(now - EVIDENCE)) | Q(expires_at__lt=now)
    known = ~Q(details={}, note="", url="") | ~(Q(account="") | Q(account__startswith=FORGOTTEN))
    return Evidence.objects.filter(over & known)


def proofs(now: datetime) -> QuerySet[Any]:
    """What was offered long ago under letters that closed long ago, whether or not anything was found."""
    before = now - EVIDENCE
    return Proof.objects.filter(letter__in=_closed(before), created_at__lt=before)


def questions(now: datetime) -> QuerySet[Any]:
    """Decisions in which somebody wrote something, of letters that closed long ago."""
    said = ~Q(note="", question="", answer="", answer_url="")
    return Decision.objects.filter(said, letter__in=_closed(now - EVIDENCE))


def cases(now: datetime) -> QuerySet[Any]:
    """Cases that were closed long ago and still say what was said."""
    return Case.objects.filter(closed_at__lt=now - EVIDENCE).exclude(name="", text="", note="")


def batches(now: datetime) -> QuerySet[Any]:
    """Batches that still know how they were chosen."""
    network = Q(done_at__lt=now - NETWORK_DATA, chosen__has_key="network")
    over = Q(letter__in=_closed(now - EVIDENCE)) & ~Q(note="", chosen={})
    return Batch.objects.filter(network | over).exclude(state=Batch.State.CHOOSING)


def mails(now: datetime) -> QuerySet[Any]:
    """Mails of three months ago that nobody waits for; those of a mailing stay as long as it is counted by them."""
    rows = Mail.objects.filter(pk__lt=_before(now - MAILS), announcement=None).exclude(state=Mail.State.OWED)
    rows = rows.exclude(kind__in=DOORS, details={}).exclude(kind=Mail.Kind.MAILBOX, problem="")
    return rows.exclude(sent_at__gte=now - MAILS)


def invitations(now: datetime) -> QuerySet[Any]:
    """Invitations that were not used and are over."""
    old = now - INVITED
    over = Q(expires_at__lt=old) | Q(declined_at__lt=old) | Q(revoked_at__lt=old)
    return Invitation.objects.filter(over, letter__in=_letters(), signature=None).exclude(address="", name="")


def kept_until(now: datetime) -> QuerySet[Any]:
    """Signatures of closed letters whose date has come, as long as they know an address."""
    letters = Letter.objects.filter(keep_until__lt=now.date(), status__in=OVER).values_list("pk", flat=True)
    rows = Signature.objects.filter(letter__in=[*letters], status__in=[Status.PENDING, *KNOWN])
    return rows.exclude(address="")


def origins(now: datetime) -> QuerySet[Any]:
    """From where signatures came, a month ago; found by their keys, as `unconfirmed`."""
    return Origin.objects.filter(signature_id__lt=_before(now - NETWORK_DATA), at__lt=now - NETWORK_DATA)


def work_mailboxes(now: datetime) -> QuerySet[Any]:
    """Offered mailboxes whose code nobody typed."""
    waiting = {"kind": Proof.Kind.MAILBOX, "state": Proof.State.WAITING}
    return Proof.objects.filter(pk__lt=_before(now - WORK_MAILBOX), **waiting)


def webhook_log(now: datetime) -> QuerySet[Any]:
    """Messages of a month ago that nobody waits for."""
    return WebhookDelivery.objects.filter(at__lt=now - WEBHOOK_LOG).exclude(state=WebhookDelivery.State.OWED)


def logins(now: datetime) -> QuerySet[Any]:
    """What is noted of log-ins that have ended, however they did."""
    going_on = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gte=now)
    rows: QuerySet[Any] = UserSession.objects.all()
    return rows.filter(~Exists(going_on))


def tokens(now: datetime) -> QuerySet[Any]:
    """Tokens that have opened nothing for a month."""
    return AccessToken.objects.filter(Q(revoked_at__lt=now - TOKENS) | Q(expires_at__lt=now - TOKENS))
