"""Many signatures from one place at once: alarms for the team, and the flag of those who belong to a burst.

A burst holds nobody: 200 honest people can sit behind one address. Whoever writes from a mail host that is known as
an organisation's is not counted at all.
"""

import contextlib
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.utils import timezone

from petition import patience, switching
from petition.models import User
from petition.moves import LostRace
from signatories.flags import alarming
from signatories.flags.around import Around, Found
from signatories.models import KNOWN, Alarm, OrganisationDomain, Signature
from signatories.reasons import FlagKind

WINDOW = timedelta(minutes=10)
# A lecture hall that signs after a talk brings a few dozen in ten minutes, and mostly from its own mail host, which
# is exempt once it is known. Scripts brought 77,000 signatures to one petition: hundreds in ten minutes.
NETWORK_BURST = 40
# An unknown company whose people sign on one call brings about a dozen; a domain bought for the purpose, any number.
HOST_BURST = 20


def look(signature: Signature, around: Around) -> Found:
    """Return whether a signature was confirmed in a burst, or within ten minutes behind it."""
    origin, at = around.origins.get(signature.pk), signature.confirmed_at
    if at is None or signature.host in around.known_hosts:
        return {}
    places = {Alarm.Kind.HOST: signature.host, Alarm.Kind.NETWORK: origin.network if origin else ""}
    alarms = [around.alarms.get((signature.letter_id, kind, key)) for kind, key in places.items()]
    kinds = [alarm.kind for alarm in alarms if alarm and alarm.since <= at <= alarm.until + WINDOW]
    return {FlagKind.BURST: {"from": sorted(kinds)}} if kinds else {}


def put_aside(alarm: Alarm, *, by: User) -> None:
    """Take an alarm off the desk; another burst from the same place raises it again."""
    Alarm.objects.filter(pk=alarm.pk, seen_at=None).update(seen_at=timezone.now(), seen_by=by)


def renew(around: Around, *, now: datetime | None = None) -> list[Alarm]:
    """Count who was confirmed in the last ten minutes where some come from, and write the bursts down as alarms.

    Whoever was confirmed before the burst was one is looked at again.

    Args:
        around: of those who are looked at now. Nothing can have become a burst anywhere else, and to count everybody
            each time is slow just when a crowd comes.
        now: the end of the ten minutes.

    Returns:
        The bursts that have just begun.
    """
    since = (now or timezone.now()) - WINDOW
    confirmed = Signature.objects.known().filter(letter__in=around.letters, confirmed_at__gt=since).order_by()
    of_networks = confirmed.filter(origin__letter__in=around.letters, origin__network__in=around.networks).exclude(
        host__in=OrganisationDomain.objects.filter(removed_at=None).values("host")
    )
    groups = _groups(confirmed.filter(host__in=around.unknown_hosts), Alarm.Kind.HOST, "host", HOST_BURST)
    groups += _groups(of_networks, Alarm.Kind.NETWORK, "origin__network", NETWORK_BURST)
    written = [_write(**group) for group in groups]
    fresh = [alarm for alarm, is_new in written if is_new]
    for alarm in fresh:
        _look_again(alarm)
    return fresh


def _groups(confirmed: QuerySet[Signature], kind: str, field: str, most: int) -> list[dict[str, Any]]:
    grouped = confirmed.values("letter", key=F(field)).annotate(
        count=Count("pk"), since=Min("confirmed_at"), until=Max("confirmed_at")
    )
    return [{"kind": kind, **row} for row in grouped.filter(count__gte=most)]


@transaction.atomic
def _write(*, letter: int, kind: str, key: str, count: int, since: datetime, until: datetime) -> tuple[Alarm, bool]:
    measured = {"count": count, "since": since, "until": until}
    alarm, created = Alarm.objects.get_or_create(letter_id=letter, kind=kind, key=key, defaults=measured)
    if created:
        _begin(alarm)
        return alarm, True
    mine = Alarm.objects.filter(pk=alarm.pk)
    if alarm.until < since:  # that burst was over, and this is another one
        begun = mine.filter(until=alarm.until).update(**measured, seen_at=None, seen_by=None)
        alarm.refresh_from_db()
        if begun:
            _begin(alarm)
        return alarm, bool(begun)
    mine.filter(until__lt=until).update(until=until)
    mine.filter(count__lt=count).update(count=count)
    return alarm, False


def _begin(alarm: Alarm) -> None:
    """Tell the team, and hold what comes from now on where the letter's owner wants that."""
    letter = alarm.letter
    if letter.hold_on_burst:
        with contextlib.suppress(LostRace):  # all new ones are held already
            switching.switch(letter, "hold_new", on=True, actor=None)
    alarming.tell(alarm)


def _look_again(alarm: Alarm) -> None:
    network = Q(origin__letter=alarm.letter_id, origin__network=alarm.key)
    where = Q(host=alarm.key) if alarm.kind == Alarm.Kind.HOST else network
    belongs = Signature.objects.filter(where, letter=alarm.letter_id, status__in=KNOWN, confirmed_at__gte=alarm.since)
    Signature.objects.filter(pk__in=belongs.values("pk")).update(collect_after=patience.now())
