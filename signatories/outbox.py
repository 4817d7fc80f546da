"""Mail that is owed: written in the transaction that owes it, sent later, each marked as it is accepted."""

import logging
import smtplib
import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection as database
from django.db import transaction
from django.db.models import Count, F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from petition.lines import name_in_mail
from signatories import mail_server, reasons, tokens
from signatories.mail_server import line
from signatories.models import Invitation, Knock, Mail, MailQuerySet, Signature, Suppression

log = logging.getLogger(__name__)

BATCH = 50
# What a killed sender leaves is due again after this. It is renewed before each mail, so it need only be longer than one
# mail takes with a slow server (EMAIL_TIMEOUT), and a crash repeats one mail at worst.
LEASE = timedelta(seconds=40)
TURN = 2.0  # seconds that a task begins another batch, so that a letter is published on time beside a mailing
MAX_ATTEMPTS = 12
COOL_DOWN = timedelta(minutes=1)
DAILY = 3  # mails to one address about one letter in a day, whoever asks for them
DAILY_OVER_THE_SITE = 6
DAY = timedelta(days=1)
MOST_WORDINGS = 20  # kept for one unconfirmed signature, sent or not
# What a stranger can cause by typing an address; these are limited, and stop for good when the owner says so.
ASKED_FOR = {Mail.Kind.CONFIRM, Mail.Kind.ALREADY, Mail.Kind.GONE}
# Only for those who asked for news, each with a way to end it.
NEWS = (Mail.Kind.UPDATE, Mail.Kind.REPLY)
# A mail says nothing that is not true any more: it is dropped when the signature has left this status.
ONLY_WHILE = {
    Mail.Kind.CONFIRM: Signature.Status.PENDING,
    Mail.Kind.LISTED: Signature.Status.LISTED,
    Mail.Kind.HELD: Signature.Status.HELD,
    Mail.Kind.ASKED: Signature.Status.ASKED,
    Mail.Kind.REMINDED: Signature.Status.ASKED,
    Mail.Kind.LAPSED: Signature.Status.DECLINED,
    Mail.Kind.DECLINED: Signature.Status.DECLINED,
    Mail.Kind.HIDDEN: Signature.Status.HIDDEN,
    Mail.Kind.AUDIT: Signature.Status.LISTED,
}


def owe(
    kind: Mail.Kind,
    *,
    signature: Signature | None = None,
    invitation: Invitation | None = None,
    key: str = "",
    to: str = "",
    details: dict[str, Any] | None = None,
    send_after: datetime | None = None,
) -> Mail:
    """Owe one mail about a signature or an invitation; call it inside the transaction that owes it.

    Args:
        kind: which mail.
        signature, invitation: what it is about; exactly one.
        key: tells apart several mails of one kind about the same thing.
        to: the address, only where the signature is about to forget it.
        details: what the text needs beyond the row it is about.
        send_after: not before this moment; default: now.

    Returns:
        The row. The same mail owed again is the same row; one that a person may ask for is then sent again,
        unless that was less than a minute ago. Over the daily limits, or where no mail is wanted, the row keeps what
        was typed, and no mail goes out. Over the limit of wordings it is a mail that was never stored: what is made
        from its id looks like any other and opens nothing.
    """
    about = signature or invitation
    assert about is not None
    mail = Mail(kind=kind, key=f"{kind}:{about.pk}:{key}", signature=signature, invitation=invitation, to=to)
    mail.details = details or {}
    mail.send_after = send_after or mail.send_after
    if kind not in ASKED_FOR:
        Mail.objects.bulk_create([mail], ignore_conflicts=True)
        return Mail.objects.get(key=mail.key)
    kept = Mail.objects.filter(key=mail.key).first()
    if kept is not None:
        send_again(kept, to=to)
        return kept
    allowed = _may_mail(about)
    if not allowed:
        mail.state, mail.to = Mail.State.DROPPED, ""
    if allowed or about.mails.count() < MOST_WORDINGS:
        mail.save(force_insert=True)
    if allowed:
        Knock.objects.create(address_hash=about.address_hash, letter_id=about.letter_id, mail=mail)
    return mail


def send_again(mail: Mail, *, to: str = "") -> None:
    """Owe a mail once more, with the same code in it, within the cool-down and the daily limit."""
    assert mail.signature is not None
    again = Mail.objects.filter(
        Q(state=Mail.State.SENT, sent_at__lt=timezone.now() - COOL_DOWN) | Q(state=Mail.State.DROPPED),
        pk=mail.pk,
    )
    signature = mail.signature
    if mail.kind not in ASKED_FOR or not (to or signature.address) or not _may_mail(signature):
        return
    if again.update(state=Mail.State.OWED, send_after=timezone.now(), attempts=0, to=to):
        Knock.objects.create(address_hash=signature.address_hash, letter_id=signature.letter_id, mail=mail)


def _may_mail(about: Signature | Invitation) -> bool:
    return may_write_to(about.address_hash, letter_id=about.letter_id)


def may_write_to(address_hash: str, *, letter_id: int) -> bool:
    """Whether one more mail may go to a mailbox that somebody typed; until the transaction ends nobody else is told.

    Counted is what is owed and what was sent within a day, over the whole site and about this letter.
    """
    if database.vendor == "postgresql":  # SQLite has one writer at a time in any case
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(address_hash[:15], 16)])
    counted = Q(at__gt=timezone.now() - DAY) | Q(mail__state=Mail.State.OWED)
    sums = Knock.objects.filter(counted, address_hash=address_hash).aggregate(
        site=Count("pk"), letter=Count("pk", filter=Q(letter_id=letter_id))
    )
    return sums["site"] < DAILY_OVER_THE_SITE and sums["letter"] < DAILY and not _is_unwanted(address_hash)


def forget_knocks() -> int:
    """Forget whose mailbox was written to more than a day ago; return how many mails that were."""
    return Knock.objects.filter(at__lt=timezone.now() - DAY).exclude(mail__state=Mail.State.OWED).delete()[0]


def _is_unwanted(address_hash: str) -> bool:
    return Suppression.objects.filter(address_hash=address_hash).exists()


def send(limit: int = BATCH, *, seconds: float = 0.0) -> int:
    """Send mails that are due over one connection; return how many were accepted.

    Safe to run anywhere at any time: a row is leased before it is sent and marked right after the server accepted
    it, so two senders never hold the same mail, and a killed one repeats at most the mail it was sending.

    Args:
        limit: how many are leased at once; in between, what one person waits for overtakes what goes to many.
        seconds: for how long another batch is begun. Where more is due then, the connection is left open for the
            next turn of this thread; once nothing is due it is closed.
    """
    until, sent, more = time.monotonic() + seconds, 0, True
    try:
        while leased := _lease(limit):
            accepted, answers = _send_all(leased)
            sent += accepted
            if not answers or time.monotonic() >= until:
                more = answers and seconds > 0
                break
        else:
            more = False
    except BaseException:
        more = False
        raise
    finally:
        if not more:
            line.close()
    return sent


def _send_all(mails: list[Mail]) -> tuple[int, bool]:
    """Send a batch; return how many were accepted, and whether the server still answers.

    Servers hang up after so many mails; then the next ones go over another connection. One that hangs up at the first
    mail is left alone for a while.
    """
    sent = 0
    for position, mail in enumerate(mails):
        if not line.open():
            _give_back(mails[position:])
            return sent, False
        try:
            sent += _send_one(mail)
        except (OSError, smtplib.SMTPException) as problem:
            _postpone(mail, problem)
            if mail_server.answered(problem) or line.lost():
                continue
            _give_back(mails[position + 1 :])
            return sent, False
    return sent, True


def _lease(limit: int) -> list[Mail]:
    with transaction.atomic():
        due = Mail.objects.due().select_for_update(skip_locked=True).values_list("pk", flat=True)
        chosen = list(due[:limit])
        Mail.objects.filter(pk__in=chosen, state=Mail.State.OWED).update(
            send_after=timezone.now() + LEASE, attempts=F("attempts") + 1
        )
    rows = _with_rows().in_bulk(chosen)
    return [rows[pk] for pk in chosen if pk in rows]


def _with_rows() -> MailQuerySet:
    about = ("signature__letter", "signature__version", "invitation__letter")
    return Mail.objects.select_related(*about, "announcement__version", "announcement__update", "announcement__reply")


def _send_one(mail: Mail) -> int:
    fresh = _renew(mail)
    if fresh is None:
        return 0
    mail = fresh
    if not _is_wanted(mail):
        _mark(mail, Mail.State.DROPPED)
        return 0
    try:
        message = compose(mail)
    except Exception as problem:  # one mail that cannot be rendered must not hold up the others
        log.exception("mail %s cannot be rendered", mail.pk)
        _postpone(mail, problem)
        return 0
    message.connection = line.connection
    message.send()
    line.accepted += 1
    now = timezone.now()
    _mark(mail, Mail.State.SENT, sent_at=now, times_sent=F("times_sent") + 1, attempts=0, problem="")
    if mail.kind in ASKED_FOR:
        Knock.objects.filter(pk__in=mail.knocks.order_by("-pk").values("pk")[:1]).update(at=now)
    return 1


def _renew(mail: Mail) -> Mail | None:
    """Read a mail again just before it is sent, with a lease that begins now; None if it is not ours any more.

    A slow server can outlast the lease of a batch, and a signer can withdraw while the batch is being sent.
    """
    ours = Mail.objects.filter(pk=mail.pk, state=Mail.State.OWED, send_after=mail.send_after)
    if not ours.update(send_after=timezone.now() + LEASE):
        return None
    return _with_rows().get(pk=mail.pk)


def _is_wanted(mail: Mail) -> bool:
    """Whether a mail still says the truth to somebody who did not forbid it."""
    about = mail.signature or mail.invitation
    assert about is not None
    needed = ONLY_WHILE.get(Mail.Kind(mail.kind))
    if needed and mail.signature and mail.signature.status != needed:
        return False
    if not (mail.to or about.address):
        return False
    if mail.kind in NEWS and not (mail.signature and mail.signature.updates):
        return False
    if mail.announcement and mail.announcement.reply and mail.announcement.reply.hidden_at:
        return False
    return mail.kind == Mail.Kind.WITHDRAWN or not _is_unwanted(about.address_hash)


def _mark(mail: Mail, state: Mail.State, **changes: Any) -> None:
    """End with a mail; an address that only this row still knew goes with it."""
    Mail.objects.filter(pk=mail.pk, state=Mail.State.OWED).update(state=state, to="", **changes)


def _postpone(mail: Mail, problem: Exception) -> None:
    """Try again later, with growing pauses of up to an hour; give up on a refusal for good or after 12 tries."""
    words = f"{type(problem).__name__}: {mail_server.code(problem) or ''}".strip(": ")
    if 500 <= mail_server.code(problem) < 600 or mail.attempts >= MAX_ATTEMPTS:
        _mark(mail, Mail.State.FAILED, problem=words)
        return
    pause = min(timedelta(seconds=10) * 2**mail.attempts, timedelta(hours=1))
    Mail.objects.filter(pk=mail.pk).update(send_after=timezone.now() + pause, problem=words)


def _give_back(mails: list[Mail]) -> None:
    """Put mails that were not tried back, without counting a try: the server was away, not the reader."""
    Mail.objects.filter(pk__in=[mail.pk for mail in mails], state=Mail.State.OWED).update(
        send_after=timezone.now() + timedelta(seconds=10), attempts=F("attempts") - 1
    )


def compose(mail: Mail) -> EmailMessage:
    """Render a mail from the rows it is about, as they are now."""
    signature, invitation = mail.signature, mail.invitation
    about = signature or invitation
    assert about is not None
    shown = proposed(mail) if signature else None
    context: dict[str, Any] = {
        "mail": mail,
        "letter": about.letter,
        "news": mail.announcement,
        "signature": shown,
        "name": name_in_mail(shown.name) if shown else "",
        "invitation": invitation,
        "code": tokens.code(_proving(mail).pk),
        "reason": reasons.in_mail(mail.details.get("reason", "")),
        "links": _links(mail),
    }
    subject, _, body = render_to_string(f"signatories/mail/{mail.kind}.txt", context).strip().partition("\n")
    host = urlsplit(settings.SITE_URL).hostname
    headers = {"Message-ID": f"<{mail.pk}.{mail.times_sent}@{host}>", "Auto-Submitted": "auto-generated"}
    if mail.kind in NEWS:  # one-click unsubscribe, RFC 8058
        headers["List-Unsubscribe"] = f"<{context['links']['unsubscribe']}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return EmailMessage(
        subject=" ".join(subject.removeprefix("Subject:").split()),
        body=body.strip() + "\n",
        to=[mail.to or about.address],
        reply_to=[about.letter.contact],
        headers=headers,
    )


def _proving(mail: Mail) -> Mail:
    """The mail whose code a mail carries: a reminder repeats the invitation's."""
    if mail.kind != Mail.Kind.NUDGE or mail.invitation is None:
        return mail
    return mail.invitation.mails.get(kind=Mail.Kind.INVITATION)


def proposed(mail: Mail) -> Signature:
    """Return the signature as this mail shows it: with what was typed for it, if that is not on the row yet."""
    assert mail.signature is not None
    shown = mail.signature
    if "typed" in mail.details and shown.status == Signature.Status.PENDING:
        shown.write_line(mail.details["typed"])
    return shown


def _links(mail: Mail) -> dict[str, str]:
    about = mail.signature or mail.invitation
    assert about is not None
    paths = {name: reverse(f"petition:{name}", args=[about.letter.slug]) for name in ("letter", "all_updates")}
    if mail.kind == Mail.Kind.MAILBOX:  # its reader may be a stranger, so no link of it leads to the signature
        paths["stop"] = reverse("signatories:stop", args=[tokens.make("stop", mail.pk)])
    elif mail.invitation:
        paths["invitation"] = reverse("signatories:invitation", args=[tokens.make("invitation", _proving(mail).pk)])
    else:
        paths["confirm"] = reverse("signatories:confirm", args=[tokens.make("confirm", mail.pk)])
        paths["mine"] = reverse("signatories:mine", args=[tokens.make("mine", about.pk)])
        paths["unsubscribe"] = reverse("signatories:unsubscribe", args=[tokens.make("news", about.pk)])
    if mail.announcement and mail.announcement.version:
        number = mail.announcement.version.number
        paths["version"] = reverse("petition:version", args=[about.letter.slug, number])
    return {name: settings.SITE_URL + path for name, path in paths.items()}
