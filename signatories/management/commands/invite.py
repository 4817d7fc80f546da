"""Invite the founders of a letter from a CSV file."""

import io
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from petition import lifecycle
from petition.models import Letter
from petition.moves import NotAllowed
from signatories import invitations


class Command(BaseCommand):
    help = (
        "Invite founders from a CSV with the columns "
        + ", ".join(invitations.COLUMNS)
        + ". Each gets a personal mail; nobody is signed by this. Inviting for a draft freezes its text first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("file", type=Path)
        parser.add_argument("--skip-bad", action="store_true", help="leave bad rows out and invite the rest")

    def handle(self, *args: Any, slug: str, file: Path, skip_bad: bool, **options: Any) -> None:
        letter = Letter.objects.filter(slug=slug).first()
        if letter is None:
            raise CommandError(f"There is no letter {slug}.")
        reading = invitations.read(letter, io.StringIO(self._text(file), newline=""))
        for problem in reading.problems:
            self.stderr.write(f"{file}: {problem}")
        if reading.problems and not skip_bad:
            raise CommandError("Nobody was invited. Correct the file, or leave bad rows out with --skip-bad.")
        if not reading.rows:
            raise CommandError("There is nobody to invite in this file.")
        try:
            with transaction.atomic():
                if letter.status == Letter.Status.DRAFT:
                    lifecycle.found(letter)
                made = invitations.invite(letter, rows=reading.rows)
        except NotAllowed as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{len(made)} invited to sign {letter.slug} as founders; their mail goes out now.")

    def _text(self, file: Path) -> str:
        try:
            return file.read_text(encoding="utf-8-sig")
        except OSError as problem:
            raise CommandError(f"{file}: {problem.strerror}") from None
        except UnicodeDecodeError:
            raise CommandError(f"{file} is not in UTF-8.") from None
