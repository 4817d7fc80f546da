"""Fill a letter with invented people."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.moves import NotAllowed
from signatories import seeding

NOT_HERE = """This writes invented people into the database, who cannot be told from real ones afterwards.
Where DEBUG or DEMO is on it does so at once; here it wants --yes-on-this-database."""


class Command(BaseCommand):
    help = "Fill a letter with invented people and their history; a letter of that name is made if there is none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--signatures", type=int, default=1000, metavar="N")
        parser.add_argument("--yes-on-this-database", action="store_true", help="where neither DEBUG nor DEMO is on")

    def handle(self, *args: Any, slug: str, signatures: int, yes_on_this_database: bool, **options: Any) -> None:
        if not (settings.TRYING_OUT or yes_on_this_database):
            raise CommandError(NOT_HERE)
        if signatures < 1:
            raise CommandError("At least one person has to sign.")
        letter = seeding.letter(slug)
        try:
            seeded = seeding.seed(letter, number=signatures)
        except NotAllowed as problem:
            raise CommandError(str(problem)) from None
        rows = seeded.rows.total()
        self.stdout.write(
            f"{letter.slug}: {signatures:,} signatures, {rows:,} rows in {seeded.seconds:.1f} s "
            f"({rows / seeded.seconds:,.0f} rows a second, indexes included)"
        )
