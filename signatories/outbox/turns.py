"""Whose mail is next: what one person waits for before what is written to everybody, and of each letter as much."""

import random
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from petition.models import Letter
from signatories.models import Mail, MailQuerySet

SHARE = 5  # mails of a letter at least; where more letters wait than there is room for, it is others' turn next time
Due: TypeAlias = dict[UUID, datetime]


def take(limit: int) -> Due:
    """Lock mails that are due, and return them with when they were; call it in a transaction.

    A letter with a million mails takes what the others leave: each that waits has as large a share of the batch, and
    what is left of it goes to those who have more. Within a letter the oldest are first. What another sender has locked
    is passed over.
    """
    due = Mail.objects.due()
    letters = Letter.objects.annotate(
        personal=Exists(due.filter(letter=OuterRef("pk"), bulk=False)),
        bulk=Exists(due.filter(letter=OuterRef("pk"), bulk=True)),
    )
    found = list(letters.filter(Q(personal=True) | Q(bulk=True)).values_list("pk", "personal", "bulk"))
    chosen: Due = {}
    for bulk in (False, True):
        _share([pk for pk, *waits in found if waits[bulk]], due.filter(bulk=bulk), limit, chosen)
    return chosen


def _share(waiting: list[int], due: MailQuerySet, limit: int, chosen: Due) -> None:
    """Fill up what was chosen with mails of those letters, until there is no room or nothing more."""
    random.shuffle(waiting)
    waiting = waiting[: limit // SHARE or 1]
    while waiting and len(chosen) < limit:
        share = -(-(limit - len(chosen)) // len(waiting))
        waiting = [pk for pk in waiting if _take_of(pk, due, min(share, limit - len(chosen)), chosen)]


def _take_of(letter: int, due: MailQuerySet, share: int, chosen: Due) -> bool:
    """Choose the oldest of a letter; return whether there may be more."""
    free = due.filter(letter=letter).exclude(pk__in=chosen).select_for_update(skip_locked=True)
    found = list(free.values_list("pk", "send_after")[:share])
    chosen.update(found)
    return share > 0 and len(found) == share
