"""Count a letter now."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition import tally
from petition.models import Letter


class Command(BaseCommand):
    help = "Count the coalition of a letter now, store the result, and print it as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")

    def handle(self, *args: Any, slug: str, **options: Any) -> None:
        letter = Letter.objects.filter(slug=slug).first()
        if letter is None:
            raise CommandError(f"There is no letter {slug}.")
        taken = tally.take(letter)
        result = {"letter": slug, "as_of": taken.as_of.isoformat(), **taken.figures}
        self.stdout.write(json.dumps(result, ensure_ascii=False, indent=1))
