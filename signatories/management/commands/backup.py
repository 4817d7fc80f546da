"""Back up everything into one folder."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from signatories import backups


class Command(BaseCommand):
    help = (
        "Write a backup of one moment into a new folder: the database and the delivered bundles. Everything may go on "
        "meanwhile. The keys of the environment are not in it: keep them in another safe place."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="it must not exist yet")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            about = backups.make(folder)
        except FileExistsError:
            raise CommandError(f"{folder} is there already. Choose another folder.") from None
        except OSError as problem:
            raise CommandError(f"{folder}: {problem.strerror}") from None
        except backups.Unusable as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"Backed up to {folder}: {about['rows']['signatories_signature']:,} signatures.")
