"""The environment of `manage.py demo`: everything a first look needs, kept in `var/`."""

import secrets
from collections.abc import MutableMapping
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


def prepare_environment(environ: MutableMapping[str, str]) -> None:
    """Fill in what the settings need, unless it is set already.

    The demo's secret is made on its first start and kept in `var/`, so that links in the mails it sent
    still work after a restart; nothing but the demo ever makes a secret by itself.
    """
    environ.setdefault("DEMO", "1")
    environ.setdefault("LOG_LEVEL", "WARNING")  # what is printed says where to look first
    if "SECRET_KEY" not in environ:
        kept = Path(environ.get("VAR_DIR") or HERE / "var") / "demo-secret-key"
        kept.parent.mkdir(parents=True, exist_ok=True)
        if not kept.exists():
            kept.touch(mode=0o600)
            kept.write_text(secrets.token_urlsafe(48))
        environ["SECRET_KEY"] = kept.read_text()
