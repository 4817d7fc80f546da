"""Restore a backup into an empty installation."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from signatories import backups


class Command(BaseCommand):
    help = "Restore a backup into an empty database; nothing is ever restored over data."
    requires_system_checks: list[str] = []  # noqa: RUF012 (as Django declares it)
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="made by `manage.py backup`")
        parser.add_argument(
            "--send-mail",
            action="store_true",
            help="let the mail that was owed go out: only where nothing ran after the backup was made",
        )

    def handle(self, *args: Any, folder: Path, send_mail: bool, **options: Any) -> None:
        try:
            restored = backups.restore(folder, send_mail=send_mail)
        except backups.Unusable as problem:
            raise CommandError(str(problem)) from None
        except OSError as problem:
            raise CommandError(f"{problem.filename}: {problem.strerror}") from None
        self.stdout.write(f"Restored as of {restored.made_at:%Y-%m-%d %H:%M:%S} UTC, each table with as many rows:")
        self.stdout.write(f"  {restored.rows['signatories_signature']:>9,} signatures")
        self.stdout.write(f"  {restored.rows['signatories_signatureevent']:>9,} events of their history")
        for slug, listed in restored.listed.items():
            self.stdout.write(f"  {listed:>9,} names listed on {slug}, as its history adds up to")
        for warning in restored.warnings:
            self.stderr.write(warning)
        if restored.held:
            self.stdout.write(
                f"{restored.held:,} mails were owed when the backup was made. They are held, because most were sent "
                "since: see manage.py held_mail."
            )
        self.stdout.write("Who left after that is on the letter again: see manage.py forget_again.")
