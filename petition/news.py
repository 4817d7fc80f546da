"""News about a letter: written in Markdown, published once; signatories picks it up and mails it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from petition import text
from petition.models import Letter, Update, User
from petition.moves import LostRace, NotAllowed


def write(letter: Letter, *, title: str, body: str, by: User) -> Update:
    """Begin a piece of news; nobody outside the team sees it yet."""
    return Update.objects.create(letter=letter, title=title, body=body, html=text.to_html(body), author=by)


def rewrite(update: Update, *, title: str, body: str) -> None:
    """Change a piece of news that is not published yet.

    Raises:
        NotAllowed: it is published, and mails with these words are under way.
    """
    unpublished = Update.objects.filter(pk=update.pk, published_at=None)
    if not unpublished.update(title=title, body=body, html=text.to_html(body), edited_at=timezone.now()):
        raise NotAllowed(_("This is published. Write another one to correct it."))


@transaction.atomic
def publish(update: Update, *, seen: int | None = None) -> None:
    """Publish it now; its mails are owed by a task.

    Args:
        update: not published yet.
        seen: when what was shown had been saved, in microseconds since 1970; None skips the question.

    Raises:
        NotAllowed: it is published already, or nobody can read the letter yet.
        LostRace: somebody saved other words since.
    """
    if not update.letter.is_public:
        raise NotAllowed(_("News can be published once the letter is public."))
    found = _as_shown(update, seen)
    if found is None:
        raise NotAllowed(_("This is published already."))
    found.published_at = timezone.now()
    found.save(update_fields=["published_at"])


@transaction.atomic
def discard(update: Update, *, seen: int | None = None) -> None:
    """Throw away what was never published.

    Args:
        update: not published.
        seen: as for `publish`.

    Raises:
        NotAllowed: it is published.
        LostRace: somebody saved other words since.
    """
    found = _as_shown(update, seen)
    if found is None:
        raise NotAllowed(_("What was published stays."))
    found.delete()


def _as_shown(update: Update, seen: int | None) -> Update | None:
    """Lock what is not published and says what it said; None where it is published."""
    found = Update.objects.select_for_update().filter(pk=update.pk, published_at=None).first()
    if found and seen not in {None, int(found.edited_at.timestamp()) * 10**6 + found.edited_at.microsecond}:
        raise LostRace(_("The text has changed since you opened this page. Please read it again."))
    return found
