"""The commands of docs/operate.md, so that tests do what a reader does."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def commands(heading: str) -> list[str]:
    """Return the lines of the blocks of code under a heading, one command each."""
    text = (ROOT / "docs/operate.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section, f"docs/operate.md has no {heading}"
    found = re.findall(r"^    (\S.*)$", section[1], re.MULTILINE)
    assert found, f"no command under {heading}"
    return found


def run(command: str, environ: dict[str, str], typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run one command in a shell, as a reader would in the folder of the installation."""
    line = command.replace(".venv/bin/python", sys.executable)
    return subprocess.run(
        ["sh", "-c", line],
        cwd=ROOT,
        env=environ,
        input=typed,
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
        start_new_session=True,  # no terminal: what asks for a password reads it from here
    )
