"""Forget what need not be kept any longer, or say what that would be."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from signatories import retention


class Command(BaseCommand):
    help = "Forget what need not be kept any longer, by every rule; the clock does the same each day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say how much each rule would forget, change nothing"
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        if dry_run:
            found = [(rule, number) for rule, number in retention.plan()]
        else:
            forgotten = retention.run(seconds=float("inf"), even_if_done=True)
            found = [(rule, forgotten[rule.name]) for rule in retention.RULES]
        for rule, number in found:
            self.stdout.write(f"{number:>9,}  {rule.name:<15}  {rule.what}: {rule.kept}; {rule.then}.")
        total = sum(number for _, number in found)
        self.stdout.write(f"{total:>9,}  {'would be forgotten; nothing was changed.' if dry_run else 'forgotten.'}")
