"""One table and one file of all that was promised: the targets, what was measured, and whether that is enough."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import FOLDER, capacity

RESULTS = FOLDER / "results.json"
BEGIN, END = "<!-- bench -->\n", "<!-- end -->"
TARGETS = {
    1: "Letter page",
    2: "Sign",
    3: "Confirm",
    4: "Mail",
    5: "Tally",
    6: "Export",
    7: "List of signatories",
    8: "Vetting queue",
    9: "Mixed load",
    10: "Size on disk",
}
Ran = tuple[str, Sequence[int], str]  # a part's name, the targets that it measures, and why it failed, or nothing
HEAD = ("target", "what", "promised", "measured", "beside, same run", "met")


def cells(row: Mapping[str, Any]) -> list[str]:
    """What stands in a row of the table."""
    place = f"{row['target']} {TARGETS[row['target']]}"
    if "failed" in row:
        return [place, row["part"], "", f"failed: {row['failed']}", "", "no"]
    measured = number(row["value"], row["unit"])
    if row["ratio"] is not None:
        measured = f"{row['ratio']:.2f} × ({measured})"
    beside = "" if row["reference"] is None else number(row["reference"], row["unit"])
    beside = ", ".join(filter(None, [beside, row["note"]]))
    bar = row["bar"] and f"{row['bar']}{' ×' if row['ratio'] is not None else ''}"
    return [place, row["what"].strip(), bar, measured, beside, {None: "", True: "yes", False: "no"}[row["met"]]]


def number(value: float, unit: str) -> str:
    """A number with as many digits as one reads, and its unit."""
    return f"{value:,.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f} {unit}".strip()


def show(rows: Sequence[Mapping[str, Any]]) -> str:
    """The table for a terminal."""
    lines = [list(HEAD), *map(cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def markdown(lines: Sequence[Sequence[str]]) -> str:
    """A table with a head as it stands in files."""
    head, *rest = lines
    return "".join(f"| {' | '.join(line)} |\n" for line in [head, ["---"] * len(head), *rest])


def where(results: Mapping[str, Any]) -> str:
    """When and on what it was measured."""
    machine = results["machine"]
    said = f"{results['at'][:10]}, {machine['processors']} cores ({machine['name']}), {machine['memory']:.0f} GB, "
    said += f"Python {machine['python']}, PostgreSQL {machine['postgresql']}, "
    said += f"{results['signatures']:,} signatures, {results['seconds'] / 60:.0f} minutes"
    if results["load"] > machine["processors"]:
        said += f"; other programs were at work (load {results['load']:.0f} when it began)"
    return f"`make bench` on {said}"


def write(results: Mapping[str, Any], root: Path = Path()) -> None:
    """Put the tables where README.md and docs/scaling.md have a place for them."""
    tables = {"README.md": [HEAD, *map(cells, results["rows"])]}
    tables["docs/scaling.md"] = [capacity.HEAD, *capacity.rows(results["known"], results["signatures"])]
    for name, lines in tables.items():
        before, _, rest = (root / name).read_text().partition(BEGIN)
        _, end, after = rest.partition(END)
        if not end:
            raise SystemExit(f"{name} has no place for the table, between {BEGIN.strip()} and {END}.")
        (root / name).write_text(f"{before}{BEGIN}{where(results)}:\n\n{markdown(lines)}{end}{after}")


def figures(part: str) -> list[dict[str, Any]]:
    """What a part has found."""
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{part}.json").read_text())["figures"]
    return found


def rows(parts: Sequence[Ran]) -> list[dict[str, Any]]:
    """The rows of the table, by target."""
    found = []
    for name, targets, failed in parts:
        if failed:
            found += [{"target": target, "part": name, "failed": failed} for target in targets]
        elif targets:
            found += [{**figure, "part": name} for figure in figures(name) if figure["target"]]
    return sorted(found, key=lambda row: row["target"])


def known(parts: Sequence[Ran]) -> dict[str, float]:
    """What `bench.capacity` reckons with, by name."""
    of = (figures(name) for name, targets, failed in parts if targets and not failed)
    return {figure["key"]: figure["value"] for some in of for figure in some if figure["key"]}
