"""A letter is archived: a copy that opens from disk."""

import json
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from petition.delivery import archiving, received
from petition.models import Letter
from signatories import delivering, privacy
from signatories.models import Signature

SLUG = "keep-the-lights-on"


def archive(folder: Path) -> Path:
    call_command("archive", SLUG, output=str(folder), verbosity=0)
    return folder


@pytest.fixture
def copy(frozen, tmp_path) -> Path:
    return archive(tmp_path / "copy")


def test_the_copy_holds_pages_style_document_and_data(copy):
    text = (copy / "index.html").read_text()
    assert "Keep the lights on" in text
    assert "Ada Example" in text
    assert (copy / "letter.pdf").read_bytes().startswith(b"%PDF-")
    assert json.loads((copy / "tally.json").read_text())["listed"] == 2
    assert len((copy / "signatories.jsonl").read_text().splitlines()) == 2


def test_the_copy_needs_nothing_from_outside(copy):
    for page in copy.rglob("*.html"):
        text = page.read_text()
        assert "<script" not in text
        for where in re.findall(r'(?:href|src)="([^"#]+)"', text):
            assert (copy / where).is_file(), where
    for style in (copy / "css").iterdir():
        for where in re.findall(r'url\("([^"]+)"\)', style.read_text()):
            assert (style.parent / where).resolve().is_file(), where


def test_the_copy_holds_no_address_and_nobody_but_the_public_list(copy):
    for file in copy.rglob("*"):
        if file.suffix in {".html", ".json", ".jsonl", ".txt", ".pdf"} and "fonts" not in file.parts:
            content = file.read_bytes()
            for private in (b"@example", b"Shy Shirin", b"Waiting Wim", b"mailto:"):
                assert private not in content, file


def test_who_withdrew_after_the_delivery_is_not_in_the_copy(frozen, closed, tmp_path):
    privacy.withdraw(closed[0])
    copy = archive(tmp_path / "copy")
    assert not [f for f in copy.rglob("*") if f.is_file() and b"Ada Example" in f.read_bytes()]
    assert "1" in (copy / "index.html").read_text()


def test_the_copy_speaks_the_language_of_its_letter_and_its_data_do_not(closed, letter, organiser, tmp_path):
    Letter.objects.update(language="de")
    Signature.objects.filter(pk=closed[0].pk).update(former=True)
    delivering.deliver(letter, actor=organiser)
    copy = archive(tmp_path / "copy")
    text = (copy / "index.html").read_text()
    for said in ('lang="de"', "Unterzeichnende", "Lamplighter, Lantern Works (früher)", "Identität geprüft"):
        assert said in text
    assert "(former)" not in text
    data = json.loads((copy / "signatories.jsonl").read_text().splitlines()[0])
    assert (data["line"], data["level"]) == ("Lamplighter, Lantern Works (former)", "Identity checked")


def test_names_and_replies_are_escaped(frozen, organiser, tmp_path):
    link = received.make_link(frozen, addressee="M", days=1, actor=organiser)
    received.reply(link, author="The Minister", text="<script>alert(1)</script>")
    text = (archive(tmp_path / "copy") / "index.html").read_text()
    assert "Zoë &lt;b&gt;Ångström&lt;/b&gt;" in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_long_list_has_pages_of_its_own(frozen, tmp_path, monkeypatch):
    monkeypatch.setattr(archiving, "PAGE", 1)
    copy = archive(tmp_path / "copy")
    assert "Ada Example" not in (copy / "index.html").read_text()
    assert "Ada Example" in (copy / "signatories-1.html").read_text()
    assert 'href="signatories-2.html"' in (copy / "signatories-1.html").read_text()


def test_a_closed_letter_that_was_not_delivered_is_archived_too(closed, tmp_path):
    assert (archive(tmp_path / "copy") / "letter.pdf").exists()


def test_what_cannot_be_archived_is_said(letter, tmp_path):
    with pytest.raises(CommandError, match="after it was closed"):
        archive(tmp_path / "copy")
    with pytest.raises(CommandError, match="no letter"):
        call_command("archive", "unknown")
    assert not (tmp_path / "copy").exists()


def test_a_folder_that_is_there_is_left_alone(frozen, tmp_path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(CommandError, match="there already"):
        archive(tmp_path / "mine")
    assert not list((tmp_path / "mine").iterdir())
