"""The command line of the harness: exit code 0 where every promise was kept, 1 where not, 3 where the run is void."""

import argparse
import dataclasses
import json
import secrets
import sys
import tempfile
from pathlib import Path

from tests.faults import house, running


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", default="", help="default: another one every time")
    parser.add_argument("--full", action="store_true", help="20,000 signatures under 100 kills")
    parser.add_argument("--nightly", action="store_true", help="200,000 signatures under 1,000 kills")
    parser.add_argument("--signs", type=int, help="so many signatures instead")
    parser.add_argument("--kills", type=int, help="so many kills instead")
    parser.add_argument("--folder", type=Path, help="keep logs, journals and verdict here; default: a temporary one")
    parser.add_argument("--prepared", type=Path, help="keep the migrated cluster here and use it again")
    args = parser.parse_args()
    size = running.FULL if args.full else running.NIGHTLY if args.nightly else running.USUAL
    changes = {name: getattr(args, name) for name in ("signs", "kills") if getattr(args, name) is not None}
    size = dataclasses.replace(size, **changes)
    seed = args.seed or secrets.token_hex(4)
    with tempfile.TemporaryDirectory(prefix="undersigned-faults-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        prepared = args.prepared or Path(name) / "prepared"
        if not (prepared / "static").exists():
            prepared.mkdir()
            house.prepare(prepared)
        folder = args.folder or Path(name) / "run"
        folder.mkdir(parents=True, exist_ok=True)
        verdict = running.run(folder, prepared, seed, size)
    print(json.dumps(verdict, indent=1))
    return running.code(verdict)


if __name__ == "__main__":
    sys.exit(main())
