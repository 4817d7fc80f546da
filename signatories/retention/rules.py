"""The table of retention. What stands here is what the task does, the command prints, and docs/privacy.md says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet

from signatories import outbox
from signatories.models import (
    AccessToken,
    AccountMail,
    Alarm,
    Batch,
    Case,
    ClaimLock,
    Decision,
    EmbargoOpening,
    Forgetting,
    Knock,
    Limit,
    Mail,
    Origin,
    Proof,
    WebhookDelivery,
)
from signatories.retention import acts, due

GOODBYE = timedelta(minutes=10)  # a last mail that no server takes for so long is given up, and the address with it
DAILY = timedelta(hours=20)  # the clock asks each hour; what has run within these is not due again
HOURLY = timedelta(minutes=50)
OFTEN = timedelta(0)
YEAR = timedelta(days=365)
Due = Callable[[datetime], QuerySet[Any]]


@dataclass(frozen=True)
class Rule:
    """One line of the table.

    Attributes:
        name: short, for the command and the report.
        what: whose or which data, in words.
        kept: for how long, in words.
        then: what becomes of it.
        due: the rows that are due at a moment.
        act: forget some of them, by their keys; returns how many were forgotten.
        letter: the way from a row to its letter, or empty where rows belong to none.
        every: how soon it comes again.
    """

    name: str
    what: str
    kept: str
    then: str
    due: Due
    act: acts.Act
    letter: str = "signature__letter"
    every: timedelta = DAILY


RULES = (
    Rule(
        "unconfirmed",
        "Signatures that nobody confirmed",
        "7 days",
        "blanked; the keyed hash of the mailbox stays",
        due.unconfirmed,
        acts.forget("unconfirmed"),
        letter="letter",
        every=HOURLY,
    ),
    Rule(
        "other names",
        "Lines that were typed for a mailbox that has signed already",
        "7 days",
        "emptied; that there was such a mail stays",
        due.other_names,
        acts.blank(Mail, details={}, to=""),
        letter="signature__letter",
    ),
    Rule(
        "rejected",
        "Signatures that were declined, taken off, or lapsed with a question",
        "30 days, or until a case about them is closed",
        "blanked; the keyed hash stays, to know an impostor again",
        due.rejected,
        acts.forget("forgotten"),
        letter="letter",
    ),
    Rule(
        "letter",
        "Everything but the public line, where the letter has a date for it",
        "until that date, once the letter is closed",
        "blanked; named lines stay until withdrawn, others are counted without a name",
        due.kept_until,
        acts.keep_the_line,
        letter="letter",
    ),
    Rule(
        "networks",
        "From which network and device somebody signed",
        "30 days",
        "deleted",
        due.origins,
        acts.delete(Origin),
        every=HOURLY,
    ),
    Rule(
        "alarms",
        "Networks and mail hosts from which many signed at once",
        "30 days",
        "deleted",
        lambda now: Alarm.objects.filter(until__lt=now - due.NETWORK_DATA),
        acts.delete(Alarm),
        letter="letter",
    ),
    Rule(
        "openings",
        "From which network a press link was opened",
        "30 days",
        "deleted",
        lambda now: EmbargoOpening.objects.filter(at__lt=now - due.NETWORK_DATA),
        acts.delete(EmbargoOpening),
        letter="link__letter",
    ),
    Rule(
        "evidence",
        "Details of evidence, and what was offered as proof",
        "90 days after the letter closed, or until their own date",
        "emptied; the kind and the date stay",
        due.details,
        acts.empty_evidence,
    ),
    Rule(
        "questions",
        "Questions, answers and notes of decisions",
        "90 days after the letter closed",
        "emptied; outcome, reason and date stay",
        due.questions,
        acts.blank(Decision, note="", question="", answer="", answer_url="", signals=[]),
    ),
    Rule(
        "cases",
        "What was said in cases",
        "90 days after the case was closed",
        "emptied; kind, outcome and dates stay",
        due.cases,
        acts.blank(Case, text="", note=""),
        letter="letter",
    ),
    Rule(
        "batches",
        "How a batch was chosen, and its note",
        "networks 30 days; the rest 90 days after the letter closed",
        "emptied",
        due.batches,
        acts.blank(Batch, chosen={}, note=""),
        letter="letter",
    ),
    Rule(
        "mails",
        "Mails that were sent or given up",
        "90 days",
        "deleted; of mails whose links still lead somewhere the row stays, emptied",
        due.mails,
        acts.empty_mails,
        letter="",
    ),
    Rule(
        "invitations",
        "Invitations that were never answered, declined or taken back",
        "30 days after they expired or were answered",
        "blanked; the keyed hash stays",
        due.invitations,
        acts.empty_invitations,
        letter="letter",
    ),
    Rule(
        "work mailboxes",
        "Mailboxes at work that nobody proved",
        "7 days",
        "deleted",
        due.work_mailboxes,
        acts.delete(Proof),
        every=HOURLY,
    ),
    Rule(
        "goodbyes",
        "The address of a last mail that no server takes",
        "10 minutes",
        "dropped",
        lambda now: Mail.objects.filter(state=Mail.State.OWED, kind=Mail.Kind.WITHDRAWN, created_at__lt=now - GOODBYE),
        acts.blank(Mail, state=Mail.State.DROPPED, to=""),
        letter="",
        every=OFTEN,
    ),
    Rule(
        "knocks",
        "Which mailboxes were written to, as keyed hashes",
        "1 day",
        "deleted",
        lambda now: Knock.objects.filter(at__lt=now - outbox.DAY).exclude(mail__state=Mail.State.OWED),
        acts.delete(Knock),
        letter="",
        every=HOURLY,
    ),
    Rule(
        "limits",
        "How often something was done, as keyed hashes",
        "until the window is over, at most a day",
        "deleted",
        lambda now: Limit.objects.filter(ends__lte=int(now.timestamp())),
        acts.delete(Limit),
        letter="",
        every=HOURLY,
    ),
    Rule(
        "claims",
        "Who of the team had a signature open",
        "until it lapses",
        "deleted",
        lambda now: ClaimLock.objects.filter(until__lt=now),
        acts.delete(ClaimLock),
        every=HOURLY,
    ),
    Rule(
        "account mails",
        "Mails to the team that could not be sent",
        "a day",
        "deleted",
        lambda now: AccountMail.objects.filter(lapses_at__lt=now),
        acts.delete(AccountMail),
        letter="",
        every=HOURLY,
    ),
    Rule(
        "webhook log",
        "Which events other programs were told, and how their answers began",
        "30 days",
        "deleted",
        due.webhook_log,
        acts.delete(WebhookDelivery),
        letter="webhook__letter",
    ),
    Rule(
        "tokens",
        "Personal tokens that are revoked or over",
        "30 days",
        "deleted",
        due.tokens,
        acts.delete(AccessToken),
        letter="",
    ),
    Rule(
        "sessions",
        "Log-ins that have ended",
        "until they expire, a week",
        "deleted",
        lambda now: Session.objects.filter(expire_date__lt=now),
        acts.delete(Session),
        letter="",
    ),
    Rule(
        "reports",
        "How much was forgotten when, without names",
        "a year; that a rule came, a week",
        "deleted",
        lambda now: Forgetting.objects.filter(Q(at__lt=now - YEAR) | Q(letter=None, at__lt=now - due.UNCONFIRMED)),
        acts.delete(Forgetting),
        letter="",
    ),
)
