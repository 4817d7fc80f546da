"""Write the list of a letter to a file."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from petition import files
from petition.models import Letter
from signatories import exporting
from signatories.models import Export


class Command(BaseCommand):
    help = "Write the list of a letter to a file. `public` holds what readers may see and no address."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--format", choices=Export.Format.values, default="csv")
        parser.add_argument("--audience", choices=Export.Audience.values, default="public")
        parser.add_argument("--output", default="-", help="a file, or - for standard output")
        parser.add_argument("--bom", action="store_true", help="begin with a byte order mark, for spreadsheets")

    def handle(self, *args: Any, slug: str, output: str, **options: Any) -> None:
        letter = Letter.objects.filter(slug=slug).first()
        if letter is None:
            raise CommandError(f"There is no letter {slug}.")
        wanted = {name: options[name] for name in ("format", "audience")}
        taken = exporting.record(letter, actor=None, **wanted)
        if output == "-":
            exporting.write_bytes(letter, bom=options["bom"], file=sys.stdout.buffer, taken=taken, **wanted)
            sys.stdout.flush()
            exporting.finish(taken)
            return
        target = Path(output)
        try:
            with files.whole_file(target) as file:
                exporting.write_bytes(letter, bom=options["bom"], file=file, taken=taken, **wanted)
        except OSError as problem:
            raise CommandError(f"{target}: {problem.strerror}") from None
        exporting.finish(taken)
