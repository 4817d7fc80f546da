"""What the tests run with; pytest loads this (`-p` in pyproject.toml) before Django reads its settings."""

import json
import os
import socket
import tempfile

folder = tempfile.TemporaryDirectory(prefix="undersigned-tests-")  # gone when the process ends
os.environ["DEBUG"] = "1"
os.environ.setdefault("VAR_DIR", folder.name)

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
