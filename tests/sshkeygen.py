"""The real ssh-keygen, as a signer uses it."""

import os
import shutil
import subprocess
from pathlib import Path

KEYGEN = shutil.which("ssh-keygen") or "ssh-keygen"
MISSING = shutil.which("ssh-keygen") is None
CI = os.environ.get("CI") == "true"  # where nothing is left out


class Hand:
    """A signer's own machine, with a key of some kind."""

    def __init__(self, folder: Path, kind: str, *options: str) -> None:
        self.folder, self.key = folder, folder / f"id_{kind}{''.join(options)}"
        self.run("-q", "-t", kind, *options, "-N", "", "-C", "ada@home", "-f", str(self.key))

    def run(self, *args: str) -> str:
        done = subprocess.run([KEYGEN, *args], cwd=self.folder, capture_output=True, text=True, check=True)
        return done.stdout

    @property
    def public(self) -> str:
        return self.key.with_suffix(".pub").read_text()

    @property
    def fingerprint(self) -> str:
        return self.run("-l", "-f", str(self.key)).split()[1]

    def sign(self, name: str, text: bytes, namespace: str) -> str:
        (self.folder / name).write_bytes(text)
        (self.folder / f"{name}.sig").unlink(missing_ok=True)
        self.run("-Y", "sign", "-n", namespace, "-f", str(self.key), name)
        return (self.folder / f"{name}.sig").read_text()
