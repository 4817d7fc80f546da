"""What was measured goes into a file and into the README by itself."""

import json
from dataclasses import replace

import pytest

import bench
from bench import Figure, table

MACHINE = {"processors": 2, "name": "Some processor", "memory": 8.1, "python": "3.11.2", "postgresql": "15.1"}
RESULTS = {"at": "2026-11-28T12:00:00Z", "machine": MACHINE, "signatures": 1000, "seconds": 600, "load": 0.5}
SIGN = Figure("sign", 200.0, "/s", 0.25, least=0.4, target=2, reference=800.0, note="bare INSERT")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for module in (bench, table):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    return tmp_path


def test_each_promise_is_a_row_with_its_reference(folder):
    bench.report("sign", "Signing", [replace(SIGN, target=0, what="beside"), SIGN])
    (row,) = table.rows([("sign", (2, 3), "")])
    assert table.cells(row) == ["2 Sign", "sign", "≥ 0.4 ×", "0.25 × (200 /s)", "800 /s, bare INSERT", "no"]
    assert json.loads((folder / "sign.json").read_text())["figures"][1]["met"] is False


def test_a_part_that_failed_is_a_row_for_each_of_its_targets(folder):
    bench.report("tally", "Tally", [Figure("tally", 1.0, "s", most=2, target=5)])
    rows = table.rows([("sign", (2, 3), "exit code 1"), ("tally", (5,), "")])
    assert [table.cells(row)[-1] for row in rows] == ["no", "no", "yes"]
    assert "failed: exit code 1" in table.show(rows)


def test_the_files_get_the_tables_and_keep_the_rest(folder):
    bench.report("sign", "Signing", [SIGN, Figure("processor", 2_000.0, "µs", key="sign")])
    (folder / "docs").mkdir()
    for name in ("README.md", "docs/scaling.md"):
        (folder / name).write_text(f"Before\n\n{table.BEGIN}old\n{table.END}\n\nAfter\n")
    parts = [("sign", (2,), "")]
    for _ in range(2):
        table.write({**RESULTS, "rows": table.rows(parts), "known": table.known(parts)}, folder)
    for name, line in {"README.md": "| 2 Sign | sign |", "docs/scaling.md": "| 330 × 2,000 µs | 0.66 cores |"}.items():
        text = (folder / name).read_text()
        assert text.startswith("Before\n")
        assert text.endswith("\n\nAfter\n")
        assert text.count(line) == 1
        assert "old" not in text
        assert "2026-11-28, 2 cores (Some processor), 8 GB, Python 3.11.2, PostgreSQL 15.1" in text


def test_a_file_without_a_place_for_it_is_left_alone(folder):
    (folder / "README.md").write_text("Nothing here\n")
    with pytest.raises(SystemExit):
        table.write({**RESULTS, "rows": [], "known": {}}, folder)
    assert (folder / "README.md").read_text() == "Nothing here\n"
