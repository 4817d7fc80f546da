"""A letter with a million invented people on it; the first bench that needs one fills it, the others find it."""

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from petition.models import Letter  # noqa: E402
from signatories import sampling, seeding  # noqa: E402
from signatories.models import Draw, Forgetting  # noqa: E402
from signatories.retention import RULES  # noqa: E402

# A vetter's queue of 100,000 and 800,000 names, of a million who signed.
SLUG = "a-million"


def fill(number: int, slug: str = SLUG, *, mix: dict[str, float] | None = None, **fields: str) -> Letter:
    """Return the letter of that name with that many signatures.

    Args:
        number: how many; a letter that has fewer is not taken for it, but more may have signed since.
        slug: of the letter.
        mix: what becomes of those who sign, see `signatories.seeding`.
        fields: what the letter has of its own, such as `listing`.
    """
    call_command("migrate", verbosity=0)
    letter = seeding.letter(slug, **fields)
    there = letter.signatures.count()
    if not there:
        seeded = seeding.seed(letter, number=number, mix=mix)
        rows = seeded.rows.total()
        print(f"{number:,} signatures, {rows:,} rows in {seeded.seconds:.1f} s: {rows / seeded.seconds:,.0f} a second")
        _rest(letter)
        there = number
    assert there >= number, f"{slug} has {there} signatures, not {number}"
    return letter


def _rest(letter: Letter) -> None:
    """Let what the clock does once a day or a week count as done.

    A letter that is filled at once owes three months of it: mails of the audit, and what should be forgotten by now.
    """
    first, week = letter.signatures.listed().order_by("pk").first(), sampling.week_of(timezone.now())
    if first:
        Draw.objects.create(signature=first, letter=letter, week=week, level=first.level)
    Forgetting.objects.bulk_create([Forgetting(rule=rule.name, number=0) for rule in RULES])
