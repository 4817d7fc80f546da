"""What a backup owes was mostly sent after it was made: after a restore such mail is held until somebody decides."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from signatories import announce, webhooks
from signatories.models import HELD, AccessToken, AccountMail, Announcement, Mail, Webhook


@transaction.atomic
def hold(made_at: datetime) -> int:
    """Hold all mail that a restored database owes, mailings that were under way included; return how many.

    Their codes are taken, because most readers have them; and who asks for a mail again gets it. Webhooks are switched
    off, for the same reason, and personal tokens are revoked: some of them were revoked since. So are log-ins, which
    are over: some of them were ended since, as those of a mailbox or a machine that fell into other hands.

    Args:
        made_at: when the backup was made.
    """
    Announcement.objects.filter(owed_at=None).update(go_on_after=timezone.now())  # nobody works on them here
    announce.make()
    for webhook in Webhook.objects.filter(off_at=None):
        webhooks.switch_off(webhook, why=Webhook.Why.RESTORED)
    AccessToken.objects.filter(revoked_at=None).update(revoked_at=timezone.now())
    Session.objects.all().delete()
    AccountMail.objects.all().delete()  # codes of a log-in that is over
    owed = Mail.objects.filter(state=Mail.State.OWED)
    return owed.update(
        send_after=HELD,
        attempts=0,
        times_sent=Greatest(F("times_sent"), 1),
        sent_at=Coalesce(F("sent_at"), made_at),
    )


def held() -> QuerySet[Mail]:
    """Return the mails that are held."""
    return Mail.objects.filter(state=Mail.State.OWED, send_after=HELD)


def release() -> int:
    """Send what is held after all; return how many mails that are."""
    return held().update(send_after=timezone.now())


def let_go() -> int:
    """Count what is held as sent; return how many mails that were."""
    return held().update(state=Mail.State.SENT, to="", send_after=timezone.now())
