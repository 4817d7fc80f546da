"""What the tests run with; pytest loads this (`-p` in pyproject.toml) before Django reads its settings."""

import gc
import json
import os
import socket
import sys
import tempfile

folder = tempfile.TemporaryDirectory(prefix="undersigned-tests-")  # gone when the process ends
os.environ["DEBUG"] = "1"
os.environ.setdefault("VAR_DIR", folder.name)

# Processes that test at the same time have a broker and a cache each, or they would take each other's tasks.
if "REDIS_URL" in os.environ:
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{number}"

# Three processes would each compile all tests, and their own children our modules, where a container asks for no files.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

gc.disable()  # hardly anything of what is imported and collected goes away again


def pytest_collection_finish() -> None:
    """From now on the garbage collector looks at what the tests make, and no more at all that was there before."""
    gc.freeze()
    gc.enable()


# Where a test may start the server that is ORCID, GitHub and a campus log-in at once (tests/providers.py).
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    PROVIDERS_PORT = probe.getsockname()[1]
_providers = f"http://127.0.0.1:{PROVIDERS_PORT}"
_campus = {"id": "campus", "name": "Campus", "url": f"{_providers}/campus", "client_id": "us", "secret": "secret"}
os.environ["ORCID_URL"] = f"{_providers}/orcid"
os.environ["ORCID_API_URL"] = f"{_providers}/orcid-api"
os.environ["GITHUB_URL"] = _providers
os.environ["ORCID_CLIENT"] = os.environ["GITHUB_CLIENT"] = "us:secret"
os.environ["OIDC_PROVIDERS"] = json.dumps([_campus])
