"""List who was forgotten and what was taken back lately, to be done again after a restore."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from petition import files
from signatories import backups


class Command(BaseCommand):
    help = (
        "List who withdrew, was forgotten, said “not me”, took a consent back, declined an invitation or forbade mail, "
        "as random identifiers and keyed hashes, into a file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="replaced if it is there")
        parser.add_argument("--days", type=int, default=40, help="how far back; longer than you keep backups")

    def handle(self, *args: Any, file: Path, days: int, **options: Any) -> None:
        try:
            with files.whole_file(file) as written:
                for line in backups.forgotten(timezone.now() - timedelta(days=days)):
                    written.write(line.encode())
        except OSError as problem:
            raise CommandError(f"{file}: {problem.strerror}") from None
