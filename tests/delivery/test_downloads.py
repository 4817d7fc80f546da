"""A long list leaves as it is written, and whoever waits or goes away is dealt with."""

import io

import openpyxl
import pytest

from signatories import exporting
from signatories.exporting import workbook
from signatories.models import Export
from tests.conftest import keep_the_connection
from tests.test_exporting import SLUG


@pytest.fixture
def people(confirmed, listed, post_sign):
    """Two who are named, one who is not, one who waits, and one who has not confirmed."""
    listed(confirmed("one@example.com", name="One"), level=3)
    listed(confirmed("two@example.com", name="Two"))
    listed(confirmed("shy@example.com", name="Shy Shirin", publish=False))
    confirmed("waiting@example.com", name="Waiting Wim")
    post_sign("pending@example.com", name="Pending Pia")


def test_a_workbook_begins_to_leave_before_its_first_row_is_there():
    rows = (pytest.fail("a row was asked for") for _ in range(1))
    assert next(workbook.pieces("T", ["a"], rows, [])).startswith(b"PK")


def test_a_workbook_goes_on_where_a_sheet_is_full(letter, people, monkeypatch):
    monkeypatch.setattr(workbook, "ROWS", 2)
    book = io.BytesIO(b"".join(exporting.stream(letter, format="xlsx", audience="team")))
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames == [*("Signatories", *(f"Signatories {n}" for n in range(2, 6))), "About"]
    rows = [row for sheet in sheets.worksheets[:-1] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert [row[2] for row in rows] == ["1", "2", "3", "4", "5"]


def test_the_desk_shows_how_much_of_a_workbook_has_left(letter, people, organiser, at_desk, monkeypatch):
    monkeypatch.setattr(exporting, "NOTED", 2)
    monkeypatch.setattr(workbook, "AT_ONCE", 1)
    answer = exporting.download(letter, actor=organiser, format="xlsx", audience="team")
    assert Export.objects.get().percent == 80
    assert "not finished: 80 %" in at_desk(organiser).get(f"/desk/{SLUG}/export/").content.decode()
    assert b"".join(answer.streaming_content).startswith(b"PK")
    assert "not finished" not in at_desk(organiser).get(f"/desk/{SLUG}/export/").content.decode()


@pytest.mark.parametrize("format", ["csv", "json"])
def test_who_reads_slowly_gets_the_rest_from_a_file(letter, people, organiser, at_desk, monkeypatch, format):
    wanted = {"audience": "team", "format": format}
    whole = b"".join(at_desk(organiser).post(f"/desk/{SLUG}/export/", wanted).streaming_content)
    monkeypatch.setattr(exporting, "HELD", -1.0)
    slow = b"".join(at_desk(organiser).post(f"/desk/{SLUG}/export/", wanted).streaming_content)
    assert len(slow) == len(whole)
    assert Export.objects.filter(finished_at=None).count() == 0


def test_who_goes_away_in_between_leaves_the_export_unfinished(letter, people, organiser):
    answer = exporting.download(letter, actor=organiser, format="csv", audience="team", chunked=True)
    assert next(iter(answer.streaming_content)).startswith(b"id,status,position")
    keep_the_connection()
    answer.close()
    assert Export.objects.get().finished_at is None


def test_a_proxy_of_old_is_told_the_length(letter, people, organiser, at_desk):
    wanted, old = {"audience": "team", "format": "csv"}, {"SERVER_PROTOCOL": "HTTP/1.0"}
    answer = at_desk(organiser).post(f"/desk/{SLUG}/export/", wanted, **old)
    assert int(answer["Content-Length"]) == len(b"".join(answer.streaming_content))
