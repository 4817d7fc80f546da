"""Personal tokens: a member of a team gives one to a program, which then may what the token and the member may."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from petition.models import User
from petition.moves import NotAllowed
from signatories import account_mail
from signatories.models import AccessToken

log = structlog.get_logger(__name__)
BEGINS = "und_"  # so that a search for leaked secrets finds one
BYTES = 32  # of chance; what cannot be guessed needs no slow hash
SHOWN = len(BEGINS) + 6
MOST = 20  # in force for one member
LONGEST = timedelta(days=365)


@transaction.atomic
def issue(user: User, *, name: str, scopes: Collection[str], days: int) -> tuple[AccessToken, str]:
    """Make a token, and owe its owner a mail that says so.

    Args:
        user: whose it is.
        name: what it is for.
        scopes: some of `AccessToken.Scope`.
        days: until it ends, at most a year.

    Returns:
        The row, and the token itself, which is kept nowhere.

    Raises:
        NotAllowed: the member has as many as one may have.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if AccessToken.objects.in_force().filter(user=user).count() >= MOST:
        raise NotAllowed(_("You have %(most)d tokens. Revoke one that is not used any more.") % {"most": MOST})
    token = BEGINS + secrets.token_urlsafe(BYTES)
    made = AccessToken.objects.create(
        user=user,
        name=name,
        scopes=sorted({str(scope) for scope in scopes}),
        prefix=token[:SHOWN],
        hashed=_hash(token),
        expires_at=timezone.now() + min(timedelta(days=days), LONGEST),
    )
    where = settings.SITE_URL + reverse("signatories:tokens")
    text = render_to_string("signatories/mail/token.txt", {"token": made, "where": where}).strip()
    subject, _colon, body = text.removeprefix("Subject:").strip().partition("\n")
    account_mail.owe(to=user.email, subject=subject, body=body.strip() + "\n", code=False)
    log.info("a personal token was made", token=made.prefix, scopes=made.scopes)
    return made, token


def revoke(token: AccessToken) -> None:
    """End a token at once; twice is once."""
    if AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        log.info("a personal token was revoked", token=token.prefix)


def recognise(text: str) -> AccessToken | None:
    """Return the token that somebody shows, if it is in force, and note the day on which it was used."""
    if not text.startswith(BEGINS) or not text.isascii():
        return None
    found = AccessToken.objects.in_force().select_related("user").filter(hashed=_hash(text)).first()
    if found is not None:
        today = timezone.now().date()
        used = AccessToken.objects.filter(pk=found.pk)
        if found.last_used != today:
            used.filter(Q(last_used=None) | Q(last_used__lt=today)).update(last_used=today)
    return found


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
