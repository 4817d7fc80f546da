"""What the looks at signatures have in common, read once for all that are looked at together."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Max

from signatories.models import Alarm, Mail, OrganisationDomain, Origin, Signature, WatchName
from signatories.reasons import FlagKind

Found = dict[FlagKind, dict[str, Any]]  # each kind with what the vetter should see, without personal data of others


class Around:
    """The letters' watchlists and alarms, the known hosts, and the origins and mails of some signatures."""

    def __init__(self, signatures: Sequence[Signature]) -> None:
        self._pks = [signature.pk for signature in signatures]
        self._letters = {signature.letter_id for signature in signatures}
        self._hosts = {signature.host for signature in signatures} - {""}

    @cached_property
    def watched(self) -> dict[int, list[WatchName]]:
        """The watchlist of each letter."""
        rows = WatchName.objects.in_force().filter(letter__in=self._letters)
        found: dict[int, list[WatchName]] = defaultdict(list)
        for row in rows:
            found[row.letter_id].append(row)
        return found

    @cached_property
    def alarms(self) -> dict[tuple[int, str, str], Alarm]:
        """The newest burst by letter, kind and key."""
        rows = Alarm.objects.filter(letter__in=self._letters)
        return {(row.letter_id, row.kind, row.key): row for row in rows}

    @cached_property
    def known_hosts(self) -> set[str]:
        """The hosts among theirs that are known to be an organisation's."""
        return set(OrganisationDomain.objects.filter(host__in=self._hosts).values_list("host", flat=True))

    @cached_property
    def origins(self) -> dict[Any, Origin]:
        """Where each was typed, as long as that is kept."""
        return Origin.objects.in_bulk(self._pks)

    @cached_property
    def handed_on(self) -> dict[Any, datetime]:
        """When the newest mail with a code for each was handed on."""
        codes = Mail.objects.filter(signature__in=self._pks, kind=Mail.Kind.CONFIRM, sent_at__isnull=False)
        return dict(codes.order_by().values_list("signature").annotate(at=Max("sent_at")))
