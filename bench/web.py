"""How fast letters are read and signed: `python -m bench.web` measures the product beside a bare Django.

Both are served by gunicorn with the settings that are shipped and two workers, and measured in turn, so that a busy
moment of the machine hits both. PostgreSQL waits for its disk. What counts are the ratios.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.serving import ROOT, environ
from tests import servers

PARTS = ("page", "sign")


def main() -> None:
    """Make a database and run the parts on it; whatever they are told besides is handed on to them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS, action="append")
    args, more = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as name, servers.postgres(durable=True) as database:
        env = environ(database.url, Path(name))
        for command in ("migrate", "collectstatic --noinput"):
            words = [sys.executable, "manage.py", *command.split(), "--verbosity", "0"]
            subprocess.run(words, cwd=ROOT, env=env, check=True)
        for part in args.part or PARTS:
            words = [sys.executable, "-m", f"bench.{part}", *more]
            subprocess.run(words, env=env | {"DJANGO_SETTINGS_MODULE": "config.settings"}, check=True)


if __name__ == "__main__":
    main()
