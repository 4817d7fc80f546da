"""Divide the tables that a crowd fills by letter."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.models import Letter
from petition.moves import NotAllowed
from signatories import dividing


class Command(BaseCommand):
    help = "Divide the long tables by letter; with a letter's name, give that letter partitions of its own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?", help="of a letter that is to have its own")

    def handle(self, *args: Any, slug: str | None, **options: Any) -> None:
        letter = Letter.objects.filter(slug=slug).first() if slug else None
        if slug and letter is None:
            raise CommandError(f"There is no letter {slug}.")
        try:
            done = dividing.isolate(letter) if letter else dividing.divide()
        except NotAllowed as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{done.tables} tables in {done.seconds:.1f} s.")
        for reference in done.unchecked:
            self.stdout.write(f"Not checked by the database any more: {reference}")
