"""The list leaves the house."""

import csv
import io
import json

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from openpyxl.utils.escape import unescape

from petition.cells import safe_cell
from petition.models import Membership, Role
from signatories import exporting
from signatories.exporting import workbook
from signatories.models import Export

SLUG = "keep-the-lights-on"


def text_of(letter, **wanted) -> str:
    return b"".join(exporting.stream(letter, **wanted)).decode()


def rows_of(letter, audience: str = "public") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(letter, format="csv", audience=audience))))


@pytest.fixture
def people(confirmed, listed, post_sign):
    listed(confirmed("one@example.com", name='Ängström, Zoë "Z"', profile_url="https://example.org/zoe"), level=3)
    listed(confirmed("two@example.com", name="李雷 (Li Lei)", organisation="Newline & Sons"))
    listed(confirmed("shy@example.com", name="Shy Shirin", publish=False))
    confirmed("waiting@example.com", name="Waiting Wim")
    post_sign("pending@example.com", name="Pending Pia")


def test_the_public_list_holds_the_listed_names_and_no_address(letter, people):
    text = text_of(letter, format="csv", audience="public")
    rows = rows_of(letter)
    assert [row["name"] for row in rows] == ['Ängström, Zoë "Z"', "李雷 (Li Lei)"]
    assert (rows[0]["level"], rows[0]["checked"]) == ("Identity checked", "organisation mailbox; public record")
    assert "@" not in text
    assert "https://example.org/zoe" not in text


@pytest.mark.parametrize("audience", ["public", "team"])
def test_columns_are_an_allow_list_and_the_same_in_every_text_format(letter, people, audience):
    names = list(exporting.columns(audience))
    assert list(rows_of(letter, audience)[0]) == names
    assert list(json.loads(text_of(letter, format="ndjson", audience=audience).splitlines()[0])) == names
    assert list(json.loads(text_of(letter, format="json", audience=audience))["signatories"][0]) == names


def test_the_team_learns_whose_address_may_be_handed_on(letter, confirmed, vetter, at_desk):
    asked, shy = confirmed("asked@example.com", contact=True), confirmed("shy@example.com")
    assert {row["email"]: row["contact"] for row in rows_of(letter, "team")} == {
        "asked@example.com": "True",
        "shy@example.com": "False",
    }
    pages = [at_desk(vetter).get(f"/desk/{SLUG}/vetting/{one.pk}/").content.decode() for one in (asked, shy)]
    assert ["may be given the address" in page for page in pages] == [True, False]


def test_a_new_column_of_a_signature_does_not_leave_by_itself():
    assert set(exporting.PUBLIC) == {
        *("position", "name", "role", "organisation", "former", "country", "discipline", "capacity"),
        *("level", "checked", "checked_at", "confirmed_at", "version"),
    }


def test_the_disclaimer_and_the_as_of_time_travel_with_every_format(letter, people):
    for row in rows_of(letter):
        assert row["disclaimer"] == "Organisations are named for identification only."
        assert row["as_of"].endswith("Z")
    whole = json.loads(text_of(letter, format="json", audience="public"))
    assert whole["disclaimer"] == "Organisations are named for identification only."
    assert whole["sha256"] == letter.version.sha256


def test_the_team_gets_everyone_with_address_and_status(letter, people):
    statuses = {row["email"]: row["status"] for row in rows_of(letter, "team")}
    assert statuses == {
        "one@example.com": "listed",
        "two@example.com": "listed",
        "shy@example.com": "listed",
        "waiting@example.com": "confirmed",
        "pending@example.com": "pending",
    }


@pytest.mark.parametrize(
    "typed",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        "\t=1",
        " =1",
        "|calc",
        "%x",
        "\r=1",
        "\n=1",
        "\u00a0=1",
    ],
)
def test_no_cell_is_a_formula(typed):
    assert safe_cell(typed) == "'" + typed


@pytest.mark.parametrize("typed", ["Ada", "O'Dravery", "5 - 3", "", 7, None, True])
def test_other_cells_stay_as_they_are(typed):
    assert safe_cell(typed) == typed


def test_a_formula_in_a_name_arrives_as_text_in_csv_and_workbook(letter, confirmed, listed):
    listed(confirmed(name="=HYPERLINK(1)", organisation="+cmd|' /C calc'!A0"))
    assert rows_of(letter)[0]["name"] == "'=HYPERLINK(1)"
    book = io.BytesIO()
    exporting.write_bytes(letter, format="xlsx", audience="public", bom=False, file=book)
    cell = openpyxl.load_workbook(book)["Signatories"]["B2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


def test_the_workbook_has_the_list_and_says_what_it_is(letter, people):
    book = io.BytesIO()
    exporting.write_bytes(letter, format="xlsx", audience="public", bom=False, file=book)
    sheets = openpyxl.load_workbook(book)
    assert [row[1].value for row in sheets["Signatories"].iter_rows(min_row=2)] == [
        'Ängström, Zoë "Z"',
        "李雷 (Li Lei)",
    ]
    about = {row[0].value: row[1].value for row in sheets["About"].iter_rows()}
    assert about["disclaimer"] == "Organisations are named for identification only."


@pytest.mark.parametrize("said", ["a\x01b\x0bc\r", "_x0041_ & <b>", "李\n雷", " "])
def test_what_xml_cannot_hold_comes_back_as_it_was(said):
    book = io.BytesIO(b"".join(workbook.pieces("T", ["a", "b"], [[said, None, "=1"]], [])))
    cell, empty, last = next(openpyxl.load_workbook(book)["T"].iter_rows(min_row=2, values_only=True))
    assert (unescape(cell), empty, last) == (said, None, "=1")


def test_an_empty_list_is_a_valid_file_in_every_format(letter):
    assert rows_of(letter) == []
    assert json.loads(text_of(letter, format="json", audience="public"))["signatories"] == []
    assert text_of(letter, format="ndjson", audience="public") == ""


def test_the_command_writes_a_file_and_leaves_nothing_half_written(letter, people, tmp_path, subtests):
    for name in ("csv", "xlsx", "json", "ndjson"):
        folder = tmp_path / name
        folder.mkdir()
        with subtests.test(name):
            call_command("export", SLUG, format=name, output=str(folder / "list"))
            (target,) = folder.iterdir()
            assert target.name == "list"
            assert target.stat().st_size > 0
            assert target.stat().st_mode & 0o777 == 0o600


def test_a_byte_order_mark_comes_on_request(letter, tmp_path):
    for bom in (True, False):
        call_command("export", SLUG, output=str(tmp_path / "list.csv"), bom=bom)
        assert (tmp_path / "list.csv").read_bytes().startswith(b"\xef\xbb\xbf") is bom


def test_the_command_explains_what_it_cannot_do(letter, tmp_path):
    with pytest.raises(CommandError, match="no letter nothing"):
        call_command("export", "nothing")
    with pytest.raises(CommandError, match="No such file"):
        call_command("export", SLUG, output=str(tmp_path / "no" / "folder.csv"))


def test_a_download_from_the_desk_is_recorded(letter, people, organiser, at_desk):
    answer = at_desk(organiser).post(f"/desk/{SLUG}/export/", {"audience": "team", "format": "csv"})
    assert b"waiting@example.com" in b"".join(answer.streaming_content)
    assert "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    taken = Export.objects.get()
    assert (taken.actor, taken.audience, taken.format, taken.signatures) == (organiser, "team", "csv", 5)
    assert "Everything, with addresses" in at_desk(organiser).get(f"/desk/{SLUG}/export/").content.decode()


def test_other_roles_take_nothing_out(letter, stranger, at_desk, subtests):
    client = at_desk(stranger)
    for role in (Role.EDITOR, Role.VETTER, Role.OBSERVER):
        Membership.objects.update_or_create(letter=letter, user=stranger, defaults={"role": role})
        with subtests.test(role.value):
            answer = client.post(f"/desk/{SLUG}/export/", {"audience": "public", "format": "csv"})
            assert answer.status_code == 404
            assert not Export.objects.exists()


def test_nonsense_in_the_export_form_is_explained(letter, organiser, at_desk):
    answer = at_desk(organiser).post(f"/desk/{SLUG}/export/", {"audience": "everyone", "format": "exe"})
    assert answer.status_code == 422
    assert not Export.objects.exists()


def test_nobody_exports_without_an_account(letter, client: Client):
    assert "/accounts/login/" in client.get(f"/desk/{SLUG}/export/")["Location"]
