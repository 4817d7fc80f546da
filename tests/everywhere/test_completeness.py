"""Every message is there in every language, with what it holds."""

import io
import re
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

from petition.management.commands import messages

ROOT = Path(__file__).resolve().parents[2]
MARKS = ("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy")
MARKS += ("pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy")
NAMED = re.compile(r"%\(\w+\)[sd]|%%")
TAG = re.compile(r"</?\w+[^>]*>")


def forms(string: Any) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, list | tuple) else (string,)


def held(text: str) -> list[str]:
    return sorted(NAMED.findall(text)) + sorted(TAG.findall(text))


def wrong_with(message: Message, plurals: int) -> str:
    """Say what a translation lacks, or nothing."""
    said, meant = forms(message.string), forms(message.id)
    if message.fuzzy:
        return "nobody has looked at it"
    if not all(said):
        return "not translated"
    if message.pluralizable and len(said) != plurals:
        return f"{len(said)} forms, not {plurals}"
    wanted = [held(one) for one in meant]
    if message.pluralizable:  # a form for one or two may say the number in words; everything else stands in each form
        wanted += [
            [*signs[:at], *signs[at + 1 :]] for signs in wanted for at, sign in enumerate(signs) if sign[0] == "%"
        ]
    for one in said:
        if held(one) not in wanted:
            return f"{held(one)} instead of {held(meant[-1])}"
    if any(meant[-1].endswith(end) != one.endswith(end) for one in said for end in ("\n", " ")):
        return "another end"
    return ""


def marked() -> Iterator[tuple[str | None, str]]:
    """Yield the context and the words of every message in code and templates, as `make messages` would find them."""
    code = [path.read_text() for app in ("config", "petition", "signatories") for path in (ROOT / app).rglob("*.py")]
    pages = [path for end in ("html", "txt") for path in (ROOT / "templates").rglob(f"*.{end}")]
    # What templatize returns is no Python but for its calls; on one line nothing of it looks like indentation.
    sources = [templatize(path.read_text(), origin=str(path)) for path in pages]
    # A note to translators would hide all that comes after it.
    lines = [[line.partition("# Translators:")[0].strip() for line in source.splitlines()] for source in sources]
    code += [" ".join(kept) for kept in lines]
    for source in code:
        for _, mark, said, _ in extract_python(io.BytesIO(source.encode()), MARKS, (), {}):
            words = list(said) if isinstance(said, list | tuple) else [said]
            context = words.pop(0) if "pgettext" in mark else None
            if words[0]:  # a call with a variable marks nothing
                yield context, words[0]


@pytest.mark.parametrize("code", messages.translated())
def test_a_catalogue_holds_every_message_and_no_other(code):
    kept = {(message.context, forms(message.id)[0]) for message in messages.read(code) if message.id}
    assert kept == set(marked()), "run `make messages`"


@pytest.mark.parametrize("code", messages.translated())
def test_every_message_is_translated_with_all_it_holds(code):
    catalogue = messages.read(code)
    found = [(message.id, wrong_with(message, catalogue.num_plurals)) for message in catalogue if message.id]
    assert found
    assert not [one for one in found if one[1]]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("%(n)s Namen", ""),
        ("", "not translated"),
        ("%(m)s Namen", "['%(m)s'] instead of ['%(n)s']"),
        ("<b>%(n)s</b> Namen", "['%(n)s', '</b>', '<b>'] instead of ['%(n)s']"),
    ],
)
def test_the_check_sees_what_is_missing(said, problem):
    assert wrong_with(Message("%(n)s names", said), 2) == problem


def test_the_check_counts_the_forms_of_a_plural():
    one, more = "%(n)s name", "%(n)s names"
    assert wrong_with(Message((one, more), ("ein Name", "%(n)s Namen")), 2) == ""
    assert wrong_with(Message((one, more), ("%(n)s Name", "%(n)s Namen")), 6) == "2 forms, not 6"
    assert wrong_with(Message((one, more), ("%(n)s Name", "")), 2) == "not translated"


@pytest.mark.parametrize(
    ("code", "numbers", "form"),
    [
        ("ar", [0], 0),
        ("ar", [1], 1),
        ("ar", [2], 2),
        ("ar", [3, 10, 103], 3),
        ("ar", [11, 54, 99, 111], 4),  # as Django's own catalogue has it, in which translators number the forms
        ("ar", [100, 102, 1000], 5),
        ("fr", [0, 1], 0),
        ("de", [0, 2], 1),
    ],
)
def test_a_number_is_spoken_in_the_form_that_was_translated_for_it(code, numbers, form):
    catalogue = messages.read(code)
    spoken = GNUTranslations(io.BytesIO(messages.compiled(catalogue)))
    plural = next(one for one in catalogue if one.pluralizable and not one.context and len(set(one.string)) > 1)
    assert {spoken.ngettext(*plural.id, number) for number in numbers} == {plural.string[form]}
