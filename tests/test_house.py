"""The walls of the house: which way imports run, who writes a status, what the environment may hold."""

import ast
import hashlib
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = [path for app in ("config", "petition", "signatories") for path in (ROOT / app).rglob("*.py")]


@dataclass
class Facts:
    """What the walls need to know of a file, each with its line."""

    imports: list[tuple[str, list[str]]] = field(default_factory=list)  # the module, and what is taken from it
    inside: list[int] = field(default_factory=list)  # imports in functions
    statuses: list[int] = field(default_factory=list)  # where one is written


@cache
def read(path: Path) -> Facts:
    facts, todo = Facts(), [(ast.parse(path.read_text()), False)]
    while todo:
        node, inside = todo.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            facts.imports += (
                [(node.module or "", names)] if isinstance(node, ast.ImportFrom) else [(n, []) for n in names]
            )
            facts.inside += [node.lineno] if inside else []
        elif _writes_a_status(node):
            facts.statuses.append(node.lineno)
        inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        todo += [(child, inside) for child in ast.iter_child_nodes(node)]
    return facts


def _writes_a_status(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        is_update = isinstance(node.func, ast.Attribute) and node.func.attr == "update"
        return is_update and any(word.arg == "status" for word in node.keywords)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return any(isinstance(target, ast.Attribute) and target.attr == "status" for target in targets)


def imported(path: Path) -> list[str]:
    return [module for module, _names in read(path).imports]


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
        for module, names in read(path).imports:
            if module.split(".")[0] == "signatories":
                for name in module.split(".")[1:2] or names:
                    lower = level[name] < level[room]
                    top = level[room] == len(FLOORS) - 1  # urls compose what stands beside them
                    assert name == room or lower or top, f"{path}: {room} imports {name}"


def test_only_moves_writes_a_status():
    for path in CODE:
        if path.name != "moves.py" and "migrations" not in path.parts:
            assert not read(path).statuses, path


def test_imports_stand_at_the_top():
    for path in CODE:
        assert not read(path).inside, path


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
