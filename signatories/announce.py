"""Tell everybody who signed of a new version, of news and of replies, and the team of milestones; owed by a task."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from petition import patience, tally, versions
from petition.languages import speaking
from petition.models import Letter, Milestone, Reply, Role, Update, Version
from petition.moves import LostRace, NotAllowed, note
from signatories import account_mail, consents, outbox, reaching
from signatories.models import (
    KNOWN,
    Announcement,
    Consent,
    Mail,
    MilestoneNotice,
    Reaffirmation,
    Signature,
    SignatureQuerySet,
)

CHUNK = 1000
LEASE = timedelta(minutes=2)
# Who is off the letter by a decision hears of a change of its text, and gets no news.
READERS = ("confirmed", "held", "asked", "listed")


def make() -> int:
    """Owe the mails of every version, update and reply that nobody was told of yet; return how many were owed.

    Safe to run anywhere at any time: each has one announcement, and a reader one mail of it.
    """
    _begin_all()
    owed = 0
    while (announcement := _lease()) is not None:
        owed += _owe_chunk(announcement)
    return owed + _ask_those_missed()


def _begin_all() -> None:
    """Whatever petition has published is picked up here: it knows nothing of the people."""
    wordings = Version.objects.filter(published_at__isnull=False, number__gt=1, announcement=None)
    updates = Update.objects.filter(published_at__isnull=False, announcement=None)
    replies = Reply.objects.filter(hidden_at=None, announcement=None).select_related("delivery__letter")
    found: Iterable[Announcement] = [
        *(Announcement(letter=one.letter, kind="version", version=one) for one in wordings.select_related("letter")),
        *(Announcement(letter=one.letter, kind="update", update=one) for one in updates.select_related("letter")),
        *(Announcement(letter=one.delivery.letter, kind="reply", reply=one) for one in replies),
    ]
    for announcement in found:
        announcement.total = readers(announcement).count()
        Announcement.objects.bulk_create([announcement], ignore_conflicts=True)


def readers(announcement: Announcement) -> SignatureQuerySet:
    """Return whom it is for.

    A new version is for everybody under an earlier one. News and replies are for those who asked for news and whose
    mailbox has not refused or returned our mail for good since it was proven.
    """
    signatures = announcement.letter.signatures
    if announcement.version is not None:
        earlier: SignatureQuerySet = signatures.known().filter(version__number__lt=announcement.version.number)
        return earlier
    wanting: SignatureQuerySet = signatures.filter(status__in=READERS, updates=True)
    return reaching.reachable(wanting)


def _lease() -> Announcement | None:
    with transaction.atomic():
        due = Announcement.objects.filter(owed_at=None, go_on_after__lte=patience.now())
        found = due.select_for_update(skip_locked=True, of=("self",)).order_by("created_at").first()
        if found is not None:
            found.go_on_after = patience.now() + LEASE
            found.save(update_fields=["go_on_after"])
    return found


@transaction.atomic
def _owe_chunk(announcement: Announcement) -> int:
    """Owe the next thousand mails and remember how far that was, in one transaction."""
    rows = readers(announcement).order_by("pk")
    if announcement.after:
        rows = rows.filter(pk__gt=announcement.after)
    chunk = list(rows.values_list("pk", flat=True)[:CHUNK])
    Mail.objects.bulk_create(
        (
            Mail(
                kind=announcement.kind,
                key=f"{announcement.kind}:{pk}:{announcement.pk}",
                letter=announcement.letter,
                signature_id=pk,
                announcement=announcement,
                bulk=True,
            )
            for pk in chunk
        ),
        ignore_conflicts=True,
    )
    done = len(chunk) < CHUNK
    Announcement.objects.filter(pk=announcement.pk).update(
        after=chunk[-1] if chunk else announcement.after,
        go_on_after=patience.now(),
        owed_at=patience.now() if done else None,
    )
    return len(chunk)


def _ask_those_missed() -> int:
    """Ask who confirmed an old wording in the very moment in which the others were asked; return how many.

    They asked for the announcement before there was one, and were not seen by it, because a time is stamped before it
    is committed. So it is looked for them again for a minute.
    """
    since = patience.now() - tally.SETTLING
    asked = 0
    asking = Announcement.objects.filter(version__reason=Version.Reason.MEANING, owed_at__gte=since)
    for announcement in asking.select_related("version"):
        late = readers(announcement).filter(confirmed_at__gte=announcement.created_at - tally.SETTLING)
        told = Mail.objects.filter(signature=OuterRef("pk"), announcement=announcement)
        missed = late.exclude(Exists(told)).select_related("letter", "version")
        asked += sum(tell_latecomer(signature) for signature in missed)
    return asked


def progress(letter: Letter) -> list[dict[str, Any]]:
    """Return the announcements of a letter, newest first, with how many mails are owed, sent and refused.

    `through` is how many are settled, and `going` whether some still wait or are being prepared.
    """
    rows = Mail.objects.filter(announcement__letter=letter).order_by()
    counts: dict[Any, dict[str, int]] = {}
    for pk, state, n in rows.values_list("announcement", "state").annotate(n=Count("pk")):
        counts.setdefault(pk, {})[state] = n
    found = letter.announcements.select_related("version", "update", "reply")
    return [{"announcement": one, **counts.get(one.pk, {}), **_stands(one, counts.get(one.pk, {}))} for one in found]


def _stands(one: Announcement, counts: dict[str, int]) -> dict[str, Any]:
    owed = counts.get(Mail.State.OWED, 0)
    return {"through": sum(counts.values()) - owed, "going": bool(owed) or one.owed_at is None}


def change_of_meaning(signature: Signature) -> Version | None:
    """Return the newest change of meaning since the words that somebody signed, or None when they are asked nothing.

    A corrected typing error may have followed it: what is asked is still asked because of this one.
    """
    newest = signature.letter.version
    if newest is None or newest.pk == signature.version_id or signature.status not in KNOWN:
        return None
    later: QuerySet[Version] = signature.letter.versions.filter(
        reason=Version.Reason.MEANING, published_at__isnull=False, number__gt=signature.version.number
    )
    return later.order_by("-number").first()


def open_question(signature: Signature) -> Version | None:
    """Return the version about which a signer is asked keep or leave, or None when nothing is asked.

    Asked is everybody whose version a change of meaning followed, about the newest version, until they answer.
    """
    return signature.letter.version if change_of_meaning(signature) else None


@transaction.atomic
def keep(signature: Signature, *, read: int | None = None) -> None:
    """Keep a name under the newest version: from now on the signature is bound to those words.

    Args:
        signature: whose owner answers.
        read: the number of the version that the page asked about, where it is known.

    Raises:
        NotAllowed: nothing is asked.
        LostRace: another version was published since.
    """
    signature = (
        Signature.objects.select_for_update(of=("self",)).select_related("letter", "version").get(pk=signature.pk)
    )
    version = open_question(signature)
    if version is None:
        raise NotAllowed(_("There is nothing to answer: you have signed the newest text."))
    if read not in {None, version.number}:
        raise LostRace(_("The text has changed since you opened this page. Please read it again."))
    Reaffirmation.objects.create(signature=signature, version=version)
    note(signature, reason="reaffirmed", version=version)


def tell_latecomer(signature: Signature) -> bool:
    """Owe the question to somebody who confirmed an old wording after everybody else was asked; return whether.

    It is the mail about the change of meaning, whatever was corrected since: that one asks.
    """
    versions.renew(signature.letter)
    version = change_of_meaning(signature)
    announcement = Announcement.objects.filter(version=version).first() if version else None
    if announcement is None:
        return False
    key = f"{announcement.kind}:{signature.pk}:{announcement.pk}"
    about = {"letter": announcement.letter, "signature": signature, "announcement": announcement}
    mail = Mail(kind=announcement.kind, key=key, **about)
    Mail.objects.bulk_create([mail], ignore_conflicts=True)
    return True


@transaction.atomic
def unsubscribe(signature: Signature, *, door: Consent.Door = Consent.Door.MAIL) -> None:
    """Send no more news to somebody; mails about their own signature go on."""
    signature = Signature.objects.select_for_update().get(pk=signature.pk)
    signature.updates = False
    signature.save(update_fields=["updates"])
    consents.follow(signature, door=door)
    owed = Mail.objects.filter(signature=signature, kind__in=outbox.NEWS).still_owed()
    owed.update(state=Mail.State.DROPPED)


def tell_teams() -> int:
    """Owe the owners of a letter a mail about each number they waited for that is reached; return how many numbers.

    Safe to run anywhere at any time: petition writes that it is reached, and the notice is one row a milestone.
    """
    reached = Milestone.objects.filter(reached_at__isnull=False, notice=None).select_related("letter")
    return sum(_tell_team(milestone) for milestone in reached)


def _tell_team(milestone: Milestone) -> int:
    letter = milestone.letter
    links = {
        name: settings.SITE_URL + reverse(f"petition:{name}", args=[letter.slug]) for name in ("letter", "updates")
    }
    context = {"milestone": milestone, "letter": letter, "links": links}
    with speaking(letter.language, prefixed=False):
        rendered = render_to_string("signatories/mail/milestone.txt", context).strip()
    subject, _line, body = rendered.removeprefix("Subject:").strip().partition("\n")
    try:
        with transaction.atomic():
            MilestoneNotice.objects.create(milestone=milestone)
            for member in letter.members.filter(role=Role.OWNER, user__is_active=True).select_related("user"):
                account_mail.owe(to=member.user.email, subject=subject, body=body.strip() + "\n", code=False)
    except IntegrityError:  # another worker told them in this moment
        return 0
    return 1
