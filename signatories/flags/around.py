"""What the looks at signatures have in common, read once for all that are looked at together."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, F, Max, Window
from django.db.models.functions import RowNumber

from petition import rows
from signatories.flags import affiliation
from signatories.models import Alarm, Evidence, Flag, Mail, OrganisationDomain, Origin, Proof, Signature, WatchName
from signatories.organisations.hosts import is_free_mail
from signatories.reasons import Family, FlagKind

Found = dict[FlagKind, dict[str, Any]]  # each kind with what the vetter should see, without personal data of others

# A couple shares a computer, and two colleagues a meeting room's; from three names on somebody should look.
DEVICE_NAMES = 3
# How many of one organisation are read at most; duplicates are mostly typed soon after each other.
MOST_COLLEAGUES = 200
# What is no reason for doubt any more when it is not found again, such as free mail once a work mailbox is proven.
# The others stay until a person has looked, whatever the signer changes.
PASSING = {FlagKind.FREE_MAIL, FlagKind.UNKNOWN_ORGANISATION, FlagKind.DUPLICATE}
_WATCHED = rows.Question(lambda letter: WatchName.objects.in_force().filter(letter=letter), letter=-1)


class Around:
    """The letters' watchlists and alarms, the known hosts, and the origins and mails of some signatures."""

    def __init__(self, signatures: Sequence[Signature]) -> None:
        self._signatures = signatures
        self._pks = [signature.pk for signature in signatures]
        self.letters = {signature.letter_id for signature in signatures}
        self._hosts = {signature.host for signature in signatures} - {""}
        self.affiliations = affiliation.Known(signatures)

    @cached_property
    def watched(self) -> dict[int, list[WatchName]]:
        """The watchlist of each letter."""
        return {letter: _WATCHED.ask(letter=letter) for letter in self.letters}

    @cached_property
    def alarms(self) -> dict[tuple[int, str, str], Alarm]:
        """The newest burst by letter, kind and key."""
        rows = Alarm.objects.filter(letter__in=self.letters)
        return {(row.letter_id, row.kind, row.key): row for row in rows}

    @cached_property
    def known_hosts(self) -> set[str]:
        """The hosts among theirs that are known to be an organisation's."""
        return set(
            OrganisationDomain.objects.filter(host__in=self._hosts, removed_at=None).values_list("host", flat=True)
        )

    @cached_property
    def unknown_hosts(self) -> set[str]:
        """The hosts among theirs that nobody knows: no organisation's, and no provider's of private mailboxes."""
        return {host for host in self._hosts - self.known_hosts if not is_free_mail(host)}

    @cached_property
    def networks(self) -> set[str]:
        """From where they were typed, as far as that is known."""
        return {origin.network for origin in self.origins.values()} - {""}

    @cached_property
    def mailboxes(self) -> set[Any]:
        """Those whose host is known, or was when it was looked at last: of the others a host says nothing."""
        rows = Evidence.objects.filter(signature__in=self._pks, family=Family.MAILBOX).order_by()
        known = {signature.pk for signature in self._signatures if signature.host in self.known_hosts}
        return known | set(rows.values_list("signature", flat=True))

    @cached_property
    def origins(self) -> dict[Any, Origin]:
        """Where each was typed, as long as that is kept."""
        return Origin.objects.in_bulk(self._pks)

    @cached_property
    def shared_devices(self) -> set[str]:
        """The devices of theirs from which as many signatures came as are looked at, on whichever letter."""
        devices = {origin.device for origin in self.origins.values()}
        rows = Origin.objects.filter(device__in=devices).order_by().values_list("device").annotate(n=Count("pk"))
        return {device for device, n in rows if n >= DEVICE_NAMES}

    def colleagues(self, signature: Signature, field: str) -> list[tuple[Any, str]]:
        """The newest signatures of a letter with the same organisation, or the same mail host, with their names."""
        return self._groups[field].get((signature.letter_id, getattr(signature, field)), [])

    @cached_property
    def _groups(self) -> dict[str, dict[tuple[int, str], list[tuple[Any, str]]]]:
        organisations = {signature.organisation_key for signature in self._signatures} - {""}
        hosts = {host for host in self._hosts if not is_free_mail(host)}
        return {"organisation_key": self._by("organisation_key", organisations), "host": self._by("host", hosts)}

    def _by(self, field: str, values: set[str]) -> dict[tuple[int, str], list[tuple[Any, str]]]:
        newest = Window(RowNumber(), partition_by=["letter", field], order_by=F("pk").desc())
        rows = Signature.objects.known().filter(**{"letter__in": self.letters, f"{field}__in": values})
        rows = rows.order_by().annotate(place=newest).filter(place__lte=MOST_COLLEAGUES)
        found: dict[tuple[int, str], list[tuple[Any, str]]] = defaultdict(list)
        for letter, value, pk, name in rows.values_list("letter", field, "pk", "name"):
            found[letter, value].append((pk, name))
        return found

    @cached_property
    def proven_elsewhere(self) -> dict[tuple[int, str], list[Any]]:
        """The signatures of a letter that have proven one of these mailboxes as a second one of theirs."""
        hashes = {signature.address_hash for signature in self._signatures}
        found = Proof.objects.filter(kind=Proof.Kind.MAILBOX, state=Proof.State.FOUND, data__in=hashes)
        found = found.filter(letter__in=self.letters).order_by("pk")
        proven: dict[tuple[int, str], list[Any]] = defaultdict(list)
        for letter, address_hash, pk in found.values_list("letter", "data", "signature"):
            proven[letter, address_hash].append(pk)
        return proven

    @cached_property
    def passing(self) -> set[Any]:
        """Those with an open flag that is over when its reason is not found again."""
        rows = Flag.objects.filter(signature__in=self._pks, kind__in=sorted(PASSING), released_at=None)
        return set(rows.values_list("signature", flat=True))

    @cached_property
    def handed_on(self) -> dict[Any, datetime]:
        """When the newest mail with a code for each was handed on."""
        codes = Mail.objects.filter(signature__in=self._pks, kind=Mail.Kind.CONFIRM, sent_at__isnull=False)
        return dict(codes.order_by().values_list("signature").annotate(at=Max("sent_at")))
