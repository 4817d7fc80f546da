"""What it takes to back up and restore a million signatures with the commands of docs/operate.md.

`python -m tests.servers --with postgres -- env DEMO=1 SECRET_KEY=bench VAR_DIR=… python -m bench.restore`
fills that PostgreSQL, backs it up, and restores it into another one, which waits for its disk.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.db import connection

from bench.record import live
from bench.roll import fill  # makes Django ready
from tests import servers

# What a signature of a real letter brings along: its mails, as after a year of sending.
MAILS = """
INSERT INTO signatories_mail (id, kind, key, signature_id, bulk, "to", details, state, send_after, attempts, times_sent,
  wrong_codes, problem, created_at, sent_at)
SELECT gen_random_uuid(), kind, kind || ':' || id || ':', id, false, '', '{}', 'sent', now(), 0, 1, 0, '', now(), now()
FROM signatories_signature CROSS JOIN (VALUES ('confirm'), ('receipt'), ('listed')) AS kinds (kind)
"""
BOUND = 600  # seconds, issue 5


def manage(*command: str, url: str) -> float:
    """Run a command of the manual on a database; return how many seconds it took."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "manage.py", *command], env=os.environ | {"DATABASE_URL": url}, check=True)
    return time.perf_counter() - began


def main() -> None:
    """Fill, back up, restore, print what each took, and write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    parser.add_argument("--output", type=Path, default=Path("var/bench-restore.json"))
    args = parser.parse_args()
    live(fill(args.signatures))
    with connection.cursor() as cursor:
        cursor.execute(MAILS)
        cursor.execute("SELECT pg_database_size(current_database()) / 1000000")
        figures = {"database, MB": float(cursor.fetchone()[0])}
    connection.close()
    with tempfile.TemporaryDirectory() as name, servers.postgres(durable=True) as empty:
        folder = Path(name) / "backup"
        figures["backup, s"] = manage("backup", str(folder), url=settings.DATABASE_URL)
        figures["backup, MB"] = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
        figures["restore, s"] = manage("restore", str(folder), url=empty.url)
    for what, value in figures.items():
        print(f"  {what:14} {value:12,.1f}")
    args.output.parent.mkdir(exist_ok=True)
    args.output.write_text(json.dumps(figures, indent=1))
    assert figures["restore, s"] < BOUND, f"a restore may take {BOUND} s"


if __name__ == "__main__":
    main()
