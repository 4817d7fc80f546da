"""Write a copy of a letter that opens from disk."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition.delivery import archiving
from petition.models import Letter
from petition.moves import NotAllowed
from signatories import delivering, reasons


class Command(BaseCommand):
    help = "Write a self-contained copy of a closed letter: pages, document and data, with nothing but what is public."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--output", help="a folder that does not exist yet; SLUG-archive unless told")

    def handle(self, *args: Any, slug: str, output: str | None, **options: Any) -> None:
        letter = Letter.objects.filter(slug=slug).first()
        if letter is None:
            raise CommandError(f"There is no letter {slug}.")
        folder = Path(output or f"{slug}-archive")
        try:
            archiving.write(
                letter, signatories=delivering.listed(letter), levels=reasons.in_english(reasons.LEVELS), folder=folder
            )
        except NotAllowed as problem:
            raise CommandError(str(problem)) from None
        except FileExistsError:
            raise CommandError(f"{folder} is there already. Choose another folder, or move it away.") from None
        except OSError as problem:
            raise CommandError(f"{folder}: {problem.strerror}") from None
        self.stdout.write(f"Written to {folder}. Open {folder / 'index.html'} in a browser.")
