"""A file that is no dump, or not a whole one, is one clear line, and what was taken over before that is consistent."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from signatories.models import Organisation, OrganisationDomain, OrganisationName

pytestmark = pytest.mark.django_db


@pytest.fixture
def take(tmp_path: Path):
    """Import a file with this content."""

    def run(content: str | bytes) -> None:
        file = tmp_path / "ror.json"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        call_command("import_organisations", str(file))

    return run


def record(number: int) -> dict[str, Any]:
    names = [{"value": f"Lantern {number}", "types": ["ror_display", "label"]}]
    domains = [f"l{number}.example"]
    shape = {"id": f"https://ror.org/0lights{number:02}", "status": "active", "names": names, "domains": domains}
    return {**shape, "external_ids": ["x" * 100_000]}  # longer than what is unpacked at once


@pytest.mark.parametrize(
    ("text", "says"),
    [
        *(("", "not whole, or not JSON"), ("[", "not whole, or not JSON"), ("{}", "no records"), ("[]", "no records")),
        *(
            ("nonsense", "not JSON"),
            ('["a"]', "not in schema 2"),
            ('[{"id": 1}]', "not in schema 2"),
            (b"\xff", "JSON"),
        ),
        *((b"PK\x03\x04zip", "ZIP archive"), (b"\x1f\x8b" + b"x" * 40, "damaged"), ("\x00" * 40, "JSON")),
        ('[{"id": "https://ror.org/0lights01", "name": "In schema 1", "status": "active"}]', "not in schema 2"),
    ],
)
def test_a_file_that_is_no_dump_is_one_clear_line(take, text: str | bytes, says: str):
    with pytest.raises(CommandError, match=says) as problem:
        take(text)
    assert "\n" not in str(problem.value)
    assert not Organisation.objects.exists()


def test_a_missing_file_is_one_clear_line(tmp_path: Path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_organisations", str(tmp_path / "none.json"))
    with pytest.raises(CommandError, match="Is a directory"):
        call_command("import_organisations", str(tmp_path))


def test_a_file_that_breaks_off_leaves_whole_batches(take, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("signatories.organisations.importing.BATCH", 2)
    whole = json.dumps([record(n) for n in range(9)]).encode()
    for broken in (whole[: len(whole) * 11 // 18], gzip.compress(whole, 0)[: len(whole) * 11 // 18]):
        Organisation.objects.all().delete()
        with pytest.raises(CommandError, match="The 4 records before that are imported"):
            take(broken)
        assert (
            Organisation.objects.count() == OrganisationDomain.objects.count() == OrganisationName.objects.count() == 4
        )
