"""The mailbox of what comes back is read, and each message goes once it is dealt with."""

import io
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import call_command
from django.db import OperationalError, connection

from config import env
from signatories import bounces, tasks
from signatories.models import Mail
from tests import imap, returned


@pytest.fixture(autouse=True)
def _return_address(settings) -> None:
    settings.BOUNCE_ADDRESS = returned.ADDRESS


@pytest.fixture
def sent(post_sign, deliver):
    """Two mails, as they left."""
    post_sign("ada@example.com")
    post_sign("eve@example.com")
    return deliver()


@pytest.fixture
def read_from(monkeypatch, settings):
    """Set up the mailbox by its address, as the environment does."""

    def set_up(url: str) -> None:
        monkeypatch.setenv("BOUNCE_MAILBOX", url)
        settings.BOUNCE_MAILBOX = env.mailbox("BOUNCE_MAILBOX")

    return set_up


def back(sent: Any, name: str = "postfix") -> bytes:
    return returned.message(name, returned.sender(sent))


def test_a_maildir_is_read_and_each_message_deleted(sent, read_from, tmp_path):
    away = back(sent[1], "away_vacation")
    box = returned.maildir(tmp_path / "Maildir", back(sent[0]), away, back(sent[1], "qmail"), b"", b"\xff" * 500_000)
    read_from(f"maildir://{tmp_path}/Maildir")
    tasks.read_bounces()
    assert len(box) == 0
    assert set(Mail.objects.values_list("state", flat=True)) == {"failed"}


def test_an_imap_mailbox_is_read_and_each_message_deleted(sent, read_from):
    with imap.server() as box:
        box.put(back(sent[0], "exchange"), b"rubbish\r\n", back(sent[1], "gmail"))
        read_from(box.url())
        assert bounces.read() == 3
        assert box.messages == {}
        assert box.asked[-1] == "LOGOUT"
    assert sorted(Mail.objects.values_list("returned", flat=True)) == ["5.1.10", "5.2.1"]


def test_a_message_that_is_not_committed_stays(sent, read_from):
    def away(*_: Any) -> None:
        raise OperationalError

    with imap.server() as box:
        box.put(b"rubbish\r\n", back(sent[0]))
        read_from(box.url())
        with connection.execute_wrapper(away), pytest.raises(OperationalError):
            bounces.read()
        assert list(box.messages.values()) == [back(sent[0])]
        assert bounces.read() == 1


def test_a_message_that_overtook_our_note_stays_for_the_next_time(sent, read_from, tmp_path):
    box = returned.maildir(tmp_path / "Maildir", back(sent[0]))
    read_from(f"maildir://{tmp_path}/Maildir")
    Mail.objects.update(state="owed", times_sent=0)
    assert bounces.read() == 0
    Mail.objects.update(state="sent", times_sent=1)
    assert (bounces.read(), len(box)) == (1, 0)


def test_where_nothing_is_set_up_nothing_is_read(settings):
    settings.BOUNCE_MAILBOX = {}
    assert (bounces.read(), bounces.problem()) == (0, "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda box: box.url(password="wrong"), "who are you"),
        (lambda box: box.url().replace("INBOX", "no%22such"), "no such folder"),
        (lambda box: box.url("imaps"), "SSL"),
        (lambda box: "maildir:///no/such/folder", "no Maildir"),
    ],
)
def test_the_doctor_says_why_the_mailbox_cannot_be_read(db: None, read_from, capsys, change, said: str):
    with imap.server() as box:
        read_from(change(box))
        assert bounces.read() == 0
        with pytest.raises(SystemExit):
            call_command("doctor")
    line = next(line for line in capsys.readouterr().out.splitlines() if "comes back" in line)
    assert "wrong" in line.split()
    assert said in line
    assert "p@ss word" not in line


def test_a_server_that_hangs_up_is_asked_again_next_time(sent, read_from):
    with imap.server() as box:
        box.put(back(sent[0]))
        read_from(box.url())
        box.silent = True
        assert bounces.read() == 0
        box.silent = False
        assert bounces.read() == 1


def test_over_tls_the_certificate_is_checked(sent, read_from, tmp_path, monkeypatch):
    with imap.server(_tls(tmp_path)) as box:
        box.put(back(sent[0]))
        read_from(box.url("imaps"))
        assert "CERTIFICATE_VERIFY_FAILED" in bounces.problem()
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        assert bounces.problem() == ""
        assert bounces.read() == 1


def _tls(folder: Path) -> ssl.SSLContext:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "certificate.pem").write_bytes(pem)
    (folder / "both.pem").write_bytes(pem + key.private_bytes(serialization.Encoding.PEM, *form))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context


def piped(monkeypatch, raw: bytes, *arguments: str) -> int:
    """Hand a message to the command as a mail server does; return its exit code."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    with pytest.raises(SystemExit) as ended:
        call_command("bounce", *arguments)
    return int(str(ended.value.code))


def test_a_mail_server_pipes_a_message_into_the_command(sent, monkeypatch, capsys):
    assert piped(monkeypatch, back(sent[0]) + b"x" * 1_000_000) == 0
    assert capsys.readouterr().out == "The mail is marked as not delivered.\n"
    assert piped(monkeypatch, back(sent[0])) == 0
    assert piped(monkeypatch, b"\x00\xff rubbish") == 0
    assert piped(monkeypatch, returned.message("postfix", "you"), "--recipient", returned.sender(sent[1])) == 0
    assert Mail.objects.filter(state="failed").count() == 2


def test_the_mail_server_tries_again_when_the_mail_is_still_being_sent(sent, monkeypatch):
    Mail.objects.update(state="owed", times_sent=0)
    assert piped(monkeypatch, back(sent[0])) == 75


def test_the_mail_server_tries_again_when_the_database_is_away(sent, tmp_path, settings):
    environ = {"DEBUG": "1", "VAR_DIR": str(tmp_path), "BOUNCE_ADDRESS": returned.ADDRESS}
    environ |= {"SECRET_KEY": settings.SECRET_KEY, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    command = [sys.executable, "manage.py", "bounce"]
    root = Path(__file__).resolve().parents[2]
    ran = subprocess.run(command, cwd=root, env=environ, input=back(sent[0]), capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (75, b"Try again later: OperationalError\n")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOUNCE_MAILBOX", "imap://user:password@mail.example.org/INBOX"),
        ("BOUNCE_MAILBOX", "imaps://mail.example.org/INBOX"),
        ("BOUNCE_MAILBOX", "maildir://relative/folder"),
        ("BOUNCE_MAILBOX", "pop3://user:password@mail.example.org"),
        ("BOUNCE_ADDRESS", "bounces"),
        ("BOUNCE_ADDRESS", "bounces+x@letters.example.org"),
        ("BOUNCE_ADDRESS", "a-very-long-address@letters.example.org"),
        ("BOUNCE_ADDRESS", "bounces@letters.example.org, x@example.org"),
    ],
)
def test_a_return_address_or_mailbox_that_cannot_work_is_refused_in_words(monkeypatch, name: str, value: str):
    monkeypatch.setenv(name, value)
    with pytest.raises(env.ImproperlyConfigured, match=name):
        (env.mailbox if name == "BOUNCE_MAILBOX" else env.bounce_address)(name)
