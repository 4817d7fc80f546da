"""A backup is made, and refused where it does not fit. With PostgreSQL: tests/postgres/test_restoring.py."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from signatories import access_tokens, backups, privacy, signing, tokens, webhooks
from signatories.models import Mail, Signature
from tests.conftest import LINE

ROOT = Path(__file__).resolve().parents[2]


# On an installation of its own, because a backup needs a file and commits. The bundle is only copied, so any bytes do.
FURNISH = """
import sys
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from petition import lifecycle
from petition.models import User
from signatories import signing, tokens
from tests.conftest import LETTER, LINE
letter = lifecycle.begin(owner=User.objects.create_user("olive@example.org"), **LETTER)
lifecycle.publish(letter)
for name in ("ada", "zoe"):
    owed = signing.sign(letter, address=f"{name}@example.com", typed=LINE)
settings.DELIVERY_DIR.mkdir()
(settings.DELIVERY_DIR / "one.zip").write_bytes(b"a bundle")
call_command("backup", sys.argv[1])
"""


@pytest.fixture(scope="module")
def original(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a small installation on SQLite."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has tests of its own")
    folder = tmp_path_factory.mktemp("backed-up")
    with django_db_blocker.unblock(), closing(sqlite3.connect(folder / "undersigned.sqlite3")) as copy:
        connection.ensure_connection()
        connection.connection.backup(copy)  # the tables, without migrating once more
    done = elsewhere(folder, "-c", FURNISH, str(folder / "backup"))
    assert done.returncode == 0, done.stderr
    return folder / "backup"


@pytest.fixture
def backup(original: Path, tmp_path: Path) -> Path:
    return shutil.copytree(original, tmp_path / "backup")


def elsewhere(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python on another installation."""
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environ |= {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings"}
    line = [sys.executable, *command]
    return subprocess.run(line, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False)


def test_sqlite_is_restored_with_its_bundles_and_guards_and_not_over_data(db, backup, tmp_path):
    done = elsewhere(tmp_path / "other", "manage.py", "restore", str(backup))
    assert "2 signatures" in done.stdout, done.stderr
    assert "2 mails were owed" in done.stdout
    assert (tmp_path / "other" / "deliveries" / "one.zip").read_bytes() == b"a bundle"
    with closing(sqlite3.connect(tmp_path / "other" / "undersigned.sqlite3")) as link:
        assert link.execute("SELECT count(*) FROM petition_letterevent").fetchone()[0] > 0
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            link.execute("DELETE FROM petition_letterevent")
    again = elsewhere(tmp_path / "other", "manage.py", "restore", str(backup))
    assert again.returncode == 1
    assert "not empty" in again.stderr


def test_a_damaged_backup_is_refused(db, backup):
    stored = next((backup / "deliveries").iterdir())
    stored.write_bytes(stored.read_bytes()[:-1])
    with pytest.raises(CommandError, match=f"damaged.*{stored.name}"):
        call_command("restore", str(backup))


def test_another_key_another_release_and_another_database_are_refused(db, backup, settings):
    about = json.loads((backup / "backup.json").read_text())
    for change, said in [
        ({"rows": {}}, "not empty"),
        ({"database": "postgresql"}, "is of postgresql"),
        ({"migrations": [["petition", "9999_of_next_year"]]}, "another release"),
        ({"format": "undersigned-backup-9"}, "another version"),
    ]:
        (backup / "backup.json").write_text(json.dumps(about | change))
        with pytest.raises(CommandError, match=said):
            call_command("restore", str(backup))
    (backup / "backup.json").write_text(json.dumps(about))
    settings.ADDRESS_KEY = "another"
    with pytest.raises(CommandError, match="another ADDRESS_KEY"):
        call_command("restore", str(backup))


def test_what_is_no_backup_is_said(tmp_path):
    with pytest.raises(CommandError, match="holds no backup"):
        call_command("restore", str(tmp_path))
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(tmp_path))


def test_no_key_and_no_name_of_a_key_is_in_a_backup(db, backup, settings):
    for path in backup.rglob("*"):
        if path.is_file():
            assert settings.SECRET_KEY.encode() not in path.read_bytes()


def test_a_code_that_was_sent_after_the_backup_is_taken_and_the_mail_comes_again_on_request(letter, deliver):
    owed = signing.sign(letter, address="ada@example.com", typed=LINE)
    assert backups.hold(timezone.now() - timedelta(hours=2)) == 1
    assert deliver() == []
    signing.send_again(owed.pk)
    assert len(deliver()) == 1
    Mail.objects.update(state="owed")
    backups.hold(timezone.now())
    assert signing.confirm(owed.pk, tokens.code(owed.pk), in_tab=True).just_now


def test_held_mail_is_sent_or_let_go_as_somebody_decides(letter, deliver, capsys):
    for name in ("ada", "zoe"):
        signing.sign(letter, address=f"{name}@example.com", typed=LINE)
        backups.hold(timezone.now())
        call_command("held_mail")
        call_command("held_mail", "--send" if name == "ada" else "--let-go")
        deliver()
    assert [message.to for message in deliver()] == [["ada@example.com"]]
    assert "Please confirm" in capsys.readouterr().out
    assert not backups.held().exists()


def test_who_left_is_on_the_list_without_a_name_and_leaves_again_without_a_mail(letter, confirmed, tmp_path):
    gone = confirmed("gone@example.com", name="Gone Gwen")
    before = Mail.objects.count()
    listing = tmp_path / "forgotten"
    listing.write_text(json.dumps({"signature": str(gone.pk), "status": "withdrawn"}) + "\n")
    call_command("forget_again", str(listing))
    assert Signature.objects.get().name == ""
    assert Mail.objects.count() == before
    call_command("forgotten", str(listing))
    assert str(gone.pk) in listing.read_text()
    assert gone.address_hash not in listing.read_text()
    call_command("forget_again", str(listing))


PK = "01a22600-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "line",
    [
        *("nonsense", "[]", "7", "{}", '{"signature": "x"}', '{"signature": null}'),
        *('{"not_me": "x"}', '{"declined": 1}'),
        *(f'{{"signature": "{PK}"}}', f'{{"signature": "{PK}", "status": "listed"}}'),
        *(f'{{"taken_back": "{PK}"}}', f'{{"taken_back": "{PK}", "purpose": "name", "door": "mail"}}'),
    ],
)
def test_what_is_no_list_of_who_left_is_said(db, tmp_path, line):
    (tmp_path / "list").write_text(line)
    with pytest.raises(CommandError, match="is not a list"):
        call_command("forget_again", str(tmp_path / "list"))


def test_who_disowned_a_signature_before_confirming_is_forgotten_again_too(letter, tmp_path):
    signing.sign(letter, address="ada@example.com", typed=LINE)
    privacy.disown(Signature.objects.get(), no_more_mail=True)
    call_command("forgotten", str(tmp_path / "list"))
    lines = (tmp_path / "list").read_text().splitlines()
    assert [sorted(json.loads(line)) for line in lines] == [["signature", "status"], ["no_more_mail"]]


def test_a_restored_backup_tells_no_program_anything_and_lets_none_in(letter, organiser):
    hook, _ = webhooks.make(letter, url="https://hooks.example.org/", events=["letter.milestone"], by=organiser)
    _, secret = access_tokens.issue(organiser, name="x", scopes=["read"], days=7)
    webhooks.test(hook)
    backups.hold(timezone.now())
    hook.refresh_from_db()
    assert (hook.off_why, hook.deliveries.get().state) == ("restored", "failed")
    assert access_tokens.recognise(secret) is None


def test_a_log_in_that_was_ended_after_the_backup_is_over(letter, organiser, at_desk):
    browser = at_desk(organiser)
    assert browser.get("/desk/").status_code == 200
    backups.hold(timezone.now())
    assert browser.get("/desk/").status_code == 302
