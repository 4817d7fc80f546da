"""What the tests run with; pytest loads this (`-p` in pyproject.toml) before Django reads its settings."""

import os
import tempfile

os.environ["DEBUG"] = "1"
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="undersigned-tests-"))
