"""Whatever is typed: each text field of each public form keeps its promises, and every way out escapes it."""

import csv
import io
import json
import unicodedata
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pytest
from django import forms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from petition import tally
from petition.cells import safe_cell
from petition.forms import LineField, TextField
from petition.lines import name_in_mail
from petition.text import BLANK, JOINERS, MONGOLIAN_SELECTORS, MOST_MARKS
from signatories import exporting
from signatories.forms import auditing, cases, proofs, signers
from signatories.models import Signature
from tests.conftest import LINE

CALM = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# One member or more of each class that peers let through.
ODD = [
    *("\0", "\x07", "\x1b", "\x85", "\r", "\n", "\t", "\u2028", "\ud800", "\ue000", "\U000e0041", "\ufdd0"),
    *("\u202e", "\u2066", "\u200e", "\u061c", "\u200b", "\u00ad", "\u2060", "\ufeff", "\u3164", "\u2800", "\ufe0f"),
    *("\u200d", "\u200c", "\u0301", "\u0301" * 9, "\u20dd", "e\u0301", "ﬁ", "Å", "क\u094d\u200d", "می\u200cخ"),
    *("=", "＝", "+", "－", "@", "|", "%", ";=", '"', "'", "`", "<b>", "</script>", "&amp;", "{{ x }}", "#let"),
    *("https://x.example", "evil.com", "www.x", "t.me/x", "a@b.c", "javascript:x", "evil。com", " ", "\u3000"),
    *("👩\u200d🔬", "李雷"),
]
# Said once more, so that a character that is taken out of the program's own sets is missed here.
DIRECTION_OVERRIDES = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
FORMULA = set("=+-@\t\r\n|%＝＋－＠")
typed = st.lists(st.one_of(st.sampled_from(ODD), st.text(max_size=4)), max_size=8).map("".join)


@pytest.fixture
def public_forms(letter, confirmed) -> dict[type[forms.Form], Any]:
    signature = confirmed()
    about_letter = {signers.SignForm, signers.ConfirmLineForm, signers.InvitedForm, signers.LineForm}
    about_signature = {*proofs.OFFERED.values(), proofs.MailboxForm}
    found = {
        one
        for module in (signers, cases, auditing, proofs)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, forms.Form) and one.__module__ == module.__name__
    }
    for_the_team = {cases.CloseForm, proofs.ProofForm, signers.ReadVersion}
    ways: dict[type[forms.Form], Any] = {}
    for one in sorted(found - for_the_team, key=lambda form: form.__name__):
        given_first = [letter] if one in about_letter else [signature] if one in about_signature else []
        ways[one] = lambda data, one=one, given_first=given_first: one(*given_first, data)
    return ways


def keeps_its_promise(value: str, *, line: bool) -> None:
    assert value == unicodedata.normalize("NFC", value)
    assert not set(value) & DIRECTION_OVERRIDES
    allowed = JOINERS | MONGOLIAN_SELECTORS | (set() if line else {"\n", "\t"})
    assert not [c for c in value if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"} and c not in allowed]
    assert not value or any(unicodedata.category(c)[0] in "LNPS" and c not in BLANK for c in value)
    if line:
        assert value == " ".join(value.split())
        stacked = 0
        for character in value:
            stacked = stacked + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
            assert stacked <= MOST_MARKS


def test_each_odd_thing_alone_is_refused_or_cleaned_in_every_text_field(public_forms):
    for odd in ODD:
        try_everywhere(public_forms, f"Ada{odd}Bea")


@CALM
@given(text=typed)
def test_every_text_field_of_every_public_form_refuses_or_cleans(public_forms, text: str):
    assert len(public_forms) > 12
    for form in try_everywhere(public_forms, text):
        str(form)  # with what was typed and what is wrong with it


def try_everywhere(public_forms: dict[type[forms.Form], Any], text: str) -> list[forms.Form]:
    """Type a text into every field of every form, and return the forms."""
    filled = []
    for form_class, make in public_forms.items():
        form = make(dict.fromkeys(make({}).fields, text))
        form.is_valid()
        filled.append(form)
        for name, field in form.fields.items():
            value = form.cleaned_data.get(name)
            if isinstance(field, LineField | TextField) and isinstance(value, str):
                keeps_its_promise(value, line=isinstance(field, LineField))
                assert not field.required or value, (form_class, name)
    return filled


@CALM
@given(text=typed)
def test_no_public_form_takes_text_that_nobody_cleans(public_forms, text: str):
    """A plain text field is for what is compared, such as a code or a version, or for a key in its armour."""
    for form_class, make in public_forms.items():
        plain = {name for name, field in make({}).fields.items() if type(field) is forms.CharField}
        assert plain <= {"code", "armored", "wording", "line"}, form_class


@given(typed)
def test_no_name_carries_an_address_into_a_mail(text: str):
    said = name_in_mail(text.encode(errors="replace").decode())
    assert len(said) <= 60
    assert "://" not in said
    assert "@" not in said


def opens_a_formula(cell: str) -> bool:
    """Whether a spreadsheet would take a cell for a formula, also one that splits at semicolons."""
    return any(part.lstrip()[:1] in set(FORMULA) for part in cell.split(";") if part.strip())


@given(typed)
def test_no_cell_is_a_formula_wherever_a_spreadsheet_splits_it(text: str):
    assert not opens_a_formula(str(safe_cell(text)))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.found.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]


def tags(html: str) -> list[str]:
    parser = Tags()
    parser.feed(html)
    return parser.found


@CALM
@given(name=typed, organisation=typed, role=typed)
def test_every_way_out_shows_text_as_text(letter, listed, confirmed, client, name: str, organisation: str, role: str):
    """What no form lets in, but for control characters, is put into the row itself: each way out stands alone."""
    signature = Signature.objects.filter(letter=letter).first() or listed(confirmed())
    said = {"name": name, "organisation": organisation, "role": role}
    said = {key: "".join(c for c in value if unicodedata.category(c)[0] != "C") for key, value in said.items()}
    said["name"] = f"A{said['name']}"[:120]
    Signature.objects.filter(pk=signature.pk).update(**said)
    for audience in ("public", "team"):
        out = {
            kind: b"".join(exporting.stream(letter, format=kind, audience=audience)).decode()
            for kind in ("csv", "json")
        }
        (row,) = csv.DictReader(io.StringIO(out["csv"], newline=""))
        assert not [cell for cell in row.values() if opens_a_formula(cell)]
        assert json.loads(out["json"])["signatories"][0]["name"] == said["name"]
    tally.take(letter)
    page = client.get(f"/letters/{letter.slug}/signatories/").content.decode()
    assert set(tags(page)) & {"b", "script"} <= {"b", "script"} & set(tags(page.replace(said["name"], "")))
    assert "<b>" not in page.partition("<main")[2].partition("</main>")[0]
    for path in ("coalition/", "press/", ""):
        assert "</script><" not in client.get(f"/letters/{letter.slug}/{path}").content.decode().partition("<main")[2]
    feed = client.get(f"/letters/{letter.slug}/changes.atom")
    ET.fromstring(feed.content)
    assert client.get(f"/letters/{letter.slug}/changes.json").json()


def test_a_cell_of_the_workbook_is_a_string_whatever_it_says(letter, listed, confirmed, tmp_path):
    rows = [
        "=1+1",
        "+1",
        "@x",
        "{=1}",
        "https://x.example",
        "1234567890123456789",
        "\t=1",
        "TRUE",
        "2026-01-01",
        "#N/A",
    ]
    for number, text in enumerate(rows):
        one = listed(confirmed(f"p{number}@example.com", name=f"P {number}"))
        Signature.objects.filter(pk=one.pk).update(organisation=text)
    target = tmp_path / "list.xlsx"
    with target.open("wb") as file:
        exporting.write_bytes(letter, format="xlsx", audience="public", bom=False, file=file)
    book = openpyxl.load_workbook(target)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert set(rows) - {"\t=1"} <= {cell.value for cell in cells}
    assert {cell.data_type for cell in cells if not isinstance(cell.value, int)} == {"s"}
    assert not [cell for cell in cells if cell.hyperlink]


@pytest.mark.parametrize("text", [";=1+1", "5; -3", "a;@x", "a ;  ＝1"])
def test_what_follows_a_semicolon_is_no_formula_either(text: str):
    """Where a comma is the decimal sign, spreadsheets split a line at its semicolons."""
    assert not opens_a_formula(str(safe_cell(text)))
    assert safe_cell("Research; Teaching") == "Research; Teaching"
    assert LINE["name"] == safe_cell(LINE["name"])
