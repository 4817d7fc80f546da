"""Forget again whom a restore has brought back, and take back again what was taken back."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from signatories import backups


class Command(BaseCommand):
    help = "Do again what stands on a list of `manage.py forgotten`, where a restore has undone it. Nobody is mailed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with file.open(encoding="utf-8") as lines:
                again = backups.forget_again(lines)
        except OSError as problem:
            raise CommandError(f"{file}: {problem.strerror}") from None
        except ValueError:
            raise CommandError(f"{file} is not a list of `manage.py forgotten`.") from None
        self.stdout.write(f"{again:,} were forgotten again, or had taken something back.")
