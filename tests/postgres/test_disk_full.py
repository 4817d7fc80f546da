"""The volume of the database is full: nobody gets an error or half a signature, and it goes on once there is room."""

import http.client
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from tests import migrated, servers
from tests.postgres.processes import ROOT, WEB, Website, until

SIZE = 112  # MB; a cluster with the tables takes 45
SLUG = "models-for-defenders"
FURNISH = """
import django
django.setup()
from pathlib import Path
from petition import letterfile, lifecycle
from petition.models import User
owner = User.objects.create_user("owner@example.org")
lifecycle.publish(lifecycle.begin(owner=owner, **letterfile.read(Path("demo/letter.md"))))
"""


@pytest.fixture
def volume() -> Iterator[Path]:
    """A small volume of its own, where PostgreSQL may go, which runs as somebody else."""
    with tempfile.TemporaryDirectory(prefix="undersigned-volume-") as name:
        folder = Path(name) / "small"
        folder.mkdir()
        folder.parent.chmod(0o755)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(folder)]
        if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("Not run: a small volume for the database has to be mounted, which only root may do")
        yield folder
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


class Site:
    """A web server on a PostgreSQL that lies on the small volume."""

    def __init__(self, url: str, volume: Path, var: Path) -> None:
        self.url, self.ballast, self.port, self.number = url, volume / "ballast", servers.free_port(), 0
        self.environ = os.environ | {"DATABASE_URL": url, "VAR_DIR": str(var), "LOG_LEVEL": "CRITICAL"}
        self.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

    def sign(self) -> http.client.HTTPResponse:
        """Sign with another mailbox each time."""
        self.number += 1
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        form = {"name": "Ada", "email": f"signer{self.number}@example.com", "discipline": "cryptography"}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        link.request("POST", f"/letters/{SLUG}/sign/", urlencode(form), headers)
        return link.getresponse()

    def fill_up(self) -> None:
        """Leave no room on the volume."""
        with self.ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                return

    def make_room(self) -> None:
        self.ballast.unlink()

    def rows(self, query: str) -> list[Any]:
        with psycopg.connect(self.url) as link:
            return link.execute(query).fetchall()  # type: ignore[arg-type]

    def halves(self) -> list[Any]:
        """Signatures without their mail, and mails without a knock."""
        return self.rows(
            "SELECT s.id FROM signatories_signature s LEFT JOIN signatories_mail m ON m.signature_id = s.id "
            "LEFT JOIN signatories_knock k ON k.mail_id = m.id WHERE k.id IS NULL"
        )


@contextmanager
def site(volume: Path, var: Path) -> Iterator[tuple[Site, Callable[[], None]]]:
    """Run it; the second thing starts PostgreSQL again where it has ended, as its supervisor does."""
    port = servers.free_port()
    with ExitStack() as running:
        database = running.enter_context(servers.postgres(on=volume, durable=True, segment=1, port=port))
        here = Site(database.url, volume, var)

        def supervise() -> None:
            if database.process.poll() is not None:
                running.enter_context(servers.postgres(on=volume, durable=True, port=port))

        migrated.pour_into(database.url)
        subprocess.run([sys.executable, "-c", FURNISH], cwd=ROOT, env=here.environ, check=True)
        command = [sys.executable, "-m", *WEB, f"127.0.0.1:{here.port}"]
        web = subprocess.Popen(command, cwd=ROOT, env=here.environ, stderr=subprocess.DEVNULL)
        try:
            until(Website(here.port).answers, 60)
            yield here, supervise
        finally:
            web.kill()
            web.wait()


def test_while_the_volume_is_full_signing_answers_503_and_goes_on_by_itself_when_there_is_room(volume, tmp_path):
    with site(volume, tmp_path / "var") as (here, _):
        answers = [here.sign()]
        here.fill_up()
        while answers[-1].status == 303:  # what a table still has room for is taken
            answers.append(here.sign())
        answers += [here.sign() for _ in range(10)]
        assert {answer.status for answer in answers} == {303, 503}
        assert {answer.headers["Retry-After"] for answer in answers if answer.status == 503} == {"2"}
        here.make_room()
        answers += [here.sign() for _ in range(5)]
        assert [answer.status for answer in answers[-5:]] == [303] * 5
        accepted = sum(answer.status == 303 for answer in answers)
        assert here.rows("SELECT count(*) FROM signatories_signature") == [(accepted,)]
        assert here.halves() == []


def test_when_the_log_of_the_database_finds_no_room_it_comes_back_with_all_that_was_accepted(volume, tmp_path):
    with site(volume, tmp_path / "var") as (here, supervise):
        answers = [here.sign() for _ in range(5)]
        here.fill_up()
        with pytest.raises(psycopg.OperationalError), psycopg.connect(here.url) as link:
            # As much as a busy day writes: PostgreSQL gives up when it cannot write its log.
            link.execute("SELECT pg_logical_emit_message(true, '', repeat('x', 500000)) FROM generate_series(1, 1000)")
        answers += [here.sign() for _ in range(3)]
        assert {answer.status for answer in answers} <= {303, 503}
        here.make_room()
        until(lambda: supervise() or here.sign().status == 303, 60)
        assert here.rows("SELECT count(*) FROM signatories_signature")[0][0] >= 6
        assert here.halves() == []
