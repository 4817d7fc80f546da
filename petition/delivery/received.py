"""What the addressee does: open their link, acknowledge, reply. And what the team notes about it."""

import uuid
from datetime import date, timedelta

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from petition.models import AddresseeLink, Delivery, Letter, Opening, Reply, User
from petition.moves import LostRace, NotAllowed

SALT = "petition.received"
MOST_LINKS = 50  # of one delivery
MOST_REPLIES = 5  # through one link
MOST_ENTERED = 50  # by the team, for one delivery
REPLIED = "replied"  # the reason of the letter's event that a reply writes: who mails signers waits for it


def token(link: AddresseeLink) -> str:
    """Return what the address of a link carries: the row's id, signed for this purpose only."""
    return signing.Signer(salt=SALT, sep=".").sign(link.pk.hex)


def behind(token: str) -> AddresseeLink | None:
    """Return the link a token stands for, or None where it was not made here."""
    try:
        pk = uuid.UUID(hex=signing.Signer(salt=SALT, sep=".").unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    rows = AddresseeLink.objects.select_related("delivery__letter", "delivery__version", "delivery__bundle")
    return rows.filter(pk=pk).first()


@transaction.atomic
def make_link(delivery: Delivery, *, addressee: str, days: int, actor: User) -> AddresseeLink:
    """Make a door for one addressee.

    Args:
        delivery: what they receive.
        addressee: who they are, in one line.
        days: how long it opens.
        actor: the member of the team who makes it.

    Raises:
        NotAllowed: there are too many already.
    """
    _lock(delivery)
    if delivery.links.count() >= MOST_LINKS:
        raise NotAllowed(_("A delivery has at most %(most)s links.") % {"most": MOST_LINKS})
    expires_at = timezone.now() + timedelta(days=days)
    return AddresseeLink.objects.create(delivery=delivery, addressee=addressee, made_by=actor, expires_at=expires_at)


def revoke(link: AddresseeLink) -> None:
    """Let a link open nothing any more."""
    AddresseeLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now())


def opened(link: AddresseeLink, what: Opening.What) -> None:
    """Note that a link was opened: what and when, nothing about who or from where."""
    Opening.objects.create(link=link, what=what)


def acknowledge(link: AddresseeLink, *, by: str) -> bool:
    """Note that the addressee has received the letter; return whether this was the first time.

    Args:
        link: which addressee.
        by: the name of the person who says so.
    """
    fresh = AddresseeLink.objects.filter(pk=link.pk, acknowledged_at=None)
    return bool(fresh.update(acknowledged_at=timezone.now(), acknowledged_by=by))


@transaction.atomic
def reply(link: AddresseeLink, *, author: str, text: str) -> Reply:
    """Put the addressee's reply on the letter's page.

    Raises:
        NotAllowed: they have replied often enough, or with the same words already.
    """
    _lock(link.delivery)
    if link.replies.filter(author=author, text=text).exists():
        raise LostRace(_("This reply has been received already."))
    if link.replies.count() >= MOST_REPLIES:
        raise NotAllowed(
            _("At most %(most)s replies can be sent through one link. Please write to the organiser.")
            % {"most": MOST_REPLIES}
        )
    today = timezone.localdate()
    return _keep(Reply(delivery=link.delivery, link=link, author=author, text=text, received_on=today), None)


@transaction.atomic
def enter_reply(delivery: Delivery, *, author: str, text: str, received_on: date, actor: User) -> Reply:
    """Put a reply that was received elsewhere on the letter's page.

    Args:
        delivery: what it answers.
        author: who replied.
        text: the words, in plain text.
        received_on: the day.
        actor: the member of the team who enters it.

    Raises:
        NotAllowed: there are too many already.
    """
    _lock(delivery)
    if delivery.replies.filter(link=None).count() >= MOST_ENTERED:
        raise NotAllowed(_("At most %(most)s replies can be entered.") % {"most": MOST_ENTERED})
    entered = Reply(delivery=delivery, entered_by=actor, author=author, text=text, received_on=received_on)
    return _keep(entered, actor)


def hide(reply: Reply, *, actor: User) -> None:
    """Take a reply off the letter's page, as when a link fell into other hands; it stays on the desk."""
    Reply.objects.filter(pk=reply.pk, hidden_at=None).update(hidden_at=timezone.now(), hidden_by=actor)


def show(reply: Reply) -> None:
    """Put a reply back on the letter's page."""
    Reply.objects.filter(pk=reply.pk).update(hidden_at=None, hidden_by=None)


def _keep(reply: Reply, actor: User | None) -> Reply:
    reply.save(force_insert=True)
    # The one hook for whoever tells the signers: an event of the letter, in the transaction that brings the reply.
    letter = reply.delivery.letter
    letter.events.create(was=letter.status, now=letter.status, actor=actor, reason=REPLIED)
    return reply


def _lock(delivery: Delivery) -> None:
    """Let what is counted be counted by one at a time."""
    Letter.objects.select_for_update().get(pk=delivery.letter_id)
