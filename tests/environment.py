"""What the tests run with; pytest loads this (`-p` in pyproject.toml) before Django reads its settings."""

import os

os.environ["DEBUG"] = "1"
