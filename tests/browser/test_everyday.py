"""The keyboard, a busy port, and a demo that is stopped and started again."""

import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import LINE
from tests.browser.running import LETTER, ROOT, Demo, code_in, link_in

Visit = Callable[..., Page]
KEYS = {
    "name": "Kay Board-Example",
    "email": "kay@keys.example.org",
    "role": LINE["role"],
    "organisation": LINE["organisation"],
    "discipline": "Crypto",
    "country": "Norw",
    "profile_url": LINE["profile_url"],
}


def test_a_signer_needs_no_mouse(visitor: Visit, demo: Demo) -> None:
    page = visitor()
    page.goto(f"/letters/{LETTER}/")
    _skip_to_the_form(page)
    for field, typed in KEYS.items():
        _tab_to(page, field)
        page.keyboard.type(typed)
    _tab_to(page, "publish")
    page.keyboard.press("Space")
    _tab_to(page, "", button=True)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sent/**")
    _tab_to(page, "code")
    page.keyboard.type(code_in(demo.mail("kay@keys.example.org", about="code")))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Confirmed, not public yet")).to_be_visible()
    signed = "SELECT country, discipline, capacity, publish FROM signatories_signature WHERE address = ?"
    assert demo.rows(signed, "kay@keys.example.org") == [("NO", "cryptography", "personal", 1)]


def test_the_demo_goes_on_where_it_was(tmp_path: Path) -> None:
    demo = Demo(tmp_path)
    with demo.running():
        mine = link_in(demo.mail("", about="You have signed"), "mine")
        before = _what_is_there(demo, mine)
    with demo.running():
        assert _what_is_there(demo, mine) == before
    assert "Traceback" not in demo.log()


def test_a_busy_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "PORT": str(port)}
        command = [sys.executable, "manage.py", "demo"]
        ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode not in {0, -2}
    lines = ended.stderr.splitlines()
    assert len(lines) == 1, ended.stderr
    assert str(port) in lines[0]


def _skip_to_the_form(page: Page) -> None:
    for _ in range(5):
        page.keyboard.press("Tab")
        if "signing" in page.evaluate("document.activeElement.innerText").lower():
            page.keyboard.press("Enter")
            return
    pytest.fail("No link to skip to signing.")


def _tab_to(page: Page, field: str, *, button: bool = False) -> None:
    """Press Tab until a field, or the next button, has the focus; it has to be one of the next few."""
    for _ in range(12):
        page.keyboard.press("Tab")
        name, tag = page.evaluate("[document.activeElement.name, document.activeElement.tagName]")
        if tag == "BUTTON" if button else name == field:
            return
    pytest.fail(f"The keyboard does not reach {field or 'the button'}.")


def _read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as response:
        return str(response.read().decode())


def _what_is_there(demo: Demo, mine: str) -> tuple[object, ...]:
    """The letter's words, the signatures, and what a signer finds behind the link in an old mail."""
    signatures = demo.rows("SELECT id, name, status FROM signatories_signature ORDER BY id")
    wording = _read(f"{demo.url}/letters/{LETTER}/versions/1/")
    return signatures, wording, re.sub(r"[\w-]{59}", "", _read(mine))  # each page makes its own tokens
