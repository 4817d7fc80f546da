"""The process that writes a file or a folder is killed: nothing half written is ever seen, and nothing stays."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from petition import files

ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import sys, time
from pathlib import Path
from petition import files
with files.{how}(Path(sys.argv[1])) as part:
    part.write(b"half") and part.flush() if {is_file} else (part / "half").write_text("half")
    print("half way", flush=True)
    time.sleep(60)
"""


@contextmanager
def half_way(target: Path, how: str) -> Iterator[None]:
    """Another process, half way through writing; killed when the block ends."""
    code = WRITER.format(how=how, is_file=how == "whole_file")
    writer = subprocess.Popen([sys.executable, "-c", code, str(target)], cwd=ROOT, stdout=subprocess.PIPE)
    assert writer.stdout is not None
    try:
        assert writer.stdout.readline() == b"half way\n"
        yield
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_killed_writer_leaves_what_was_there_and_the_next_one_takes_its_part_away(tmp_path):
    target = tmp_path / "list.csv"
    target.write_bytes(b"of yesterday")
    with half_way(target, "whole_file"):
        assert target.read_bytes() == b"of yesterday"
    assert len(names(tmp_path)) == 2
    with files.whole_file(target) as file:
        file.write(b"of today")
    assert names(tmp_path) == ["list.csv"]
    assert target.read_bytes() == b"of today"
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_killed_folder_does_not_appear_and_can_be_written_again(tmp_path):
    target = tmp_path / "copy"
    with half_way(target, "whole_folder"):
        pass
    assert names(tmp_path) != ["copy"]
    with files.whole_folder(target) as part:
        (part / "whole").write_text("whole")
    assert names(tmp_path) == ["copy"]
    assert names(target) == ["whole"]


@pytest.mark.parametrize("how", ["whole_file", "whole_folder"])
def test_two_at_once_leave_each_other_alone(tmp_path, how):
    target = tmp_path / "target"
    with half_way(target, how):
        part = names(tmp_path)
        with getattr(files, how)(target):
            pass
        assert sorted(names(tmp_path)) == sorted([*part, "target"])


def test_what_goes_wrong_inside_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), files.whole_file(tmp_path / "list.csv"):
        _ = 1 / 0
    with pytest.raises(ZeroDivisionError), files.whole_folder(tmp_path / "copy"):
        _ = 1 / 0
    assert not names(tmp_path)
