"""All that was promised, measured on an empty database: `python -m bench`, or `make bench`.

The parts run one after the other on one PostgreSQL, which waits for its disk, and one Redis; the first fills a letter
with a million signatures and the others find it. A part that fails is a row that says so, and the others go on.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from bench import FOLDER, serving, table
from tests import servers


@dataclass(frozen=True)
class Part:
    """One program of this folder.

    Attributes:
        name: of its module, and of the file it writes.
        targets: that it measures.
        words: what it is told, with `{n}` for the number of signatures.
        minutes: after which it is given up.
        as_shipped: whether it runs with the settings of production.
        alone: whether it fills a PostgreSQL and a Redis of its own.
    """

    name: str
    targets: tuple[int, ...] = ()
    words: str = ""
    minutes: float = 6
    as_shipped: bool = False
    alone: bool = False


# What writes signatures comes after what counts them.
PARTS = [
    Part("size", (10,), "--signatures {n}", minutes=8),  # it also fills the letter
    Part("roll", (7,), "--signatures {n} --times 9"),
    Part("desk", (8,), "--signatures {n}"),
    Part("tally", (5,), "--signatures {n}"),
    Part("export", (6,), "--signatures {n}", minutes=6),
    Part("page", (1,), "--signatures {n} --rounds 4", as_shipped=True),
    Part("front", (1,), "--signatures {n}", as_shipped=True),
    Part("sign", (2, 3), "--signatures {n} --rounds 4", as_shipped=True),
    Part("mailing", (4,), "--readers {mails}", minutes=6),
    Part("mixed", (9,), "--signatures {n} --minutes 2", minutes=15, as_shipped=True),
]
# Beyond the targets: each takes minutes.
MORE = [
    Part("record", (), "--signatures {n}", minutes=10),
    Part("collecting", minutes=10, alone=True),
    Part("delivery", minutes=10, alone=True),
    Part("restore", (), "--signatures {n}", minutes=30),
    Part("browser", minutes=10),  # needs Chromium
]
ENOUGH = 50_000  # readers of a mailing


def run(part: Part, env: Mapping[str, str], signatures: int) -> str:
    """Run a part to its end; return why it failed, or nothing."""
    (FOLDER / f"{part.name}.json").unlink(missing_ok=True)
    words = part.words.format(n=signatures, mails=min(signatures, ENOUGH)).split()
    # A session of its own: whatever it started ends with it.
    command = [sys.executable, "-m", f"bench.{part.name}", *words]
    if part.alone:
        command = [sys.executable, "-m", "tests.servers", "--with", "postgres,redis", "--", *command]
    process = subprocess.Popen(command, env=env, start_new_session=True)
    try:
        code = process.wait(part.minutes * 60)
        return "" if code == 0 else f"exit code {code}"
    except subprocess.TimeoutExpired:
        return f"not done after {part.minutes:g} minutes"
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a part and what it has left behind."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        time.sleep(1)
    process.wait()


def prepare(database: str, redis: str, folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Make the tables and collect the files; return the environment for looking into it, and the one of production."""
    shipped = serving.environ(database, folder) | {"REDIS_URL": redis, "DJANGO_SETTINGS_MODULE": "config.settings"}
    shipped |= {"LOG_LEVEL": "ERROR"}
    inside = os.environ | shipped | {"DEMO": "1", "SITE_URL": "", "ALLOWED_HOSTS": "", "TRUSTED_PROXIES": "0"}
    for command in ("migrate", "collectstatic --noinput"):
        words = [sys.executable, "manage.py", *command.split(), "--verbosity", "0"]
        subprocess.run(words, cwd=serving.ROOT, env=shipped, check=True)
    return inside, shipped


def machine(database: str) -> dict[str, Any]:
    """What it was measured on; no name of it."""
    with psycopg.connect(database) as link:
        postgresql = f"{link.info.server_version // 10_000}.{link.info.server_version % 10_000}"
    about = Path("/proc/cpuinfo")
    names = [line.partition(":")[2].strip() for line in about.read_text().splitlines() if "model name" in line]
    return {
        "processors": os.cpu_count(),
        "name": names[0] if names else platform.machine(),
        "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9,
        "python": platform.python_version(),
        "postgresql": postgresql,
    }


def measure(chosen: list[Part], signatures: int) -> dict[str, Any]:
    """Run the parts, say how long each took, and return all that goes into the file."""
    began, load, at = time.monotonic(), os.getloadavg()[0], f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    done, seconds = [], {}
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="undersigned-")))
        database = running.enter_context(servers.postgres(durable=True)).url
        redis = running.enter_context(servers.redis()).url
        inside, shipped = prepare(database, redis, folder)
        where = machine(database)
        for part in chosen:
            start = time.monotonic()
            failed = run(part, shipped if part.as_shipped else inside, signatures)
            seconds[part.name] = round(time.monotonic() - start)
            print(f"\n[{part.name}: {failed or 'done'}, {seconds[part.name]} s]", flush=True)
            done.append((part.name, part.targets, failed))
    whole = {"at": at, "signatures": signatures, "load": load, "machine": where, "parts": seconds}
    return {**whole, "seconds": round(time.monotonic() - began), "rows": table.rows(done), "known": table.known(done)}


def main() -> int:
    """Measure, print the table, write it to a file, and on request into the README; 1 if something failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    parser.add_argument("--only", help="parts with commas between, in this order")
    parser.add_argument("--all", action="store_true", help="also what no target stands for, which takes longer")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md and docs/scaling.md")
    args = parser.parse_args()
    known = {part.name: part for part in PARTS + MORE}
    if args.only and (unknown := set(args.only.split(",")) - set(known)):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    chosen = [known[name] for name in args.only.split(",")] if args.only else PARTS + (MORE if args.all else [])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results = measure(chosen, args.signatures)
    print(f"\n{table.show(results['rows'])}\n\n{results['seconds'] / 60:.1f} minutes in all; {table.RESULTS}")
    table.RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    if args.write:
        table.write(results)
    return 1 if any("failed" in row for row in results["rows"]) else 0


if __name__ == "__main__":
    sys.exit(main())
