"""Founders: read a list of people, invite them personally, and let each sign with the code from their own mail."""

import csv
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from petition import patience
from petition.models import Letter, User
from petition.moves import LostRace, NotAllowed
from petition.text import clean
from signatories import addresses, countries, outbox, sentences, signing, tokens
from signatories.models import Invitation, Mail, Signature

COLUMNS = ("email", "name", "role", "organisation", "country", "discipline")
LIMITS = {"email": 254, "name": 120, "role": 120, "organisation": 160, "country": 60, "discipline": 60}
VALID = timedelta(days=60)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with one line of a file."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        said = {"line": self.line, "column": self.column, "reason": self.reason}
        if self.column:
            return _("line %(line)s, %(column)s: %(reason)s") % said
        return _("line %(line)s: %(reason)s") % said


@dataclass
class Reading:
    """What a file of people holds: the rows that can be invited, and every problem with the others."""

    rows: list[dict[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(letter: Letter, lines: Iterable[str]) -> Reading:
    """Read a CSV with a header row, `COLUMNS` in any order; report every bad row instead of the first.

    Cells may be parted by semicolons too, as spreadsheets write them where the comma is in numbers.

    Args:
        letter: whose disciplines count.
        lines: decoded text, a line at a time; a byte order mark is skipped.
    """
    reading = Reading()
    rows = iter(_without_mark(lines))
    header = next(rows, "")
    delimiter = ";" if header.count(";") > header.count(",") else ","
    try:
        columns = [column.strip().lower() for column in next(csv.reader([header], delimiter=delimiter), ())]
    except csv.Error as problem:
        reading.problems.append(_not_csv(1, problem))
        return reading
    absent = [column for column in ("email", "name") if column not in columns]
    if absent:
        lacks = _("The header row lacks %(columns)s.") % {"columns": sentences.joined(absent)}
        reading.problems.append(Problem(1, "", lacks))
        return reading
    reader = csv.DictReader(chain(["\n"], rows), columns, delimiter=delimiter, strict=True)
    invited = invited_before(letter)
    seen: dict[str, int] = {}
    try:
        for raw in reader:
            _read_row(letter, raw, reader.line_num, seen, invited, reading)
    except csv.Error as problem:
        reading.problems.append(_not_csv(reader.line_num, problem))
    return reading


def _not_csv(line: int, problem: csv.Error) -> Problem:
    return Problem(line, "", _("This is not valid CSV: %(problem)s.") % {"problem": problem})


def _without_mark(lines: Iterable[str]) -> Iterable[str]:
    for number, line in enumerate(lines):
        yield line.removeprefix("\ufeff") if number == 0 else line


def _read_row(
    letter: Letter, raw: dict[str, Any], line: int, seen: dict[str, int], invited: set[str], reading: Reading
) -> None:
    problems: list[Problem] = []
    if None in raw:
        problems.append(Problem(line, "", _("There are more cells than columns; is a comma unquoted?")))
    row: dict[str, str] = {}
    for column in COLUMNS:
        try:
            row[column] = clean(raw.get(column) or "")
            if len(row[column]) > LIMITS[column]:
                raise ValidationError(_("At most %(number)s characters, please.") % {"number": LIMITS[column]})
        except ValidationError as problem:
            problems.append(Problem(line, column, str(problem.message)))
    if not problems:
        problems = list(_check_row(letter, row, line, seen, invited))
    reading.problems.extend(problems)
    if not problems:
        reading.rows.append(row)


def _check_row(
    letter: Letter, row: dict[str, str], line: int, seen: dict[str, int], invited: set[str]
) -> Iterable[Problem]:
    row["country"] = row["country"].upper()
    words = row["discipline"].casefold()
    row["discipline"] = next(
        (key for key, label in letter.disciplines.items() if words in {key.casefold(), label.casefold()}),
        row["discipline"],
    )
    if not row["name"]:
        yield Problem(line, "name", _("The name is missing."))
    if row["country"] and row["country"] not in countries.names():
        said = _("%(country)s is not a country code of two letters.") % {"country": row["country"]}
        yield Problem(line, "country", said)
    if row["discipline"] and row["discipline"] not in letter.disciplines:
        said = _("%(discipline)s is none of this letter's disciplines.") % {"discipline": row["discipline"]}
        yield Problem(line, "discipline", said)
    try:
        row["email"] = addresses.canonical(row["email"])
    except ValidationError as problem:
        yield Problem(line, "email", str(problem.message))
        return
    if row["email"] in seen:
        said = _("The same mailbox stands in line %(line)s already.") % {"line": seen[row["email"]]}
        yield Problem(line, "email", said)
    elif addresses.keyed_hash(row["email"]) in invited:
        yield Problem(line, "email", _("This mailbox was invited before."))
    seen.setdefault(row["email"], line)


@transaction.atomic
def invite(letter: Letter, *, rows: list[dict[str, str]], by: User | None = None) -> list[Invitation]:
    """Invite people in the order in which they will be printed, and owe each a personal mail.

    Args:
        letter: with its text frozen: founders sign what they read.
        rows: as `read` returns them.
        by: the member of the team who invites.

    Returns:
        The new ones, and those that were taken back or had expired and are renewed: their place stays. Whoever else was
        invited before, such as by the first of two clicks, is left out and gets no second mail.

    Raises:
        NotAllowed: the text is still a draft, or the letter is closed.
    """
    # Two imports at once take their places one after the other, and the second sees whom the first has invited.
    letter.refresh_from_db(from_queryset=Letter.objects.select_for_update())
    if letter.version is None or letter.status in {Letter.Status.CLOSED, Letter.Status.DELIVERED}:
        raise NotAllowed(_("Founders can be invited once the text is frozen, and until the letter closes."))
    hashes = [addresses.keyed_hash(row["email"]) for row in rows]
    # Whoever declines in this moment has declined before, or after: their row is locked.
    over = {one.address_hash: one for one in letter.invitations.select_for_update().filter(address_hash__in=hashes)}
    invited = invited_before(letter)
    new = {hash_: row for hash_, row in zip(hashes, rows, strict=True) if hash_ not in invited}
    position = letter.invitations.aggregate(last=Max("position"))["last"] or 0
    made = []
    for address_hash, row in new.items():
        said = {"address": row["email"], "invited_by": by, "expires_at": timezone.now() + VALID}
        said |= {column: row[column] for column in COLUMNS[1:]}
        if address_hash in over:
            made.append(_renew(over[address_hash], said))
            continue
        position += 1
        one = Invitation.objects.create(letter=letter, address_hash=address_hash, position=position, **said)
        outbox.owe(Mail.Kind.INVITATION, invitation=one)
        made.append(one)
    return made


def invited_before(letter: Letter) -> set[str]:
    """Return the keyed hashes of mailboxes that are not invited again, unlike those whose invitation came to nothing.

    Those have signed, declined or were erased, or still have theirs.
    """
    came_to_nothing = Q(signature=None, declined_at=None)  # whoever was erased has declined
    over = Q(revoked_at__isnull=False) | Q(expires_at__lte=timezone.now())
    return set(letter.invitations.exclude(came_to_nothing & over).values_list("address_hash", flat=True))


def _renew(invitation: Invitation, said: dict[str, Any]) -> Invitation:
    allowed = outbox.may_write_to(invitation.address_hash, letter_id=invitation.letter_id)
    for name, value in {**said, "revoked_at": None, "reminded_at": None, "opened_at": None}.items():
        setattr(invitation, name, value)
    invitation.save()
    outbox.owe(Mail.Kind.INVITATION, invitation=invitation)
    _owe_again(invitation, send_after=patience.now() + (timedelta(0) if allowed else outbox.DAY))
    return invitation


def _owe_again(invitation: Invitation, *, send_after: datetime) -> int:
    """Owe the same mail once more; return 0 where it is on its way already."""
    done = [Mail.State.SENT, Mail.State.FAILED, Mail.State.DROPPED]
    again = invitation.mails.filter(kind=Mail.Kind.INVITATION, state__in=done)
    return again.update(state=Mail.State.OWED, send_after=send_after, attempts=0, problem="")


@transaction.atomic
def accept(
    mail_id: uuid.UUID, *, code: str, typed: dict[str, Any], locale: str = "", read: int | None = None
) -> Signature:
    """Sign as a founder: the code came back from the invited mailbox, so this is signed and confirmed at once.

    Args:
        mail_id: the invitation's mail.
        code: as typed.
        typed: a value for each name in `LINE`.
        locale: in which language the founder reads pages and mails; empty: unknown.
        read: the number of the version that stood on the page, where it is known.

    Raises:
        WrongCode: the digits are not the code of that mail.
        LostRace: another version was published since.
        NotAllowed: the invitation was used, declined or has expired.
    """
    mail = Mail.objects.get(pk=mail_id)
    invitation = Invitation.objects.select_for_update(of=("self",)).select_related("letter").get(mails=mail)
    if not tokens.is_code(mail.pk, code):
        raise signing.WrongCode
    problem = invitation.problem
    if problem:
        raise NotAllowed(problem)
    version = invitation.letter.version
    if version is not None and read not in {None, version.number}:
        raise LostRace(_("The text has changed since you opened this page. Please read it again."))
    signature = _signature_for(invitation, typed, locale)
    Invitation.objects.filter(pk=invitation.pk).update(signature=signature)
    _write_no_more(invitation)
    if signature.status == Signature.Status.PENDING:
        signature.write_line(typed)
        signing.accept(signature, reason="invited")
    else:
        signing.restate(signature, typed=typed, reason="founder", key=str(mail.pk))
    return signature


def _signature_for(invitation: Invitation, typed: dict[str, Any], locale: str) -> Signature:
    """Return the invited mailbox's one signature; one made on the public form before becomes the founder's."""
    letter = invitation.letter
    assert letter.version is not None
    fresh = Signature(
        letter=letter,
        version=letter.version,
        address=invitation.address,
        address_hash=invitation.address_hash,
        source=Signature.Source.INVITATION,
        rank=invitation.position,
        locale=locale,
    )
    fresh.write_line(typed)
    Signature.objects.bulk_create([fresh], ignore_conflicts=True)
    kept = letter.signatures.select_for_update().get(address_hash=invitation.address_hash)
    if kept.status == Signature.Status.WITHDRAWN:
        raise NotAllowed(_("You have withdrawn your signature from this letter; that is final."))
    if kept.status == Signature.Status.EXPIRED:
        outbox.sign_anew(kept, fresh)
    kept.letter = letter
    kept.rank, kept.source, kept.version = fresh.rank, fresh.source, fresh.version
    return kept


def decline(invitation: Invitation) -> None:
    """Note that somebody does not want to be a founder; they get no further mail about it."""
    open_ones = Invitation.objects.filter(pk=invitation.pk, signature=None, declined_at=None)
    open_ones.update(declined_at=timezone.now(), address="")
    _write_no_more(invitation)


def _write_no_more(invitation: Invitation) -> None:
    """Drop what is owed about an invitation that is over, and what was refused, so that nobody tries that again."""
    invitation.mails.exclude(state=Mail.State.SENT).update(state=Mail.State.DROPPED)


def note_opening(invitation: Invitation) -> None:
    """Note that the page behind an invitation was opened; the first time counts. A mail scanner opens links too."""
    Invitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=patience.now())


def _open_one(invitation: Invitation) -> None:
    problem = invitation.problem
    if problem:
        raise NotAllowed(problem)


@transaction.atomic
def resend(invitation: Invitation) -> None:
    """Send the same invitation again, such as after its address was mended at the other end.

    Raises:
        NotAllowed: it cannot be used any more, or its mail is still on its way.
    """
    _open_one(invitation)
    if not outbox.may_write_to(invitation.address_hash, letter_id=invitation.letter_id):
        raise NotAllowed(_("This mailbox had as many mails as anybody gets in a day. Please try again tomorrow."))
    if not _owe_again(invitation, send_after=patience.now()):
        raise NotAllowed(_("The mail is on its way already."))
    outbox.knock(invitation)


@transaction.atomic
def remind(invitation: Invitation) -> None:
    """Remind somebody of an invitation, once; the reminder leads to the same page and carries the same code.

    Raises:
        NotAllowed: it cannot be used any more, or they were reminded.
    """
    _open_one(invitation)
    unreminded = Invitation.objects.filter(pk=invitation.pk, reminded_at=None)
    if not unreminded.update(reminded_at=timezone.now()):
        raise NotAllowed(_("They were reminded once; that is enough."))
    outbox.owe(Mail.Kind.NUDGE, invitation=invitation)


@transaction.atomic
def revoke(invitation: Invitation) -> None:
    """Take an invitation back: its link is dead and nothing more is mailed.

    Raises:
        NotAllowed: it was used; a signature is the signer's own, and is decided on at the vetting desk.
    """
    unused = Invitation.objects.filter(pk=invitation.pk, signature=None, revoked_at=None)
    if not unused.update(revoked_at=timezone.now()):
        raise NotAllowed(_("This invitation was used or taken back already."))
    _write_no_more(invitation)


def where(invitation: Invitation) -> str:
    """Return where an invitation stands, in words for the team."""
    word, more = _stands(invitation)
    # Translators: where an invitation stands, and more about it: "Bounced: there is no such mailbox".
    return _("%(where)s: %(more)s") % {"where": word, "more": more} if more else word


def _stands(invitation: Invitation) -> tuple[str, str]:
    """Return where it stands in a word, and what there is to say about that."""
    refused = [mail for mail in invitation.mails.all() if mail.state == Mail.State.FAILED]
    owed = [mail for mail in invitation.mails.all() if mail.state == Mail.State.OWED]
    late = [mail for mail in invitation.mails.all() if mail.state == Mail.State.SENT and mail.returned]
    if invitation.signature is not None:
        return pgettext("an invitation", "Signed"), sentences.inside(invitation.signature.get_status_display())
    if invitation.declined_at:
        return pgettext("an invitation", "Declined"), ""
    if invitation.revoked_at:
        return pgettext("an invitation", "Taken back"), ""
    if invitation.expires_at <= timezone.now():
        return pgettext("an invitation", "Expired"), ""
    if refused:
        return pgettext("an invitation", "Bounced"), refused[-1].trouble
    if invitation.opened_at:
        return pgettext("an invitation", "Opened"), ""
    if owed:
        return pgettext("an invitation", "Being sent"), ""
    if late:
        return pgettext("an invitation", "Delayed"), late[-1].trouble
    return pgettext("an invitation", "Sent"), ""


def count(invited: Iterable[Invitation]) -> dict[str, int]:
    """Return how many invitations stand where, by the word for it."""
    counts: dict[str, int] = {}
    for one in invited:
        word, _more = _stands(one)
        counts[word] = counts.get(word, 0) + 1
    return counts
