# `make help` lists the targets.
PY := .venv/bin/python
UV ?= uv
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
PYTEST := $(PY) -m pytest
# `make test` is the main job, `make thorough` all the rest (CONTRIBUTING.md).
MAIN := tests/test_*.py
RACES := tests/postgres/test_races.py tests/postgres/test_worker.py
WALKS := tests/browser/test_walk.py tests/browser/test_story.py tests/browser/test_phone.py
REST := tests --ignore-glob="$(MAIN)" $(addprefix --ignore=,$(RACES))
# On all cores; whoever has nothing left to do takes over what waits at another.
AT_ONCE := --numprocesses auto --dist worksteal
# What a shell happens to export must not decide what the tests and checks run against.
ALONE := env -u DATABASE_URL -u REDIS_URL -u EMAIL_URL
# Containers export it to stay small; without compiled modules every process starts a second later.
unexport PYTHONDONTWRITEBYTECODE
# As in production. The secret is made on the spot; VAR_DIR keeps the check away from the demo's data.
PRODUCTION = env -i PATH="$$PATH" DEBUG=0 SITE_URL=https://letters.example.org ALLOWED_HOSTS=letters.example.org \
	VAR_DIR="$(CURDIR)/.venv/var" SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))')"

.PHONY: help demo test thorough check faults bench messages screenshots pins clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile

# In a terminal the demo takes the foreground for itself: Ctrl-C then reaches it and not make, which would report
# an interrupt however cleanly the demo ended.
define IN_FOREGROUND
import os, signal, sys
try:
    if os.tcgetpgrp(0) == os.getpgrp():
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
except OSError:
    pass  # no terminal
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
endef
export IN_FOREGROUND

demo: .venv/runtime ## run everything on this machine with a sample letter (HOST, PORT)
	@exec $(PY) -c "$$IN_FOREGROUND" manage.py demo

test: ## run the tests of the main job, in some minutes: on SQLite, on PostgreSQL and Redis, and in a browser
thorough: ## run all the other tests likewise, in a quarter to half an hour

test: ON_SQLITE :=
test: ON_POSTGRES := $(MAIN) $(RACES)
test: IN_BROWSER := $(WALKS)
thorough: ON_SQLITE := $(REST)
# Naming tests/postgres beside tests would not do: pytest drops a folder that lies in another one named.
thorough: ON_POSTGRES := $(REST) -o norecursedirs=".* tests/browser tests/faults"
thorough: IN_BROWSER := tests/browser $(addprefix --ignore=,$(WALKS))

# What asks for no database has run on SQLite already.
test thorough: .venv/development
	$(ALONE) $(PYTEST) $(AT_ONCE) $(ON_SQLITE)
	@if $(PY) -m tests.servers --missing postgres,redis; \
	then set -x; $(ALONE) $(PY) -m tests.servers --with postgres,redis -- $(PYTEST) $(AT_ONCE) -m database $(ON_POSTGRES); \
	else test "$$CI" != true; fi
	@if $(PY) -m tests.servers --missing chromium; \
	then set -x; $(ALONE) $(PYTEST) $(AT_ONCE) $(IN_BROWSER); \
	else test "$$CI" != true; fi

check: .venv/development ## lint, formatting, types, migrations, production settings
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PRODUCTION) $(PY) -m mypy config petition signatories
	@set -e; for check in "makemigrations --check --dry-run" "check --deploy --fail-level WARNING"; \
	do echo "manage.py $$check"; $(PRODUCTION) $(PY) manage.py $$check; done

# CI means that nothing may be left out.
faults: .venv/development ## break everything while people sign; FULL=1: 20,000 of them, and the planted mistakes
	@if $(PY) -m tests.servers --missing postgres,redis; \
	then set -xe; $(ALONE) $(PY) -m tests.faults $(if $(FULL),--full); \
		$(if $(FULL),$(ALONE) $(PY) -m tests.faults --mutants;) \
	else test "$$CI" != true; fi

bench: .venv/development ## measure what was promised, in less than twenty minutes (ARGS="--write", "--all", "--only page,sign")
	@if $(PY) -m tests.servers --missing postgres,redis; then set -x; $(ALONE) $(PY) -m bench $(ARGS); else test "$$CI" != true; fi

messages: .venv/development ## collect what is to be translated (needs gettext), and compile the catalogues in locale/
	$(ALONE) DEBUG=1 $(PY) manage.py messages

screenshots: .venv/development ## take pictures of every kind of page into var/screenshots (ARGS="--only ^desk")
	$(ALONE) $(PY) -m tests.browser.screenshots $(ARGS)

pins: ## renew the pinned requirements from pyproject.toml (needs uv)
	$(UV) pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 \
		--custom-compile-command "make pins" pyproject.toml -o requirements.txt
	$(UV) pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 \
		--custom-compile-command "make pins" pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt

clean: ## remove what make and the tools made; the data in var/ stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis staticfiles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps are written last, so an interrupted installation is simply done again.
.venv/made:
	@for python in python3.14 python3.13 python3.12 python3.11 python3; do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		found=$$python; \
		$$python -c 'import ensurepip, venv' 2>/dev/null || continue; \
		echo "Making .venv with $$($$python --version)"; \
		$$python -m venv --clear .venv && touch $@; exit; \
	done; \
	if [ -n "$$found" ]; then echo "$$found has no venv module: install it (Debian: apt install python3-venv)." >&2; \
	else echo "Python 3.11 or newer is needed and was not found (Debian: apt install python3-venv)." >&2; fi; exit 1

.venv/runtime: requirements.txt .venv/made
	@echo "Installing $<"
	@$(PIP_INSTALL) -r $< && touch $@

.venv/development: requirements-dev.txt .venv/made
	@echo "Installing $<"
	@$(PIP_INSTALL) -r $< && touch $@
