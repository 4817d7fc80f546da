"""What it takes to back up and restore a million signatures with the commands of docs/operate.md.

`python -m tests.servers --with postgres -- env DEMO=1 SECRET_KEY=bench VAR_DIR=… python -m bench.restore`
fills that PostgreSQL, backs it up, and restores it into another one, which waits for its disk.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.db import connection

from bench import Figure, report
from bench.filling import fill  # makes Django ready
from tests import servers

BOUND = 600  # seconds in which a million are restored


def manage(*command: str, url: str) -> float:
    """Run a command of the manual on a database; return how many seconds it took."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "manage.py", *command], env=os.environ | {"DATABASE_URL": url}, check=True)
    return time.perf_counter() - began


def main() -> None:
    """Fill, back up, restore, print what each took, and write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    args = parser.parse_args()
    fill(args.signatures)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()) / 1000000")
        size = float(cursor.fetchone()[0])
    connection.close()
    with tempfile.TemporaryDirectory() as name, servers.postgres(durable=True) as empty:
        folder = Path(name) / "backup"
        backup = manage("backup", str(folder), url=settings.DATABASE_URL)
        kept = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
        restore = manage("restore", str(folder), url=empty.url)
    figures = [
        Figure("database", size, "MB"),
        Figure("backup", backup, "s"),
        Figure("backup", kept, "MB"),
        Figure("restore", restore, "s", most=BOUND * args.signatures / 1_000_000),
    ]
    report("restore", f"{args.signatures:,} signatures backed up and restored", figures)


if __name__ == "__main__":
    main()
