"""Finding a letter among those that are public."""

from collections.abc import Iterable, Iterator

from django.db.models import OuterRef, Subquery

from petition.models import Letter, LetterQuerySet, Tally, Translation
from petition.text import addressee_line, fold

LONGEST = 200  # characters of a search that are read, as in the list of signatories


def find(typed: str) -> LetterQuerySet:
    """Return the public letters whose title, addressees or ask hold every word, newest first; all for no word.

    Case and accents make no difference, and translations of the text that is signed today count too. Letters are few
    beside the names on them, so they are compared here and need no column of their own.

    Args:
        typed: words, of which the first 200 characters are read.
    """
    words = fold(typed[:LONGEST].replace("\0", "")).split()
    public = Letter.objects.public()
    if not words:
        return public
    said: dict[int, list[str]] = {}
    for letter, text in _said(public):
        said.setdefault(letter, []).append(text)
    hits = [letter for letter, texts in said.items() if all(word in fold(" ".join(texts)) for word in words)]
    return public.filter(pk__in=hits)


def count(letters: Iterable[Letter]) -> None:
    """Fetch the newest count of many letters in one question, where each would otherwise ask for its own."""
    letters = list(letters)
    newest = Tally.objects.filter(letter=OuterRef("letter")).order_by("-hour").values("hour")[:1]
    tallies = {one.letter_id: one for one in Tally.objects.filter(letter__in=letters, hour=Subquery(newest))}
    for letter in letters:
        letter.latest_tally = tallies.get(letter.pk)


def _said(public: LetterQuerySet) -> Iterator[tuple[int, str]]:
    for pk, title, ask, addressees in public.order_by().values_list("pk", "title", "ask", "addressees"):
        yield pk, " ".join([title, ask, *map(addressee_line, addressees)])
    translated = Translation.objects.filter(version__letter__in=public, version__published_at__isnull=False)
    for pk, title, ask in translated.order_by().values_list("version__letter", "title", "ask"):
        yield pk, f"{title} {ask}"
