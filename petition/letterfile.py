"""Read a letter from a file: YAML front matter between two lines of ---, then the text in Markdown."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from petition.forms import NewLetterForm

LARGEST = 512 * 1024  # bytes
OTHER_NAMES = {"closes": "closes_at"}


class BadLetter(ValueError):
    """The file cannot become a letter; the text says why, one problem a line."""


def read(path: Path) -> dict[str, Any]:
    """Return the fields of a letter, checked as the form of the desk checks them.

    Args:
        path: a UTF-8 file.

    Raises:
        BadLetter: with every problem that was found.
    """
    head, body = _split(path)
    known = NewLetterForm.base_fields
    data = {OTHER_NAMES.get(str(name), str(name)): _plain(value) for name, value in head.items()}
    unknown = [name for name in data if name not in known or name == "body"]
    if unknown:
        raise BadLetter(f"The front matter has keys that no letter has: {', '.join(unknown)}.")
    form = NewLetterForm({"listing": "vetted", **data, "body": body})
    if not form.is_valid():
        problems = [f"{name}: {problem}" for name, errors in form.errors.items() for problem in errors]
        raise BadLetter("\n".join(problems))
    return form.cleaned_data


def _split(path: Path) -> tuple[dict[str, Any], str]:
    try:
        if path.stat().st_size > LARGEST:
            raise BadLetter("The file is larger than any letter.")
        content = path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise BadLetter(f"The file cannot be read: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise BadLetter("The file is not in UTF-8.") from None
    parts = content.replace("\r\n", "\n").split("---\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise BadLetter("The file must begin with a line of ---, the front matter, and a second line of ---.")
    try:
        head = yaml.safe_load(parts[1])
    except yaml.YAMLError as problem:
        raise BadLetter(f"The front matter is not valid YAML: {problem}") from None
    if not isinstance(head, dict):
        raise BadLetter("The front matter must be lines of `key: value`.")
    return head, parts[2]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
