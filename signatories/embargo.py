"""Let the press read a frozen letter before it is public: by a secret link that ends, each opening logged."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from petition.models import Letter, User
from petition.moves import NotAllowed
from signatories.models import EmbargoLink, EmbargoOpening


def make(letter: Letter, *, reader: str, expires_at: datetime, by: User) -> EmbargoLink:
    """Make a link for one reader.

    Args:
        letter: frozen, and not public yet.
        reader: for whom, such as the name of a newspaper.
        expires_at: in the future.
        by: who makes it.

    Raises:
        NotAllowed: the text is not frozen, the letter is public, or the end has passed.
    """
    if letter.status != Letter.Status.FOUNDING:
        raise NotAllowed(_("A link for the press is made while the text is frozen and not public yet."))
    if expires_at <= timezone.now():
        raise NotAllowed(_("That time has passed."))
    return EmbargoLink.objects.create(letter=letter, reader=reader, expires_at=expires_at, made_by=by)


def revoke(link: EmbargoLink) -> None:
    """End a link now; ending it twice is ending it."""
    EmbargoLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now())


def note_opening(link: EmbargoLink, *, network: str) -> None:
    """Log one look through a link.

    Args:
        link: that was followed.
        network: from where, as `origins.of` tells it.
    """
    EmbargoOpening.objects.create(link=link, network=network)
