"""manage.py messages: collect what is to be translated, and compile the catalogues. For whoever changes words."""

import io
import re
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

FOLDER = Path(settings.BASE_DIR) / "locale"
LEFT_OUT = ("tests/*", "bench/*", "docs/*", "demo/*", "var/*", "static/*", "staticfiles/*", "deploy/*")
# A catalogue says nothing of the machine or the minute in which it was made, so that only words make it differ.
HEADER = """msgid ""
msgstr ""
"Project-Id-Version: Undersigned\\n"
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {forms};\\n"
"""
# Babel numbers the last two forms of Arabic the other way round than GNU gettext, Django and translators do: 11 to 99
# come before 100 (https://www.gnu.org/software/gettext/manual/html_node/Plural-forms.html).
PLURALS = {
    "ar": "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5)",
}


class Command(BaseCommand):
    """Bring locale/*/LC_MESSAGES/django.po up to date (needs GNU gettext), and compile each to its .mo (needs none)."""

    help = "Collect the messages that are to be translated, and compile the catalogues."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--compile", action="store_true", help="compile only")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["compile"]:
            FOLDER.mkdir(exist_ok=True)
            call_command(
                "makemessages",
                locale=translated(),
                ignore_patterns=list(LEFT_OUT),
                extensions=["html", "txt", "py"],
                no_wrap=True,
                no_obsolete=True,
                add_location="file",
                verbosity=0,
            )
        for code in translated():
            source = catalogue(code)
            source.write_text(_with_own_header(source.read_text(encoding="utf-8"), code), encoding="utf-8")
            source.with_suffix(".mo").write_bytes(compiled(read(code)))
            missing = sum(message.fuzzy or not whole(message.string) for message in read(code) if message.id)
            self.stdout.write(f"{code}: {missing} of {len(read(code))} messages are not translated.")


def translated() -> list[str]:
    """Return the languages that have a catalogue: all but the one in which the messages are written."""
    return [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def catalogue(code: str) -> Path:
    """Return where the messages of a language are."""
    return FOLDER / code / "LC_MESSAGES" / "django.po"


def read(code: str) -> Catalog:
    """Return the messages of a language."""
    with catalogue(code).open("rb") as file:
        return read_po(file, locale=code)


def compiled(messages: Catalog) -> bytes:
    """Return what Django reads; what nobody has looked at (fuzzy) is left out."""
    packed = io.BytesIO()
    write_mo(packed, messages)
    return packed.getvalue()


def whole(string: Any) -> bool:
    """Whether a message is translated, in each of its plural forms."""
    return all(string) if isinstance(string, list | tuple) else bool(string)


def _with_own_header(text: str, code: str) -> str:
    entries = text[re.search(r'^msgid ""\nmsgstr ""\n(?:".*"\n)*', text, re.MULTILINE).end() :]  # type: ignore[union-attr]
    plural = get_plural(code)
    forms = f"nplurals={plural.num_plurals}; plural={PLURALS.get(code, plural.plural_expr)}"
    return HEADER.format(code=code, forms=forms) + entries
