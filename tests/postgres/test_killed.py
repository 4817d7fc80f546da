"""Whoever writes a list, a copy or a bundle is killed: no half file is public, and the next one does it whole."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.utils import timezone

from petition import lifecycle
from petition.delivery import bundling
from petition.models import Bundle, Letter
from signatories import delivering, seeding
from signatories.models import Export
from tests import servers
from tests.postgres.processes import ROOT, WEB, Website, running, until

ROWS = 20_000
SLUG = "keep-the-lights-on"
DJANGO = "import django; django.setup(); from django.core.management import call_command; "
BUNDLE = DJANGO + "from petition.delivery import bundling; bundling.make_next()"


@pytest.fixture
def crowd(letter: Letter) -> Letter:
    """Many names on the letter, so that writing them takes a while."""
    seeding.seed(letter, number=ROWS, mix={"listed": 10.0, "confirmed": 1.0})
    return letter


def start(code: str, var: Path) -> subprocess.Popen[bytes]:
    """Start a process of the house that runs a piece of Python on the test database."""
    at = connection.settings_dict
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "VAR_DIR": str(var)}
    environ["DATABASE_URL"] = f"postgres://{at['USER']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)


def kill_when(condition: Callable[[], Any], code: str, var: Path) -> None:
    """Run a piece of Python and kill it as soon as something is true."""
    process = start(code, var)
    try:
        until(condition)
        assert process.poll() is None, "it was faster than its end"
    finally:
        process.kill()
        process.wait()


def finish(code: str, var: Path) -> None:
    """Run a piece of Python to its end."""
    process = start(code, var)
    try:
        assert process.wait(120) == 0
    finally:
        process.kill()
        process.wait()


def begun(folder: Path) -> list[Path]:
    """What lies in a folder and is not finished."""
    return list(folder.glob(".*.part"))


def has_written(folder: Path, size: int) -> bool:
    """Whether as many bytes of it are written; before it is begun, not even none."""
    parts = begun(folder)
    files = [path for part in parts for path in (part, *part.rglob("*"))]
    return bool(parts) and sum(path.stat().st_size for path in files if path.is_file()) >= size


def test_an_export_killed_at_any_point_leaves_the_list_of_yesterday(crowd, tmp_path):
    for number, (format, after) in enumerate([("csv", 0), ("json", 1), ("csv", 1_000_000)], 1):
        target = tmp_path / f"public{number}" / "list"
        target.parent.mkdir()
        target.write_text("of yesterday")
        code = DJANGO + f"call_command('export', '{SLUG}', format='{format}', output={str(target)!r})"
        kill_when(partial(has_written, target.parent, after), code, tmp_path)
        assert target.read_text() == "of yesterday"
        assert Export.objects.filter(finished_at=None).count() == number
        assert Export.objects.exclude(finished_at=None).count() == number - 1
        finish(code, tmp_path)
        assert [path.name for path in target.parent.iterdir()] == ["list"]
        assert target.read_text().count(crowd.disclaimer) >= crowd.signatures.listed().count()
        assert Export.objects.exclude(finished_at=None).count() == number


@pytest.mark.parametrize("after", [0, 1_000_000])
def test_an_archive_killed_at_any_point_does_not_appear(crowd, tmp_path, after):
    lifecycle.close(crowd)
    target = tmp_path / "public" / "copy"
    code = DJANGO + f"call_command('archive', '{SLUG}', output={str(target)!r})"
    kill_when(partial(has_written, target.parent, after), code, tmp_path)
    assert not target.exists()
    finish(code, tmp_path)
    assert [path.name for path in target.parent.iterdir()] == ["copy"]
    assert json.loads((target / "tally.json").read_text())["listed"] == crowd.signatures.listed().count()


@pytest.mark.parametrize("percent", [5, 25, 85])
def test_a_bundle_whose_maker_is_killed_at_any_stage_is_made_by_the_next(crowd, settings, tmp_path, percent):
    lifecycle.close(crowd)
    delivering.deliver(crowd)
    folder = settings.DELIVERY_DIR = tmp_path / "deliveries"
    kill_when(lambda: Bundle.objects.filter(attempts=1, percent__gte=percent).exists(), BUNDLE, tmp_path)
    assert Bundle.objects.get().state == "owed"
    assert not list(folder.glob("*.zip"))
    Bundle.objects.update(make_after=timezone.now())  # the lease is over
    finish(BUNDLE, tmp_path)
    bundle = Bundle.objects.get()
    assert bundle.state == "ready"
    bundling.open_checked(bundle).close()
    assert [path.name for path in folder.iterdir()] == [f"{bundle.delivery_id}.zip"]


@pytest.mark.parametrize(("version", "format"), [(10, "csv"), (11, "json")])
def test_a_download_that_breaks_off_is_seen_to_be_too_short_and_recorded(crowd, organiser, at_desk, version, format):
    cookies = {name: morsel.value for name, morsel in at_desk(organiser).cookies.items()} | {"csrf": "a" * 32}
    form = urlencode({"audience": "team", "format": format, "csrfmiddlewaretoken": "a" * 32})
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    site = Website(servers.free_port())
    with running(*WEB, f"127.0.0.1:{site.port}", redis_url=os.environ["REDIS_URL"]) as web:
        until(site.answers)
        link = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
        link._http_vsn, link._http_vsn_str = version, f"HTTP/1.{version - 10}"  # a proxy may speak the old one
        link.sock = socket.socket()
        link.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)  # so that the end is not under way yet
        link.sock.connect(("127.0.0.1", site.port))
        link.request("POST", f"/desk/{SLUG}/export/", form, headers)
        answer = link.getresponse()
        assert (answer.status, len(answer.read(1000))) == (200, 1000)
        os.killpg(web.pid, signal.SIGKILL)
        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
            answer.read()
    assert Export.objects.get().finished_at is None
    page = at_desk(organiser).get(f"/desk/{SLUG}/export/").content.decode()
    assert "not finished" in page
