"""Say what mail is held since a restore, and send it or let it go."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from signatories import backups


class Command(BaseCommand):
    help = "Say how much mail is held since a restore; send it, or count it as sent."

    def add_arguments(self, parser: CommandParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--send", action="store_true", help="send it: who has it already gets it twice")
        choice.add_argument("--let-go", action="store_true", help="count it as sent: who has not got it never will")

    def handle(self, *args: Any, send: bool, let_go: bool, **options: Any) -> None:
        if send:
            self.stdout.write(f"{backups.release():,} mails go out now.")
            return
        if let_go:
            self.stdout.write(f"{backups.let_go():,} mails count as sent.")
            return
        for mail in backups.held().select_related("signature__letter", "invitation__letter").order_by("created_at"):
            about = mail.signature or mail.invitation
            assert about is not None
            self.stdout.write(f"{mail.created_at:%Y-%m-%d %H:%M}  {about.letter.slug}  {mail.get_kind_display()}")
        self.stdout.write(f"{backups.held().count():,} mails are held.")
