"""The wordings of a letter: draft the next one, freeze it, compare two, translate one."""

import difflib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from petition import rows, text
from petition.models import Letter, Translation, User, Version
from petition.moves import LostRace, NotAllowed

# A blank line ends a paragraph, and each item of a list and each heading is one of its own.
PARAGRAPHS = re.compile(r"\n\n+|\n(?=\s*(?:[-*+]|\d+[.)])\s|#|To: )")


class Conflict(NotAllowed):
    """Somebody else saved the draft in the meantime; `theirs` is the row as it is now."""

    def __init__(self, theirs: Version) -> None:
        super().__init__(_("Somebody else saved this draft while you were writing."))
        self.theirs = theirs


def begin(letter: Letter, *, reason: str, note: str, by: User) -> Version:
    """Begin the next wording as a copy of the one that is signed today.

    Args:
        letter: with a published text, and not delivered.
        reason: typo, clarification or meaning.
        note: what changes, in one sentence for readers.
        by: who begins it.

    Raises:
        NotAllowed: nothing is published yet, the letter was delivered, or a next wording is being written already.
    """
    if letter.version is None or letter.status == Letter.Status.DELIVERED:
        raise NotAllowed(_("A next version follows a published one, and none follows the delivery."))
    if reason == Version.Reason.FIRST:
        raise NotAllowed(_("Only the first version is the first publication."))
    try:
        with transaction.atomic():
            return letter.versions.create(
                number=letter.version.number + 1,
                body=letter.version.body,
                reason=reason,
                note=note,
                edited_by=by,
                edited_at=timezone.now(),
            )
    except IntegrityError:
        raise NotAllowed(_("A next version is being written already.")) from None


def save(letter: Letter, *, body: str, seen: int | None, by: User | None, **changes: Any) -> Version:
    """Save the draft that is being written, unless somebody else saved it since it was seen.

    Args:
        letter: whose draft.
        body: in Markdown.
        seen: how often it had been saved when the writer loaded it; None skips the question.
        by: who writes.
        changes: further fields of the version, such as its reason and note.

    Raises:
        NotAllowed: no draft is being written.
        Conflict: somebody else saved in between; nothing was changed.
    """
    drafts = letter.versions.filter(published_at__isnull=True)
    mine = drafts if seen is None else drafts.filter(edits=seen)
    if not mine.update(body=body, edits=F("edits") + 1, edited_by=by, edited_at=timezone.now(), **changes):
        theirs = drafts.select_related("edited_by").first()
        if theirs is None:
            raise NotAllowed(_("The text is published and cannot be changed."))
        raise Conflict(theirs)
    return drafts.get()


@transaction.atomic
def discard(letter: Letter, *, seen: int | None = None) -> None:
    """Throw the next wording away; the first one stays, a letter without a text is none.

    Args:
        letter: with a next wording.
        seen: as for `publish`.

    Raises:
        NotAllowed: no next wording is being written, or it was published in the meantime.
        Conflict: somebody saved other words since.
    """
    letter.refresh_from_db(from_queryset=Letter.objects.select_for_update())
    forget_wordings(letter)
    if letter.draft is None or letter.version is None:
        raise NotAllowed(_("There is no next version to throw away."))
    refuse_unseen(letter, seen)
    letter.draft.delete()
    forget_wordings(letter)


@transaction.atomic
def publish(letter: Letter, *, actor: User, seen: int | None = None) -> Version:
    """Freeze the next wording: from now on it is what people sign. Nobody who signed before is carried over.

    Args:
        letter: with a next wording.
        actor: who publishes it.
        seen: how often it had been saved when its words were shown to them; None skips the question.

    Raises:
        NotAllowed: no next wording is being written, or it says the same words as the one before.
        Conflict: somebody saved other words since.
        LostRace: somebody else published it in the meantime.
    """
    letter.refresh_from_db(from_queryset=Letter.objects.select_for_update())
    forget_wordings(letter)
    if letter.draft is None or letter.version is None:
        raise NotAllowed(_("No next version is being written."))
    if letter.status == Letter.Status.DELIVERED:
        raise NotAllowed(_("The letter was delivered; its text stays as it is."))
    if text.canonical(letter.draft.body) == text.canonical(letter.version.body):
        raise NotAllowed(_("It says the same words as the version before. There is nothing to publish."))
    refuse_unseen(letter, seen)
    published = freeze(letter)
    letter.events.create(was=letter.status, now=letter.status, actor=actor, reason=f"version_{published.number}")
    return published


def refuse_unseen(letter: Letter, seen: int | None) -> None:
    """Let nobody freeze or throw away other words than they were shown; call it while the letter is locked.

    Raises:
        Conflict: somebody saved the draft since.
    """
    if letter.draft is not None and seen not in {None, letter.draft.edits}:
        raise Conflict(letter.draft)


def freeze(letter: Letter) -> Version:
    """Freeze the draft with its canonical text and hash; call it inside a transaction that locked the letter.

    Raises:
        LostRace: somebody else published it in the meantime.
    """
    draft = letter.versions.select_for_update().filter(published_at__isnull=True).first()
    if draft is None:
        raise LostRace(_("This letter was published by somebody else in the meantime."))
    draft.text = text_of(letter, draft)
    draft.html, draft.sha256 = text.to_html(draft.body), text.sha256(draft.text)
    draft.published_at = timezone.now()
    draft.save()
    forget_wordings(letter)
    return draft


def text_of(letter: Letter, draft: Version) -> str:
    """Return the canonical text that a draft has once it is frozen."""
    return text.letter_text(title=letter.title, addressees=letter.addressees, ask=letter.ask, body=draft.body)


def _newest(**of: Any) -> QuerySet[Version]:
    """The version that is signed today, without its words: whoever signs is bound to it, and others read them."""
    published = Version.objects.filter(published_at__isnull=False, **of)
    return published.order_by("-number").defer("body", "html", "text")[:1]


_NEWEST = rows.Question(lambda letter: _newest(letter=letter), letter=-1)
_SLUG = "of-any-letter"
_PUBLIC = rows.Question(lambda slug: Letter.objects.public().filter(slug=slug).order_by(), slug=_SLUG)
_NEWEST_THERE = rows.Question(lambda slug: _newest(letter__slug=slug), slug=_SLUG)


def public(slug: str) -> Letter | None:
    """Return a letter that anyone may read, as it is now, with the version that is signed today."""
    letters, versions = rows.ask_all([_PUBLIC, _NEWEST_THERE], slug=slug)
    letter: Letter | None = next(iter(letters), None)
    if letter:
        letter.version = next(iter(versions), None)
    return letter


def renew(letter: Letter) -> None:
    """Read anew which version is signed today; in one statement that is made once."""
    forget_wordings(letter)
    letter.version = _NEWEST.first(letter=letter.pk)


def forget_wordings(letter: Letter) -> None:
    """Have the letter read its versions again."""
    for name in ("version", "draft"):
        vars(letter).pop(name, None)


def translate(version: Version, *, language: str, by: User, **fields: Any) -> Translation:
    """Save a translation; a reviewed one whose words change has to be reviewed again.

    Raises:
        NotAllowed: the version is not published, or that is its own language.
    """
    if version.published_at is None or language == version.letter.language:
        raise NotAllowed(_("A published version is translated into another language."))
    if fields.get("reviewer"):
        fields["state"] = Translation.Status.REVIEWED
    saved, __ = Translation.objects.update_or_create(
        version=version,
        language=language,
        defaults={
            "state": Translation.Status.DRAFT,
            **fields,
            "html": text.to_html(fields["body"]),
            "edited_by": by,
            "edited_at": timezone.now(),
        },
    )
    return saved


@dataclass(frozen=True)
class Piece:
    """Some words of a comparison: kept, added or removed."""

    kind: str
    words: str


def compare(old: str, new: str) -> list[list[Piece]]:
    """Return what became of each paragraph, in words; paragraphs that stayed are one kept piece.

    Paragraphs are matched first and words only inside those that changed, so that a long text is compared at once.
    """
    before, after = PARAGRAPHS.split(old.strip()), PARAGRAPHS.split(new.strip())
    rows: list[list[Piece]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            rows.extend([Piece("kept", paragraph)] for paragraph in after[c:d])
        else:
            rows.append(list(_compare_words("\n\n".join(before[a:b]), "\n\n".join(after[c:d]))))
    return rows


def shortened(rows: list[list[Piece]]) -> list[list[Piece] | int]:
    """Return a comparison in which paragraphs far from any change are only counted, one number for each run."""
    changed = [number for number, row in enumerate(rows) if [piece.kind for piece in row] != ["kept"]]
    near = {number + step for number in changed for step in (-1, 0, 1)}
    short: list[list[Piece] | int] = []
    for is_near, group in itertools.groupby(range(len(rows)), key=near.__contains__):
        run = list(group)
        short.extend([rows[number] for number in run] if is_near else [len(run)])
    return short


def _compare_words(old: str, new: str) -> Iterator[Piece]:
    before, after = re.findall(r"\S+\s*", old), re.findall(r"\S+\s*", new)
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after).get_opcodes():
        if kind == "equal":
            yield Piece("kept", "".join(after[c:d]))
            continue
        if b > a:
            yield Piece("removed", "".join(before[a:b]))
        if d > c:
            yield Piece("added", "".join(after[c:d]))
