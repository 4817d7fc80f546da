"""Make a letter from a file."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from petition import letterfile, lifecycle
from petition.models import User


class Command(BaseCommand):
    help = "Make a letter from a file: YAML front matter, then the text in Markdown. It starts as a draft."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--owner", metavar="EMAIL", help="owner of the letter; default: its contact address")
        parser.add_argument("--publish", action="store_true", help="open it for signatures at once")

    def handle(self, *args: Any, file: Path, owner: str | None, publish: bool, **options: Any) -> None:
        try:
            fields = letterfile.read(file)
        except letterfile.BadLetter as problem:
            raise CommandError(f"{file}: {problem}") from None
        address = (owner or fields["contact"]).lower()
        try:
            validate_email(address)
        except ValidationError:
            raise CommandError(f"{address} is no email address.") from None
        user = User.objects.known_by(address) or User.objects.create_user(address)
        letter = lifecycle.begin(owner=user, **fields)
        if publish:
            lifecycle.publish(letter, actor=user)
        self.stdout.write(f"{letter.slug}: {letter.get_status_display().lower()}, owned by {user.email}")
