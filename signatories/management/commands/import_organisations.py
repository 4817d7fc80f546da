"""Take over organisations and their hosts from a data dump of the Research Organization Registry."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from signatories.organisations import importing


class Command(BaseCommand):
    help = (
        "Take over organisations, their names and mail hosts from a ROR data dump (schema 2; JSON, or JSON with gzip). "
        "Run it again with every newer dump: what the team entered, learned or took away stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, verbosity: int, **options: Any) -> None:
        try:
            report = importing.take_over(file, each_batch=self._tell if verbosity > 1 else _say_nothing)
        except IntegrityError:
            raise CommandError("Somebody else changed organisations at the same moment. Please run it again.") from None
        if verbosity and (report.read or not report.problem):
            self._sum_up(report)
        if report.problem:
            before = f" The {report.read:,} records before that are imported." if report.read else ""
            raise CommandError(report.problem + before)

    def _tell(self, report: importing.Report) -> None:
        self.stdout.write(f"{report.read:,} records …")

    def _sum_up(self, report: importing.Report) -> None:
        self.stdout.write(
            f"{report.read:,} records: {report.added:,} organisations added, {report.changed:,} changed, "
            f"{report.withdrawn:,} withdrawn. {report.names:,} names added. "
            f"{report.hosts_added:,} hosts added, {report.hosts_withdrawn:,} withdrawn."
        )
        if report.skipped.counts:
            self.stdout.write("Left out:")
        for reason, count in sorted(report.skipped.counts.items(), key=lambda item: -item[1]):
            self.stdout.write(f"  {count:>7,}  {reason}, such as {'; '.join(report.skipped.examples[reason])}")


def _say_nothing(report: importing.Report) -> None:
    return
