"""Writes the tables of docs/reliability.md from the verdicts, so that no figure in them is typed by hand.

`python -m tests.faults.reporting` reads verdicts.jsonl and mistakes.jsonl beside this file; `--append` of the harness
writes them.
"""

import ast
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.faults.house import ROOT

PAGE = ROOT / "docs" / "reliability.md"
VERDICTS, MISTAKES = (Path(__file__).parent / name for name in ("verdicts.jsonl", "mistakes.jsonl"))


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a file, if it is there."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def table(head: list[str], rows: list[list[Any]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def verdicts(rows: list[dict[str, Any]]) -> str:
    """One line a run."""
    if not rows:
        return "No full run has been recorded yet."
    head = ["seed", "verdict", "signed", "lost", "kills", "other faults", "overlap", "extra mails", "500", "minutes"]
    lines = []
    for row in rows:
        lost = [line for line in row["problems"].get("P1", []) if "not in the database" in line]
        others = sum(row["faults"].values()) - row["kills"]
        answers = sum(number for status, number in row["answers"].items() if status.startswith("5") and status != "503")
        minutes = f"{row['seconds']['all'] / 60:.1f}"
        cells = [f"`{row['seed']}`", row["verdict"], f"{row['accepted']:,}", lost[0].split()[0] if lost else 0]
        cells += [row["kills"], others, f"{row['overlap']:.0%}", row["extra mails"], answers, minutes]
        lines.append(cells)
    machine = rows[-1]["machine"]
    on = f"{machine['cores']} cores, Python {machine['python']}, PostgreSQL {machine['postgresql']}, {machine['day']}"
    broken = [
        f"- `{row['seed']}`: {name}: {line}"
        for row in rows
        for name, lines in row["problems"].items()
        for line in lines
    ]
    return "\n".join(
        [
            table(head, lines),
            "",
            f"Measured on {on}. Each line again: `python -m tests.faults --full --seed SEED`.",
            *broken,
        ]
    )


def faults(rows: list[dict[str, Any]]) -> str:
    """How often each kind of fault was delivered in these runs."""
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row["faults"])
    return table(["fault", "delivered"], [[name, number] for name, number in total.most_common()]) if total else ""


def figures(rows: list[dict[str, Any]]) -> str:
    """What was measured beside, the worst of all runs."""
    names = dict.fromkeys(name for row in rows for name in row["figures"])
    worst = [[name, max(row["figures"].get(name, 0) for row in rows)] for name in names]
    return table(["measured", "worst of these runs"], worst) if worst else ""


def words() -> dict[str, str]:
    """The planted mistakes in the words of their own files, which cannot be imported without the product."""
    found = {"control": "nothing: the product as it is, in all scenarios"}
    for path in (Path(__file__).parent / "mutants").glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef):
                found[node.name] = (ast.get_docstring(node) or node.name).rstrip(".")
    return found


def mistakes(rows: list[dict[str, Any]]) -> str:
    """Which mistake was planted, and what found it."""
    said = words()
    newest = {row["mistake"]: row for row in rows}
    lines = []
    for name, row in newest.items():
        found = row["found"][0] if row["found"] else "nothing"
        caught = "yes" if row["caught"] else "**no**"
        lines.append([said.get(name, name), row["promise"] or "none may break", caught, found, row["seconds"]])
    head = ["planted", "promise that must break", "as expected", "what was found", "seconds"]
    return table(head, lines) if lines else "No mistake has been planted yet."


def written(page: str) -> str:
    """The page with its tables made anew."""
    rows = read(VERDICTS)
    parts = {"verdicts": verdicts(rows), "faults": faults(rows), "figures": figures(rows)}
    parts["mistakes"] = mistakes(read(MISTAKES))
    for name, text in parts.items():
        mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        page = mark.sub(lambda found, text=text: f"{found[1]}{text}\n{found[2]}", page)  # type: ignore[misc]
    return page


def main() -> int:
    """Renew the page."""
    PAGE.write_text(written(PAGE.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
