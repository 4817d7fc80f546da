"""The table of retention. What stands here is what the task does, the command prints, and docs/privacy.md says."""

from dataclasses import dataclass
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
    what: str | Promise
    kept: str | Promise
    then: str | Promise
    due: acts.Due
    act: acts.Act
    letter: str = "letter"
    every: timedelta = DAILY


RULES = (
    Rule(
        "unconfirmed",
        _("Signatures that nobody confirmed"),
        _("7 days after the newest code"),
        _("blanked; the keyed hash of the mailbox stays"),
        due.unconfirmed,
        acts.forget("unconfirmed", due.unconfirmed),
        every=HOURLY,
    ),
    Rule(
        "other names",
        _("Lines that were typed for a mailbox that has signed already"),
        _("7 days"),
        _("emptied; that there was such a mail stays"),
        due.other_names,
        acts.blank(Mail, details={}, to=""),
    ),
    Rule(
        "rejected",
        _("Signatures that were declined, taken off, or lapsed with a question"),
        _("30 days, or until a case about them is closed"),
        _("blanked; the keyed hash stays, to know an impostor again"),
        due.rejected,
        acts.forget("forgotten", due.rejected),
    ),
    Rule(
        "letter",
        _("Everything but the public line, where the letter has a date for it"),
        _("until that date, once the letter is closed"),
        _("blanked; named lines stay until withdrawn, others are counted without a name"),
        due.kept_until,
        acts.keep_the_line,
    ),
    Rule(
        "networks",
        _("From which network and device somebody signed"),
        _("30 days"),
        _("deleted"),
        due.origins,
        acts.delete(Origin),
        every=HOURLY,
    ),
    Rule(
        "alarms",
        _("Networks and mail hosts from which many signed at once"),
        _("30 days"),
        _("deleted"),
        lambda now: Alarm.objects.filter(until__lt=now - due.NETWORK_DATA),
        acts.delete(Alarm),
    ),
    Rule(
        "openings",
        _("From which network a press link was opened"),
        _("30 days"),
        _("deleted"),
        lambda now: EmbargoOpening.objects.filter(at__lt=now - due.NETWORK_DATA),
        acts.delete(EmbargoOpening),
        letter="link__letter",
    ),
    Rule(
        "evidence",
        _("Details of evidence"),
        _("90 days after the letter closed, or until their own date"),
        _("emptied; the kind and the date stay"),
        due.details,
        acts.empty_evidence,
    ),
    Rule(
        "proofs",
        _("What was offered as proof, found or not"),
        _("90 days after the letter closed"),
        _("deleted"),
        due.proofs,
        acts.delete(Proof),
    ),
    Rule(
        "questions",
        _("Questions, answers and notes of decisions"),
        _("90 days after the letter closed"),
        _("emptied; outcome, reason and date stay"),
        due.questions,
        acts.blank(Decision, note="", question="", answer="", answer_url="", signals=[]),
    ),
    Rule(
        "cases",
        _("What was said in cases"),
        _("90 days after the case was closed"),
        _("emptied; kind, outcome and dates stay"),
        due.cases,
        acts.blank(Case, name="", text="", note=""),
    ),
    Rule(
        "batches",
        _("How a batch was chosen, and its note"),
        _("networks 30 days; the rest 90 days after the letter closed"),
        _("emptied"),
        due.batches,
        acts.blank(Batch, chosen={}, note=""),
    ),
    Rule(
        "mails",
        _("Mails that were sent or given up"),
        _("90 days"),
        _("deleted; of mails whose links still lead somewhere the row stays, with a keyed hash at most"),
        due.mails,
        acts.empty_mails,
        letter="",
    ),
    Rule(
        "invitations",
        _("Invitations that were never answered, declined or taken back"),
        _("30 days after they expired or were answered"),
        _("blanked; the keyed hash stays"),
        due.invitations,
        acts.empty_invitations,
    ),
    Rule(
        "work mailboxes",
        _("Mailboxes at work that nobody proved"),
        _("7 days"),
        _("deleted"),
        due.work_mailboxes,
        acts.delete(Proof),
        every=HOURLY,
    ),
    Rule(
        "goodbyes",
        _("The address of a last mail that no server takes"),
        _("10 minutes"),
        _("dropped"),
        lambda now: Mail.objects.filter(state=Mail.State.OWED, kind=Mail.Kind.WITHDRAWN, created_at__lt=now - GOODBYE),
        acts.blank(Mail, state=Mail.State.DROPPED, to=""),
        letter="",
        every=OFTEN,
    ),
    Rule(
        "knocks",
        _("Which mailboxes were written to, as keyed hashes"),
        _("1 day"),
        _("deleted"),
        lambda now: Knock.objects.filter(at__lt=now - outbox.DAY).exclude(mail__state=Mail.State.OWED),
        acts.delete(Knock),
        letter="",
        every=HOURLY,
    ),
    Rule(
        "limits",
        _("How often something was done, as keyed hashes"),
        _("until the window is over, at most a day"),
        _("deleted"),
        lambda now: Limit.objects.filter(ends__lte=int(now.timestamp())),
        acts.delete(Limit),
        letter="",
        every=HOURLY,
    ),
    Rule(
        "claims",
        _("Who of the team had a signature open"),
        _("until it lapses"),
        _("deleted"),
        lambda now: ClaimLock.objects.filter(until__lt=now),
        acts.delete(ClaimLock),
        every=HOURLY,
    ),
    Rule(
        "account mails",
        _("Mails to the team that could not be sent"),
        _("a day"),
        _("deleted"),
        lambda now: AccountMail.objects.filter(lapses_at__lt=now),
        acts.delete(AccountMail),
        letter="",
        every=HOURLY,
    ),
    Rule(
        "webhook log",
        _("Which events other programs were told, and how their answers began"),
        _("30 days"),
        _("deleted"),
        due.webhook_log,
        acts.delete(WebhookDelivery),
    ),
    Rule(
        "tokens",
        _("Personal tokens that are revoked or over"),
        _("30 days"),
        _("deleted"),
        due.tokens,
        acts.delete(AccessToken),
        letter="",
    ),
    Rule(
        "sessions",
        _("Log-ins that have ended"),
        _("until they expire, a week"),
        _("deleted"),
        lambda now: Session.objects.filter(expire_date__lt=now),
        acts.delete(Session),
        letter="",
    ),
    Rule(
        "log-ins",
        _("From which address and with which browser a member of the team logged in"),
        _("as long as the log-in lasts"),
        _("deleted"),
        due.logins,
        acts.delete(UserSession),
        letter="",
    ),
    Rule(
        "reports",
        _("How much was forgotten when, without names"),
        _("a year; that a rule came, a week"),
        _("deleted"),
        lambda now: Forgetting.objects.filter(Q(at__lt=now - YEAR) | Q(letter=None, at__lt=now - due.UNCONFIRMED)),
        acts.delete(Forgetting),
        letter="",
    ),
)
