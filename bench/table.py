"""One table and one file of all that was promised: the targets, what was measured, and whether that is enough."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import FOLDER

RESULTS, README = FOLDER / "results.json", Path("README.md")
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


def markdown(results: Mapping[str, Any]) -> str:
    """The table for the README, with when and where it was made."""
    lines = [HEAD, ["---"] * len(HEAD), *map(cells, results["rows"])]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    machine = results["machine"]
    said = f"{results['at'][:10]}, {machine['processors']} cores ({machine['name']}), {machine['memory']:.0f} GB, "
    said += f"Python {machine['python']}, PostgreSQL {machine['postgresql']}, "
    said += f"{results['signatures']:,} signatures, {results['seconds'] / 60:.0f} minutes"
    if results["load"] > machine["processors"]:
        said += f"; other programs were at work (load {results['load']:.0f} when it began)"
    return f"`make bench` on {said}:\n\n{table}\n"


def write(results: Mapping[str, Any], readme: Path = README) -> None:
    """Put the table where the README has its place."""
    before, _, rest = readme.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"{readme} has no place for the table, between {BEGIN.strip()} and {END}.")
    readme.write_text(f"{before}{BEGIN}{markdown(results)}{end}{after}")


def rows(parts: Sequence[tuple[str, Sequence[int], str]]) -> list[dict[str, Any]]:
    """The rows of the table, by target.

    Args:
        parts: of each its name, the targets that it measures, and why it failed, or nothing.
    """
    found = []
    for name, targets, failed in parts:
        if failed:
            found += [{"target": target, "part": name, "failed": failed} for target in targets]
            continue
        if targets:
            figures = json.loads((FOLDER / f"{name}.json").read_text())["figures"]
            found += [{**figure, "part": name} for figure in figures if figure["target"]]
    return sorted(found, key=lambda row: row["target"])
