"""The walls of the house: which way imports run, who writes a status, what the environment may hold."""

import ast
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = [path for app in ("config", "petition", "signatories") for path in (ROOT / app).rglob("*.py")]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_the_house_has_its_rooms():
    for name in ("petition", "signatories", "config", "templates", "tests", "manage.py", "pyproject.toml"):
        assert (ROOT / name).exists()


def test_petition_never_imports_signatories_and_neither_app_imports_config():
    for path in CODE:
        app = path.relative_to(ROOT).parts[0]
        names = set(imported(path))
        if app == "petition":
            assert not [name for name in names if name.startswith("signatories")], path
        if app != "config" and "commands" not in path.parts:
            assert not [name for name in names if name.startswith("config")], path


FLOORS = [
    {
        *("addresses", "tokens", "reasons", "wordings", "countries"),
        *("names", "origins", "mail_server", "statuses", "sentences"),
    },
    {"levels"},
    {"models"},
    {"outbox", "account_mail", "limits", "organisations", "record", "consents"},
    {"evidence", "flags", "erasing", "reaching"},
    {"watch", "announce", "bounces", "team", "access_tokens"},
    {"vetting"},
    {"cases"},
    {"collecting", "signing", "codes", "own_data", "exporting", "roll", "batches", "press"},
    {"proving", "privacy", "retention", "webhooks"},
    {"vouching", "workmail"},
    {"invitations", "sampling", "embargo", "delivering"},
    {"methods", "health"},
    {"forms"},
    {"sample", "seeding", "backups", "dividing"},
    {"views", "desk", "api", "tasks", "admin", "templatetags", "urls", "management", "migrations", "apps"},
]


def test_signatories_imports_run_one_way():
    level = {name: floor for floor, names in enumerate(FLOORS) for name in names}
    house = ROOT / "signatories"
    for path in house.rglob("*.py"):
        room = path.relative_to(house).parts[0].removesuffix(".py")
        if room in {"__init__", "migrations"}:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "signatories":
                inside = (node.module or "").split(".")[1:2]
                for name in inside or [alias.name for alias in node.names]:
                    lower = level[name] < level[room]
                    top = level[room] == len(FLOORS) - 1  # urls compose what stands beside them
                    assert name == room or lower or top, f"{path}: {room} imports {name}"


def test_only_moves_writes_a_status():
    for path in CODE:
        if path.name == "moves.py" or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                assert not [t for t in targets if isinstance(t, ast.Attribute) and t.attr == "status"], path
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
                assert not [word for word in node.keywords if word.arg == "status"], path


def test_imports_stand_at_the_top():
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
                assert not inner, f"{path}:{node.lineno}"


def test_every_variable_stands_in_the_example_in_the_order_of_the_settings():
    read = re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "config/settings.py").read_text())
    example = re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert example == list(dict.fromkeys(read))


def test_templates_are_short_and_hold_no_inline_script_or_style():
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        assert text.count("\n") <= 150, path
        assert " style=" not in text, path
        assert not re.search(r"\son\w+=", text), path
        assert "<script>" not in text, path


def test_vendored_files_are_the_ones_that_are_listed():
    listing = ROOT / "static/vendor/FILES.txt"
    rows = [line.split() for line in listing.read_text().splitlines() if line and not line.startswith("#")]
    assert rows
    for *_, name, sha256 in rows:
        assert hashlib.sha256((ROOT / "static" / name).read_bytes()).hexdigest() == sha256, name


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_pins_name_no_address_and_no_folder_of_a_machine(name: str):
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
