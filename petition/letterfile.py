"""Read a letter from a file: YAML front matter between two lines of ---, then the text in Markdown."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from petition.forms import ADDRESSEE, NewLetterForm

LARGEST = 512 * 1024  # bytes
LARGEST_HEAD = 64 * 1024  # characters
DEEPEST, MOST_VALUES = 4, 1000
LONGEST_PROBLEM = 300  # characters
OTHER_NAMES = {"closes": "closes_at"}
PARTS = re.compile(r"---[ \t]*\n(.*?\n)?---[ \t]*(?:\n(.*))?", re.DOTALL)
KINDS: dict[type, str] = {str: "one text", list: "a list", dict: "lines of `key: value`"}


class BadLetter(ValueError):
    """The file cannot become a letter; the text says why, one problem a line."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(" ".join(problem.split())[:LONGEST_PROBLEM] for problem in problems))


def read(path: Path) -> dict[str, Any]:
    """Return the fields of a letter, checked as the form of the desk checks them.

    Args:
        path: a UTF-8 file.

    Raises:
        BadLetter: with every problem that was found.
    """
    head, body = _split(_content(path))
    given = {OTHER_NAMES.get(name, name): value for name, value in _tree(head).items()}
    problems, data = [], {}
    for name, value in given.items():
        if name == "body" or name not in NewLetterForm.base_fields:
            problems.append(f"{name}: no letter has this key.")
            continue
        try:
            data[name] = SHAPES.get(name, _text)(value)
        except BadLetter as problem:
            problems.append(f"{name}: {problem}")
    form = NewLetterForm({"listing": "vetted", **data, "body": body}, whole=True)
    for name, errors in form.errors.items():
        if name in data or name not in given:
            problems.extend(f"{name}: {error}" for error in errors)
    if problems:
        raise BadLetter(*problems)
    return form.cleaned_data


def _content(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise BadLetter("The file is larger than any letter.")
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as problem:
        raise BadLetter(f"The file cannot be read: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise BadLetter("The file is not in UTF-8.") from None


def _split(content: str) -> tuple[str, str]:
    parts = PARTS.fullmatch(content.lstrip("\n"))
    if parts is None:
        raise BadLetter("The file must begin with a line of ---, the front matter, and a second line of ---.")
    if len(parts[1] or "") > LARGEST_HEAD:
        raise BadLetter("The front matter is longer than any letter’s.")
    return parts[1] or "", parts[2] or ""


def _tree(head: str) -> dict[str, Any]:
    """Return the front matter as texts, lists and dicts of texts.

    YAML's own idea of types is not asked: it takes `no` for false and 1:30 for 90, and aliases let a short file stand
    for one that fills the memory. What a value means is the business of the form.
    """
    try:
        events = yaml.parse(head, Loader=yaml.SafeLoader)
        tree = _Builder(events).document()
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        where = f", line {mark.line + 2}" if mark else ""
        raise BadLetter(f"The front matter is not valid YAML{where}: {problem.problem or problem.context}") from None
    except yaml.reader.ReaderError as problem:
        line = head.count("\n", 0, problem.position) + 2
        character = f"U+{ord(head[problem.position]):04X}"
        raise BadLetter(f"The front matter is not valid YAML, line {line}: it holds {character}") from None
    if not isinstance(tree, dict):
        raise BadLetter("The front matter must be lines of `key: value`.")
    return tree


class _Builder:
    """Build the tree from YAML's events, and stop at what no letter needs."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events, self.values = events, 0

    def document(self) -> Any:
        """Return the only document's value."""
        for kind in (yaml.StreamStartEvent, yaml.DocumentStartEvent):
            if not isinstance(next(self.events), kind):
                return None
        tree = self.value(next(self.events))
        next(self.events)
        if not isinstance(next(self.events), yaml.StreamEndEvent):
            raise BadLetter("The front matter holds a second document.")
        return tree

    def value(self, event: Any, depth: int = 0) -> Any:
        """Return what begins with an event."""
        line = event.start_mark.line + 2
        self.values += 1
        if self.values > MOST_VALUES or depth > DEEPEST:
            raise BadLetter(f"YAML, line {line}: The front matter holds more, or deeper lists, than any letter’s.")
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise BadLetter(f"YAML, line {line}: Anchors and aliases are not understood; put * and & between quotes.")
        if event.tag:
            raise BadLetter(f"YAML, line {line}: Tags are not understood; put ! between quotes.")
        if isinstance(event, yaml.ScalarEvent):
            return "" if event.style is None and event.value.lower() in {"~", "null"} else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(depth)
        return self.mapping(depth)

    def sequence(self, depth: int) -> list[Any]:
        """Return the items up to the end of a sequence."""
        items = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.value(event, depth + 1))
        return items

    def mapping(self, depth: int) -> dict[str, Any]:
        """Return the pairs up to the end of a mapping."""
        pairs: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.value(event, depth + 1)
            line = event.start_mark.line + 2
            if not isinstance(key, str):
                raise BadLetter(f"YAML, line {line}: A key must be one word.")
            if key in pairs:
                raise BadLetter(f"YAML, line {line}: {key} stands there twice.")
            pairs[key] = self.value(next(self.events), depth + 1)
        return pairs


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadLetter(f"This must be one text, not {KINDS[type(value)]}.")
    return value


def _rows(value: Any) -> str:
    """A list of texts, or one text with a line for each."""
    rows = value if isinstance(value, list) else [value]
    return "\n".join(_text(row) if row is value else " ".join(_text(row).split()) for row in rows)


def _addressees(value: Any) -> str:
    """A list whose items are texts, or name, office, address and source."""
    return _rows([_addressee(one) for one in value] if isinstance(value, list) else value)


def _addressee(one: Any) -> str:
    if not isinstance(one, dict):
        return _text(one)
    unknown = set(one) - set(ADDRESSEE)
    if unknown:
        raise BadLetter(f"An addressee has name, office, address and source, not {', '.join(sorted(unknown))}.")
    parts = [_text(one.get(key, "")) for key in ADDRESSEE]
    if any(";" in part for part in parts):
        raise BadLetter("What an addressee has cannot hold a semicolon.")
    return "; ".join(parts)


def _disciplines(value: Any) -> str:
    """Keys with their labels, or a list of labels."""
    if not isinstance(value, dict):
        return _rows(value)
    if any(":" in key for key in value):
        raise BadLetter("A key cannot hold a colon.")
    return "\n".join(f"{key}: {' '.join(_text(label).split())}" for key, label in value.items())


SHAPES = {"addressees": _addressees, "disciplines": _disciplines, "milestones": _rows}
