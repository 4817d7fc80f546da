"""The document that is handed over."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typst

from petition.delivery import manuscript, typesetting

AS_OF = datetime(2026, 6, 16, 18, tzinfo=UTC)
FRAME: dict[str, Any] = {
    "title": "Keep the lights on",
    "addressees": [{"name": "The Minister", "office": "Ministry of Examples"}],
    "ask": "Please keep the lights on.",
    "disclaimer": "Organisations are named for identification only.",
    "organiser": "Friends of Light",
    "language": "en",
    "listing": "vetted",
    "levels": {"1": "Confirmed by email", "2": "Affiliation confirmed"},
    "url": "https://letters.example.org/letters/keep-the-lights-on/",
}
FIGURES = {"listed": 3, "experts": 2, "unnamed": 0, "confirmed": 4, "levels": {"1": 1, "2": 2}}


def row(name: str, **fields: Any) -> dict[str, Any]:
    usual = {"group": "individual", "line": "Lamplighter", "country": "GB", "capacity": "personal", "level_number": 2}
    return {"name": name, **usual, **fields}


def document(*rows: dict[str, Any], body: str = "We ask for *light*.", **frame: Any) -> typesetting.Document:
    return typesetting.Document(
        frame={**FRAME, **frame},
        body=body,
        version=1,
        as_of=AS_OF,
        figures=FIGURES,
        hashes={"Text": "a" * 64, "List": "b" * 64},
        rows=rows,
        signatories=len(rows),
    )


def test_the_document_is_tagged_for_screen_readers_and_says_so():
    made = typesetting.typeset(document(row("Ada Example", group="founder"), row("Łukasz Ω Ж Nguyễn")))
    assert made.pdf.startswith(b"%PDF-")
    assert b"pdfuaid:part>1<" in made.pdf
    assert b"/MarkInfo" in made.pdf
    assert made.notes == []


def test_the_same_content_gives_the_same_bytes():
    assert typesetting.typeset(document(row("Ada"))).pdf == typesetting.typeset(document(row("Ada"))).pdf


def test_a_script_without_a_font_is_named_and_stops_nothing():
    made = typesetting.typeset(document(row("山田 太郎"), row("Ada")))
    assert made.pdf.startswith(b"%PDF-")
    assert b"pdfuaid" not in made.pdf
    assert any("山" in note and "FONT_DIR" in note for note in made.notes)


@pytest.mark.skipif(not Path("/usr/share/fonts/truetype/noto").exists(), reason="needs fonts-noto-core")
def test_every_script_of_the_machine_is_printed(settings):
    settings.FONT_DIR = "/usr/share/fonts"
    people = ("محمد الخوارزمي", "דוד כהן", "देवनागरी नाम", "አበበ በቀለ", "สมชาย")
    made = typesetting.typeset(document(*map(row, people), title="أبقوا الأضواء", language="ar"))
    assert made.notes == []
    assert b"pdfuaid:part>1<" in made.pdf


SOURCE = [
    '#panic("x")',
    '"]; #let a = 1',
    '#include "/etc/passwd"',
    "\\",
    "$x^2$",
    "*a* _b_ `c`",
    "<label>",
    "@ref",
    "//",
]


@pytest.mark.parametrize("typed", SOURCE)
def test_nothing_typed_is_ever_taken_for_source(typed):
    people = row(typed, line=typed), row(typed, group="founder", capacity="behalf")
    made = typesetting.typeset(document(*people, body=typed, title=typed, ask=typed, organiser=typed, disclaimer=typed))
    assert not [note for note in made.notes if "could not" in note]


def test_a_long_list_goes_without_tags_and_says_so(monkeypatch):
    monkeypatch.setattr(typesetting, "TAGGED_UP_TO", 1)
    made = typesetting.typeset(document(row("Ada"), row("Bo")))
    assert b"/MarkInfo" not in made.pdf
    assert "screen readers" in made.notes[0]


def test_a_list_too_long_to_print_keeps_its_founders():
    long = replace(document(row("Ada", group="founder"), row("Bo")), printed=False)
    assert [group["entries"][0][0] for group in typesetting._data(long)["groups"]] == ["Ada"]
    assert any("refers to it" in note for note in typesetting.typeset(long).notes)


def test_fifty_signers_take_a_second():
    typesetting.fonts()
    began = time.process_time()  # whatever else the machine does meanwhile
    typesetting.typeset(document(*(row(f"Ada Example {number}") for number in range(50))))
    assert time.process_time() - began < 1


def test_the_mark_of_a_level_is_never_alone_on_a_line(monkeypatch):
    def draw(source: str, **how: Any) -> bytes:
        pages = compiled(source, root=how["root"], font_paths=how["font_paths"], ignore_system_fonts=True, format="svg")
        return pages if isinstance(pages, bytes) else b"".join(pages)

    def lines_that_begin_in_the_colour_of_a_mark(name: str) -> int:
        drawn = typesetting.typeset(document(row(name), row("Bo"))).pdf.decode()
        return len(re.findall(r'matrix\(1 0 0 -1 0 \S+\)"><use[^>]*fill="#1d3a8f"', drawn))

    compiled = typst.compile
    monkeypatch.setattr(typesetting, "_missing", lambda data: [])
    monkeypatch.setattr(typst, "compile", draw)
    usual = lines_that_begin_in_the_colour_of_a_mark("Ada Example")
    assert usual > 0
    assert lines_that_begin_in_the_colour_of_a_mark("Marigold Featherstonehaugh-Kim") == usual


@pytest.mark.parametrize(
    ("language", "spoken", "to", "title", "line"),
    [
        ("de-AT", {"lang": "de", "dir": "ltr"}, "An", "Unterzeichnende", "Lamplighter (früher)"),
        ("ar", {"lang": "ar", "dir": "rtl"}, "إلى", "الموقّعون", "Lamplighter (سابقًا)"),
        ("ja", {"lang": "en", "dir": "ltr"}, "To", "Signatories", "Lamplighter (former)"),
    ],
)
def test_our_words_are_in_the_letters_language_where_the_house_speaks_it(language, spoken, to, title, line):
    written = document(row("Ada", line="Lamplighter (former)", former=True), language=language)
    data = typesetting._data(written)
    assert (data["spoken"], data["words"]["to"], data["groups"][0]["title"]) == (spoken, to, title)
    assert data["groups"][0]["entries"][0][1] == line
    assert typesetting.typeset(written).pdf.startswith(b"%PDF-")


def test_what_somebody_typed_is_never_translated():
    written = document(
        row("Former", line="Text", former=False), row("List", line="(former)", former=True), language="de"
    )
    assert [entry[:2] for entry in typesetting._data(written)["groups"][0]["entries"]] == [
        ["Former", "Text"],
        ["List", "(former)"],
    ]


def test_the_numbers_are_defined_and_never_added_up():
    words = typesetting.counts(FRAME, {**FIGURES, "unnamed": 1})
    assert [number for number, _ in words] == [2, 1, 4, 1]
    assert "checked" in words[0][1]
    assert typesetting.counts({**FRAME, "listing": "confirmed"}, FIGURES)[0] == (
        3,
        "listed by name, each confirmed by email",
    )


@pytest.mark.parametrize(
    ("name", "country", "region"),
    [("山田 たろう", "", "JP"), ("김철수", "", "KR"), ("骨直", "TW", "TC"), ("骨直", "CN", ""), ("Ada", "JP", "")],
)
def test_han_characters_take_the_form_of_their_region(name, country, region):
    assert typesetting._region(name, country) == region


def test_headings_never_skip_a_level():
    levels = [block["level"] for block in manuscript.blocks("#### Deep\n\n# Top\n\n###### Deeper\n")]
    assert levels == [2, 2, 3]


def test_a_link_is_printed_once_as_a_footnote_and_only_where_it_is_safe():
    text = "[a](https://example.org) [b](https://example.org) <https://example.net> [c](ftp://example.org) ![d](x)"
    links = [piece for piece in manuscript.blocks(text)[0]["c"] if piece["t"] in {"link", "span"}]
    assert [(piece["t"], piece.get("note")) for piece in links] == [
        ("link", True),
        ("link", False),
        ("link", False),
        ("span", None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "> " * 60 + "deep",
        "- > " * 9 + "deep",
        "- " * 60 + "deep",
        "```\n" * 9,
        "1000000000. x\n999999999. y",
        "[" * 900,
        "*" * 900,
        "*a **b " * 90 + "x** y* " * 90,
        "|a|\n|-|",
        "\\\n",
    ],
)
def test_no_markdown_breaks_the_typesetter(text):
    assert typesetting.typeset(document(row("Ada"), body=text)).pdf


@pytest.mark.parametrize("text", ["*a **b " * 8000, "> " * 20_000, "- " * 20_000, "[" * 20_000, "*" * 60_000])
def test_a_text_that_nests_thousands_deep_is_read(text):
    began = time.process_time()
    assert manuscript.blocks(text[:60_000])
    assert time.process_time() - began < 30


def test_the_template_takes_nothing_from_outside():
    source = (typesetting.HERE / "letter.typ").read_text()
    assert not re.search(r"@preview|http", source)
    assert re.findall(r"(?:json|image|read|include|import)\(", source) == ["json(", "image("]
