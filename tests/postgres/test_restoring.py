"""A backup is made and restored with the commands of docs/operate.md, on a cluster of its own."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from django.utils import timezone

from petition import lifecycle, news
from petition.models import Letter
from signatories import dividing, privacy, seeding, signing
from signatories.models import Mail, Signature, Suppression
from tests import manual, servers
from tests.conftest import LETTER, LINE

ROWS = 3000
# What restoring changes on purpose, or by being recorded.
CHANGED = {"signatories_mail", "signatories_accountmail", "petition_run"}


@pytest.fixture
def crowd(organiser: Any) -> Letter:
    """A letter with a few thousand names and their history."""
    letter = lifecycle.begin(owner=organiser, **{**LETTER, "slug": "crowded"})
    lifecycle.publish(letter, actor=organiser)
    seeding.seed(letter, number=ROWS)
    return letter


@pytest.fixture
def keep(tmp_path: Path, settings: Any) -> Iterator[dict[str, str]]:
    """The environment of the machine that is backed up."""
    at = connection.settings_dict
    settings.DELIVERY_DIR.parent.mkdir(exist_ok=True)
    return os.environ | {
        "DATABASE_URL": f"postgres://{at['USER']}@{at['HOST']}:{at['PORT']}/{at['NAME']}",
        "VAR_DIR": str(settings.DELIVERY_DIR.parent),
        "BACKUP": str(tmp_path / "backup"),
        "FORGOTTEN": str(tmp_path / "forgotten"),
    }


@pytest.fixture(scope="module")
def cluster() -> Iterator[dict[str, str]]:
    """An empty cluster, as its own user postgres sees it."""
    with servers.postgres(superuser="postgres") as server:
        host, _, port = server.url.rpartition("@")[2].partition("/")[0].partition(":")
        yield {"PGHOST": host, "PGPORT": port, "PGUSER": "postgres", "PGDATABASE": "postgres"}


@pytest.fixture
def empty(tmp_path: Path, keep: dict[str, str], cluster: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of the machine on which it is restored: with the keys, the backup, and the empty cluster."""
    address = f"{cluster['PGHOST']}:{cluster['PGPORT']}"
    url = f"postgres://undersigned:secret@{address}/undersigned"
    yield keep | cluster | {"DATABASE_URL": url, "VAR_DIR": str(tmp_path / "other")}
    with psycopg.connect(f"postgres://postgres@{address}/postgres", autocommit=True) as link:
        link.execute("DROP DATABASE IF EXISTS undersigned WITH (FORCE)")
        link.execute("DROP ROLE IF EXISTS undersigned")


def back_up(environ: dict[str, str]) -> None:
    for command in manual.commands("Back up"):
        done = manual.run(command, environ)
        assert done.returncode == 0, done.stderr


def restore(environ: dict[str, str]) -> dict[str, str]:
    """Do what the manual says; return what each command said."""
    said = {}
    for command in manual.commands("Restore on an empty machine"):
        done = manual.run(command, environ, typed="secret\nsecret\n")
        assert done.returncode == 0 or command.endswith("doctor"), done.stderr  # no broker, no style sheets
        said[command.partition("manage.py ")[2].partition(" ")[0]] = done.stdout + done.stderr
    return said


def everything(url: str) -> dict[str, Any]:
    """A hash of each table's rows, and what the database itself watches over."""
    with psycopg.connect(url) as link:

        def rows(query: str) -> list[Any]:
            return link.execute(query).fetchall()  # type: ignore[arg-type]

        tables = [name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        content = "SELECT md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), count(*) FROM {} t"
        # By name where PostgreSQL words a condition anew each time it reads one.
        guards = "SELECT conrelid::regclass::text, conname, contype::text, convalidated FROM pg_constraint"
        return {
            "rows": {name: rows(content.format(name)) for name in sorted(tables)},
            "triggers": rows("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"),
            "constraints": rows(f"{guards} WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"),
            "indexes": rows("SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2"),
            "sequences": rows(
                "SELECT sequencename, last_value FROM pg_sequences "
                "WHERE sequencename <> 'petition_run_id_seq' ORDER BY 1"
            ),
        }


def test_everything_is_there_afterwards_and_as_well_guarded(crowd, delivered, keep, empty):
    back_up(keep)
    before = everything(keep["DATABASE_URL"])
    said = restore(empty)
    after = everything(empty["DATABASE_URL"])
    for table in before["rows"]:
        if table.removesuffix(f"_{dividing.OTHERS}") not in CHANGED:
            assert before["rows"][table] == after["rows"][table], table
    for what in ("triggers", "constraints", "indexes", "sequences"):
        assert before[what] == after[what], what
    assert len(before["triggers"]) >= 10
    assert before["rows"]["signatories_signatureevent"][0][1] > ROWS * 0.9
    assert f"{ROWS + 4:,} signatures" in said["restore"]
    for line in ("ok     database", "ok     public record", "mails are held since a restore"):
        assert line in said["doctor"]
    with psycopg.connect(empty["DATABASE_URL"]) as link, pytest.raises(psycopg.IntegrityError, match="never changed"):
        link.execute("UPDATE signatories_signatureevent SET reason = 'other'")


def test_the_delivered_bundle_is_there_and_for_its_owner_only(delivered, keep, empty):
    back_up(keep)
    restore(empty)
    stored = Path(keep["VAR_DIR"], "deliveries"), Path(empty["VAR_DIR"], "deliveries")
    was, now = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in stored)
    assert was == now
    assert len(was) == 1
    private = [Path(empty["BACKUP"]), *Path(empty["BACKUP"]).rglob("*"), *stored[1].iterdir()]
    assert not [path for path in private if path.stat().st_mode & 0o077 and "database" not in path.parts]


def test_what_is_backed_up_while_people_sign_is_one_moment(letter, keep, empty):
    over = threading.Event()

    def sign() -> None:
        number = 0
        while not over.is_set():
            signing.sign(letter, address=f"signer{number}@example.com", typed=LINE)
            number += 1
        connections.close_all()

    signer = threading.Thread(target=sign)
    signer.start()
    try:
        back_up(keep)
    finally:
        over.set()
        signer.join(30)
    restore(empty)
    with psycopg.connect(empty["DATABASE_URL"]) as link:
        query = "SELECT count(*), count(m.id) FROM signatories_signature s "
        query += "LEFT JOIN signatories_mail m ON m.signature_id = s.id"
        signatures, mails = link.execute(query).fetchone() or (0, 0)
    assert 0 < signatures == mails
    assert signatures < Signature.objects.count()


def test_nobody_is_mailed_twice_and_a_mailing_under_way_is_held_whole(letter, confirmed, organiser, keep, empty):
    for number in range(3):
        confirmed(f"reader{number}@example.com", updates=True)
    Mail.objects.update(state="sent", sent_at=timezone.now())
    signing.sign(letter, address="waits@example.com", typed=LINE)
    news.publish(news.write(letter, title="News", body="So far.", by=organiser))
    back_up(keep)
    assert "4 mails were owed" in restore(empty)["restore"]
    with psycopg.connect(empty["DATABASE_URL"]) as link:
        due = link.execute("SELECT count(*) FROM signatories_mail WHERE state = 'owed' AND send_after < '8000-01-01'")
        assert due.fetchone() == (0,)


def test_who_left_after_the_backup_leaves_again(letter, confirmed, listed, keep, empty):
    left, stays = listed(confirmed("left@example.com", name="Gone Gwen")), listed(confirmed("stays@example.com"))
    first, second = manual.commands("Back up")
    assert manual.run(first, keep).returncode == 0
    privacy.withdraw(left)
    Suppression.objects.create(address_hash=stays.address_hash)
    assert manual.run(second, keep).returncode == 0
    assert "Gwen" not in Path(keep["FORGOTTEN"]).read_text()
    assert "1 were forgotten again" in restore(empty)["forget_again"]
    with psycopg.connect(empty["DATABASE_URL"]) as link:
        rows = link.execute("SELECT id, status, name, address FROM signatories_signature ORDER BY id").fetchall()
        assert rows[0] == (left.pk, "withdrawn", "", "")
        assert rows[1][1] == "listed"
        assert link.execute("SELECT count(*) FROM signatories_suppression").fetchone() == (1,)
