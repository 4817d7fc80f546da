"""What the tests run with; pytest loads this (`-p` in pyproject.toml) before Django reads its settings."""

import os
import tempfile

folder = tempfile.TemporaryDirectory(prefix="undersigned-tests-")  # gone when the process ends
os.environ["DEBUG"] = "1"
os.environ.setdefault("VAR_DIR", folder.name)
