"""The command line of the harness: exit code 0 where every promise was kept, 1 where not, 3 where the run is void."""

import argparse
import dataclasses
import json
import secrets
import sys
import tempfile
from pathlib import Path

from tests.faults import house, planting, running


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", default="", help="default: another one every time")
    parser.add_argument("--full", action="store_true", help="20,000 signatures under 100 kills")
    parser.add_argument("--nightly", action="store_true", help="200,000 signatures under 1,000 kills")
    parser.add_argument("--signs", type=int, help="so many signatures instead")
    parser.add_argument("--kills", type=int, help="so many kills instead")
    parser.add_argument("--owed", type=int, help="so many mails wait for a mail server that was away")
    parser.add_argument("--mutants", nargs="*", metavar="NAME", help="plant mistakes, all of them or these")
    parser.add_argument("--folder", type=Path, help="keep logs, journals and verdicts here; default: a temporary one")
    parser.add_argument("--prepared", type=Path, help="keep the migrated cluster here and use it again")
    parser.add_argument("--append", type=Path, help="a file of verdicts, one a line, that gets this one too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="undersigned-faults-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)  # PostgreSQL runs as somebody else
        prepared = args.prepared or Path(name) / "prepared"
        if not (prepared / "static").exists():
            prepared.mkdir()
            house.prepare(prepared)
        folder = args.folder or Path(name) / "run"
        folder.mkdir(parents=True, exist_ok=True)
        return _plant(args, folder, prepared) if args.mutants is not None else _run(args, folder, prepared)


def _run(args: argparse.Namespace, folder: Path, prepared: Path) -> int:
    size = running.FULL if args.full else running.NIGHTLY if args.nightly else running.USUAL
    changes = {name: getattr(args, name) for name in ("signs", "kills", "owed") if getattr(args, name) is not None}
    verdict = running.run(folder, prepared, args.seed or secrets.token_hex(4), dataclasses.replace(size, **changes))
    print(json.dumps(verdict, indent=1))
    _append(args.append, [verdict])
    return running.code(verdict)


def _plant(args: argparse.Namespace, folder: Path, prepared: Path) -> int:
    rows = planting.plant_all(folder, prepared, args.mutants)
    _append(args.append, rows)
    missed = [row["mistake"] for row in rows if not row["caught"]]
    print(f"{len(rows) - len(missed)} of {len(rows)} as expected" + (f"; not: {', '.join(missed)}" if missed else ""))
    return running.BROKEN if missed else running.KEPT


def _append(path: Path | None, rows: list[dict[str, object]]) -> None:
    if path:
        with path.open("a") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
