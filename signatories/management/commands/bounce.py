"""Take one message that came back from standard input, as a mail server pipes it."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from signatories import bounces

# What a mail server makes of an exit code: sysexits.h. Anything but 0 and 75 would be a message that is lost.
EX_OK, EX_TEMPFAIL = os.EX_OK, os.EX_TEMPFAIL


class Command(BaseCommand):
    help = "Take one message that came back from standard input; exit 75 when the mail server is to try again."
    requires_system_checks: list[str] = []  # noqa: RUF012 (as Django has it): each message starts a process

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--recipient", default="", help="to whom it came, if no header of the message says so")

    def handle(self, *args: Any, recipient: str, **options: Any) -> None:
        raw = sys.stdin.buffer.read(bounces.MOST)
        while sys.stdin.buffer.read(bounces.MOST):
            pass  # a mail server takes a pipe that is not read to its end for a failure
        try:
            outcome = bounces.take(raw, recipient=recipient)
        except Exception as problem:  # the database is away, or being migrated
            self.stderr.write(f"Try again later: {type(problem).__name__}")
            sys.exit(EX_TEMPFAIL)
        self.stdout.write(outcome)
        sys.exit(EX_TEMPFAIL if outcome == bounces.Outcome.LATER else EX_OK)
