"""The keyboard, a narrow screen, a quiet console, and a demo that is stopped and started again."""

import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import LINE
from tests.browser.running import LETTER, ORGANISER, ROOT, Demo, code_in, link_in

Visit = Callable[..., Page]
PUBLIC = [
    "/",
    f"/letters/{LETTER}/",
    f"/letters/{LETTER}/sign/",
    f"/letters/{LETTER}/coalition/",
    f"/letters/{LETTER}/signatories/",
    f"/letters/{LETTER}/versions/1/",
    "/accounts/login/",
    "/accounts/login/code/",
    "/dev/mailbox/",
]
DESK = [
    "/desk/",
    "/desk/new/",
    f"/desk/{LETTER}/",
    f"/desk/{LETTER}/vetting/",
    f"/desk/{LETTER}/founders/",
    f"/desk/{LETTER}/export/",
    f"/desk/{LETTER}/team/",
    "/accounts/2fa/",
]
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


def test_no_page_scrolls_sideways_or_complains_on_a_narrow_screen(visitor: Visit, member: Visit, demo: Demo) -> None:
    """Errors in the console, violations of the content policy and other hosts are watched for in every test."""
    narrow = {"viewport": {"width": 320, "height": 640}}
    mine, person = _personal_pages(demo)
    reader, organiser = visitor(**narrow), member(ORGANISER, **narrow)
    wide = [path for path in [*PUBLIC, mine] if _is_too_wide(reader, path)]
    wide += [path for path in [*DESK, person] if _is_too_wide(organiser, path)]
    assert wide == []


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


def _personal_pages(demo: Demo) -> tuple[str, str]:
    """The page behind a signer's link, and the vetter's page of somebody who waits."""
    mine = link_in(demo.mail("", about="You have signed"), "mine").removeprefix(demo.url)
    [(waiting,)] = demo.rows("SELECT id FROM signatories_signature WHERE status = 'confirmed' ORDER BY id LIMIT 1")
    return mine, f"/desk/{LETTER}/vetting/{UUID(waiting)}/"


def _is_too_wide(page: Page, path: str) -> bool:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    return bool(page.evaluate("document.documentElement.scrollWidth") > 320)


def _read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as response:
        return str(response.read().decode())


def _what_is_there(demo: Demo, mine: str) -> tuple[object, ...]:
    """The letter's words, the signatures, and what a signer finds behind the link in an old mail."""
    signatures = demo.rows("SELECT id, name, status FROM signatories_signature ORDER BY id")
    wording = _read(f"{demo.url}/letters/{LETTER}/versions/1/")
    return signatures, wording, re.sub(r"[\w-]{59}", "", _read(mine))  # each page makes its own tokens
