"""Everything that a signature leaves behind, as rows: what the verbs would have written, a million times.

The rows are tuples of text and numbers that both databases take: times without a zone are UTC to both of them.
"""

import hashlib
import hmac
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from petition.models import Letter
from signatories import reasons, wordings
from signatories.models import NOT_A_FOUNDER
from signatories.retention.due import NETWORK_DATA, UNCONFIRMED
from signatories.seeding.people import FREE_MAIL, Crowd, House, Person
from signatories.vetting.asking import LAPSES_AFTER

# Where each table's rows go, in an order in which what is referred to comes first.
COLUMNS = {
    "signatory": "id address_hash address name role organisation country seen_at",
    "signature": "id letter_id version_id language signatory_id address address_hash name role organisation former "
    "country discipline capacity profile_url publish updates contact wording host organisation_key sort_key search "
    "rank source status level checked checked_at risk collect_after ready_at created_at confirmed_at",
    "signatureevent": "signature_id letter_id stood stands was now actor_id reason at",
    "consent": "signature_id letter_id purpose given wording sha256 door at",
    "evidence": "signature_id letter_id family claim result account public_before url details note expires_at "
    "checked_at checked_by_id",
    "flag": "signature_id letter_id kind details raised_at released_at released_by_id",
    "decision": "signature_id letter_id outcome level reason note vetter_id second_vetter_id acquainted claims signals "
    "policy batch_id questions question reminded_at answer answer_url answered_at at",
    "mail": "id letter_id kind key signature_id invitation_id announcement_id bulk to details state send_after "
    "attempts times_sent wrong_codes problem returned failed_at created_at sent_at request_id",
    "origin": "signature_id letter_id network device at",
}
# What becomes of a hundred who sign. `restored` was taken off and put back; `unnamed` is listed and not named.
MIX: dict[str, float] = {
    "pending": 2,
    "expired": 3,
    "confirmed": 8,
    "held": 2,
    "asked": 0.5,
    "declined": 0.5,
    "listed": 78,
    "unnamed": 3,
    "hidden": 1,
    "restored": 1,
    "withdrawn": 1,
}
LEFT = {"expired", "withdrawn"}
ONTO = {"listed", "unnamed", "hidden", "restored", "withdrawn"}
HOUR = 3600


@dataclass
class Story:
    """One letter that fills with people between two moments.

    Attributes:
        letter: open, with a version.
        tag: stands in every address, so that a second filling meets nobody of the first.
        since, until: seconds since 1970.
        number: how many people.
        profile: the first free key of a profile.
        vetter: who decides.
        by_hour: what each hour added to the figures of a tally, by figure and key.
    """

    letter: Letter
    tag: str
    since: float
    until: float
    number: int
    profile: int
    vetter: int
    key: bytes
    mix: dict[str, float] = field(default_factory=lambda: MIX)
    by_hour: Counter[tuple[int, str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        assert self.letter.version is not None
        self.version, self.number_of_version = self.letter.version.pk, str(self.letter.version.number)
        self.by_rule = self.letter.listing == Letter.Listing.CONFIRMED
        self.disciplines = [*self.letter.disciplines, ""] if self.letter.disciplines else [""]
        self.said = {purpose: wordings.fingerprint(purpose, wordings.CURRENT) for purpose in wordings.PURPOSES}
        self.crowd = Crowd(self.tag)

    def tell(self, first: int, number: int) -> dict[str, list[tuple[Any, ...]]]:
        """Return the rows of some of the people, table by table."""
        told: dict[str, list[tuple[Any, ...]]] = {table: [] for table in COLUMNS}
        dice = self.crowd.dice
        fates = dice.choices(list(self.mix), weights=list(self.mix.values()), k=number)
        for place, person in enumerate(self.crowd.draw(number), start=first):
            # Most sign in the first days.
            signed = self.since + (self.until - self.since) * ((place + dice.random()) / self.number) ** 1.6
            One(self, place, person, fates[place - first], signed, told).tell()
        return told


class One:
    """One person of a story, and the rows they leave."""

    def __init__(self, story: Story, place: int, person: Person, fate: str, signed: float, told: Any) -> None:
        self.story, self.person, self.told, self.dice = story, person, told, story.crowd.dice
        self.place, self.signed, self.fate = place, signed, self._possible(fate, story.until - signed)
        self.id = self.uuid(signed)
        self.belongs = self.id, story.letter.pk
        self.address = f"p{place}.{story.tag}@{person.house.host}"
        self.hash = hmac.digest(story.key, self.address.encode(), hashlib.sha256).hex()
        self.left = self.fate in LEFT
        self.publish = self.fate != "unnamed" and not (self.fate in {"confirmed", "asked"} and place % 9 == 0)
        self.updates = place % 3 == 0
        self.discipline = story.disciplines[int(self.dice.random() ** 1.5 * len(story.disciplines))]
        self.free = person.house.host in FREE_MAIL
        self.doubted = bool(person.house.name) and self.fate in {"confirmed", "held"} and place % 20 == 0
        onto = self.fate in ONTO
        self.level = 0 if self.left or self.fate == "pending" else 1
        if onto and not self.left and not story.by_rule:
            self.level = 3 if self.free or place % 3 == 0 else 2
        self.checked = {0: "", 1: "", 2: "M", 3: "FW" if self.free else "FM"}[self.level]

    def _possible(self, fate: str, age: float) -> str:
        """What can have become of a signature of that age: what is over by now for the old is not yet for the new."""
        if fate == "pending" and age > UNCONFIRMED.total_seconds() - HOUR:
            return "expired"
        if fate == "expired" and age < UNCONFIRMED.total_seconds():
            return "pending"
        if fate == "restored" and self.story.by_rule:  # what was taken off is put back by a person alone
            return "listed"
        return "confirmed" if fate == "asked" and age > LAPSES_AFTER.total_seconds() - HOUR else fate

    def uuid(self, at: float) -> str:
        """A version 7 UUID of that moment, as hexadecimal digits."""
        rest = self.dice.getrandbits(74)
        return f"{int(at * 1000):012x}7{rest >> 62:03x}{1 << 63 | rest & (1 << 62) - 1:016x}"

    def later(self, at: float, share: float) -> float:
        """A moment after another one, before the story ends; early rather than late."""
        return at + min(share * HOUR, self.story.until - at) * self.dice.random() ** 2

    def tell(self) -> None:
        """Write down the signature and what hangs on it."""
        confirmed = self.later(self.signed + min(30, (self.story.until - self.signed) / 2), 24)
        decided = self.later(confirmed, 0.05 if self.story.by_rule else 48)
        proven = self.fate not in {"pending", "expired"}
        self.mail("confirm", "", self.signed)
        if proven:
            self._agree(confirmed)
            self.mail("receipt", "", confirmed)
        self._signature(confirmed if proven else None, decided)
        if proven and not self.left:
            self._profile(confirmed)
            self._support(confirmed)
        if self.fate != "pending":
            self._history(confirmed, decided)
        if self.story.until - self.signed < NETWORK_DATA.total_seconds() and not self.left:
            network = f"2001:db8:{self.dice.getrandbits(16):x}::/48"
            self.told["origin"].append((*self.belongs, network, self.hash[:32], stamp(self.signed)))

    def _profile(self, confirmed: float) -> None:
        line = (self.person.name, self.person.role, self.person.house.name, self.person.house.country)
        row = (self.story.profile + self.place, self.hash, self.address, *line, stamp(confirmed))
        self.told["signatory"].append(row)

    def _signature(self, confirmed: float | None, decided: float) -> None:
        story, house, person = self.story, self.person.house, self.person
        status = {"unnamed": "listed", "restored": "listed"}.get(self.fate, self.fate)
        start = (*self.belongs, story.version)
        row: tuple[Any, ...]
        risk = reasons.RISK[reasons.FlagKind.SECONDS] if self.doubted else 0
        checked_at = stamp(decided) if self.checked or (story.by_rule and status == "listed") else None
        ends = (None, None, stamp(self.signed), None if confirmed is None else stamp(confirmed))
        if self.left:
            blank = ("", 0, "", "", "personal", "", 0, 0, 0, "", "", "", "", "")
            row = (*start, "", None, "", self.hash, "", "", *blank)
            self.told["signature"].append((*row, NOT_A_FOUNDER, "public", status, 0, "", checked_at, 0, *ends))
            return
        former, updates, publish = int(self.place % 23 == 0), int(self.updates), int(self.publish)
        capacity = "behalf" if house.name and self.place % 41 == 0 else "personal"
        page = f"https://{house.host}/people/{self.place}" if house.name and self.place % 4 == 0 else ""
        profile = None if self.fate == "pending" else story.profile + self.place
        search = f"{person.folded} {house.folded}" if house.folded else person.folded
        line = (person.name, person.role, house.name, former, house.country, self.discipline, capacity, page)
        derived = (house.host, house.folded, person.folded, search)
        row = (*start, story.letter.language, profile, self.address, self.hash, *line, publish, updates, 0)
        row = (*row, wordings.CURRENT, *derived, NOT_A_FOUNDER, "public", status, self.level, self.checked)
        self.told["signature"].append((*row, checked_at, risk, *ends))

    def _agree(self, confirmed: float) -> None:
        for purpose, given in (("publish", self.publish), ("updates", self.updates)):
            if given:
                rest = (wordings.CURRENT, self.story.said[purpose])
                self.told["consent"].append((*self.belongs, purpose, 1, *rest, "form", stamp(confirmed)))

    def _support(self, confirmed: float) -> None:
        """What was found about them, and what makes somebody look twice."""
        at, house = stamp(confirmed), self.person.house
        rest = ("{}", "", None, at, None)
        row: tuple[Any, ...]
        if house.name and not self.doubted:
            row = (*self.belongs, "M", "affiliation", 1, f"host:{house.host}", 0, "", _is_host_of(house), *rest[1:])
            self.told["evidence"].append(row)
        if "F" in self.checked:
            # No iD that was ever given out begins like this.
            orcid = f"orcid:0000-0000-{self.place // 10_000:04}-{self.place % 10_000:04}"
            row = (*self.belongs, "F", "identity", 1, orcid)
            self.told["evidence"].append((*row, 1, "", *rest))
        if "W" in self.checked:
            page = f"https://{house.host}/~p{self.place}"
            self.told["evidence"].append((*self.belongs, "W", "identity", 1, f"{page}#me", 1, page, *rest))
        if self.doubted:
            self.told["flag"].append((*self.belongs, reasons.FlagKind.SECONDS, '{"seconds": 1.4}', at, None, None))

    def _history(self, confirmed: float, decided: float) -> None:
        """The moves, with the decisions and the mails that came with them."""
        if self.fate == "expired":
            self.move("pending", "expired", "unconfirmed", self.signed + UNCONFIRMED.total_seconds())
            return
        self.move("pending", "confirmed", "confirmed", confirmed)
        if self.fate == "confirmed":
            return
        after = self.later(decided, 200)
        if self.fate in DECIDED:
            outcome, reason = DECIDED[self.fate]
            self.move("confirmed", self.fate, reason, decided, vetted=True)
            self.decide(outcome, reason, decided)
            self.mail(self.fate, self.id, decided, reasons.ALL[reason])
            return
        reason = "rule" if self.story.by_rule else "work_mailbox" if self.level == 2 else "two_signals"
        self.move("confirmed", "listed", reason, decided, vetted=not self.story.by_rule)
        if not self.story.by_rule:
            self.decide("list", reason, decided)
            self.mail("listed", self.id, decided)
        if self.fate in {"hidden", "restored"}:
            self.move("listed", "hidden", "listed_by_mistake", after, vetted=True)
            self.decide("hide", "listed_by_mistake", after)
            self.mail("hidden", self.id, after, reasons.ALL["listed_by_mistake"])
        if self.fate == "restored":
            again = self.later(after, 48)
            self.move("hidden", "listed", reason, again, vetted=not self.story.by_rule)
            if not self.story.by_rule:
                self.decide("list", reason, again)
        if self.fate == "withdrawn":
            self.move("listed", "withdrawn", "withdrew", after)
            for row in [row for row in self.told["consent"][-2:] if row[0] == self.id]:
                self.told["consent"].append((*row[:3], 0, *row[4:6], "forgotten", stamp(after)))
            self.mail("withdrawn", "", after)

    def move(self, was: str, now: str, reason: str, at: float, *, vetted: bool = False) -> None:
        """One row of the history, and what it changes in the figures of its hour."""
        stood, stands = was == "listed" and self.publish, now == "listed" and self.publish
        actor = self.story.vetter if vetted else None
        row = (*self.belongs, int(stood), int(stands), was, now, actor, reason, stamp(at))
        self.told["signatureevent"].append(row)
        by_hour, hour = self.story.by_hour, int(at // HOUR)
        if stood != stands:
            for figure, key in (
                # Who left has no level any more, but had one when it was counted.
                ("level", str(self.level or self.level_then)),
                ("discipline", self.discipline),
                ("country", self.person.house.country),
                ("version__number", self.story.number_of_version),
            ):
                by_hour[hour, figure, key] += stands - stood
        for figure, statuses in COUNTED.items():
            change = (now in statuses) - (was in statuses)
            if change and (figure != "unnamed" or not self.publish):
                by_hour[hour, figure, figure] += change

    @property
    def level_then(self) -> int:
        """At which level somebody was listed who has left since."""
        return 1 if self.story.by_rule else 3 if self.free or self.place % 3 == 0 else 2

    def decide(self, outcome: str, reason: str, at: float) -> None:
        """One decision of the vetter, with the signals it rests on."""
        level = (self.level or self.level_then) if outcome == "list" else 0
        claims, signals = _grounds("" if self.left else self.checked)
        questions = f'["{reason}"]' if outcome == "ask" else "[]"
        row = (*self.belongs, outcome, level, reason, "", self.story.vetter, None, 0, claims, signals, reasons.POLICY)
        self.told["decision"].append((*row, None, questions, "", None, "", "", None, stamp(at)))

    def mail(self, kind: str, key: str, at: float, reason: str = "") -> None:
        """One mail that was sent."""
        mail, when = self.uuid(at), stamp(at)
        whole = f"forgotten:{mail}" if self.left else f"{kind}:{self.id}:{key}"
        details = _because("" if self.left else reason)
        about = (mail, self.story.letter.pk, kind, whole, self.id, None, None)
        row = (*about, 0, "", details, "sent", when, 0, 1, 0, "", "", None, when)
        self.told["mail"].append((*row, stamp(min(at + 2, self.story.until)), ""))


# What the vetter decided, and why.
DECIDED = {
    "held": ("hold", "unclear_affiliation"),
    "asked": ("ask", "need_staff_page"),
    "declined": ("decline", "affiliation_not_found"),
}
# The figures of a tally that are counted by status alone (`petition.tally.count`).
COUNTED = {"unnamed": {"listed"}, "confirmed": {"confirmed", "asked"}, "review": {"held"}}
CLAIMS = {"M": "affiliation", "F": "identity", "W": "identity"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def stamp(at: float) -> str:
    """A moment as both databases read it; written by hand, because a signature has fourteen of them."""
    minute, rest = divmod(int(at * 1_000_000), 60_000_000)
    return f"{_minute(minute)}{rest // 1_000_000:02}.{rest % 1_000_000:06}"


@cache
def _minute(number: int) -> str:
    return f"{EPOCH + timedelta(minutes=number):%Y-%m-%d %H:%M:}"


@cache
def _is_host_of(house: House) -> str:
    return json.dumps({"says": f"{house.host} is a host for staff of {house.name}."})


@cache
def _grounds(families: str) -> tuple[str, str]:
    """Claims and signals of a decision."""
    signals = [{"family": one, "claim": CLAIMS[one], "account": ""} for one in families]
    claims = ["consent", *sorted({signal["claim"] for signal in signals}, reverse=True)]
    return json.dumps(claims), json.dumps(signals)


@cache
def _because(reason: str) -> str:
    return json.dumps({"reason": str(reason)} if reason else {})
