"""Who of us speaks to other servers: a few named places, and addresses that signers typed by one of them only."""

import ast
from pathlib import Path

from tests.test_house import CODE, ROOT, imported

WIRES = {"aiohttp", "ftplib", "http.client", "httpx", "requests", "smtplib", "socket", "ssl", "telnetlib", "urllib3"}
WIRES |= {"urllib.request", "dns", "asyncio", "imaplib", "poplib", "xmlrpc", "subprocess"}
# The file and what it may import. Addresses that signers typed go through the first alone.
ALLOWED = {
    "signatories/evidence/fetching.py": {"http.client", "socket", "ssl"},  # the safe client
    "signatories/evidence/resolving.py": {"dns"},  # names, for it and for proofs in the DNS
    # The mail server of the settings.
    "signatories/account_mail.py": {"smtplib"},
    "signatories/mail_server.py": {"smtplib"},
    "signatories/outbox/sending.py": {"smtplib"},
    "signatories/bounces/mailboxes.py": {"imaplib", "ssl"},  # the mailbox of the settings
    "signatories/backups/databases.py": {"subprocess"},  # pg_dump and pg_restore
    "config/broker.py": {"socket"},  # the kinds of error it names
    "signatories/management/commands/doctor.py": {"socket"},  # the kinds of error it names
    "signatories/views/federated.py": {"requests"},  # errors of allauth, which asks the providers of the settings
}


def wires(path: Path) -> set[str]:
    names = set(imported(path))
    return {wire for wire in WIRES for name in names if name == wire or name.startswith(f"{wire}.")}


def test_only_named_places_speak_to_other_servers():
    found = {str(path.relative_to(ROOT)): wires(path) for path in CODE if wires(path)}
    assert found == ALLOWED


def test_nobody_imports_one_by_its_name_only_at_run_time():
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                assert name not in {"__import__", "import_module", "eval", "exec"}, f"{path}:{node.lineno}"
