"""What lies in deploy/ shows nobody what is not theirs."""

import os
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("path", [".env", ".git", "var", "undersigned.sqlite3", "undersigned.sqlite3-wal"])
def test_no_key_and_no_data_of_an_installation_goes_into_an_image(path):
    left_out = (ROOT / ".dockerignore").read_text().splitlines()
    assert any(fnmatch(path, pattern.removeprefix("**/")) for pattern in left_out)


@pytest.mark.parametrize(("unit", "bound"), [(True, "127.0.0.1:8123"), (False, "0.0.0.0:8123")])
def test_beside_a_proxy_on_the_same_machine_nobody_else_reaches_the_web_server(unit, bound):
    """Whoever passes the proxy could say in X-Forwarded-For who they are, as often as they like."""
    lines = (ROOT / "deploy/undersigned@.service").read_text().splitlines()
    given = [line.partition("=")[2] for line in lines if line.startswith("Environment=")] if unit else []
    environ = {"PATH": os.environ["PATH"], "PORT": "8123", "GUNICORN_CMD_ARGS": "--print-config"}
    environ |= dict(line.split("=", 1) for line in given) | {"SITE_URL": "http://127.0.0.1:8123", "DEBUG": "1"}
    done = subprocess.run(
        ["sh", ROOT / "deploy/run", "web"], env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    found = next((line for line in done.stdout.splitlines() if line.startswith("bind ")), done.stderr)
    assert bound in found
