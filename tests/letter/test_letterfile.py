"""A letter's file that is odd in some way: a line that says what is wrong, at once, and no traceback."""

import os
import time

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from petition import letterfile
from petition.models import Letter
from tests.test_publishing import FILE

HEAD = FILE[4 : FILE.index("---\nAir")]
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.fixture
def problem(tmp_path, db: None):
    """Write a file, and return the lines that refuse it."""

    def read(content: str | bytes) -> list[str]:
        path = tmp_path / "letter.md"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        start = time.perf_counter()
        with pytest.raises(CommandError) as refused:
            call_command("new_letter", path)
        assert time.perf_counter() - start < 1.5
        assert not Letter.objects.exists()
        return str(refused.value).removeprefix(f"{path}: ").split("\n")

    return read


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("title: [a, b]", "title: This must be one text, not a list"),
        ("title: {a: b}", "title: This must be one text, not lines of"),
        ("title: {a: {b: {c: {d: {e: f}}}}}", "deeper"),
        ("title: &t x", "Anchors and aliases"),
        ("ask: *please", "Anchors and aliases"),
        ("ask: *please*", "not valid YAML, line"),
        ("ask: !!python/object/apply:os.system [id]", "Tags"),
        ("ask: !!binary x", "Tags"),
        ("ask: >", "ask: This field is required"),
        ("ask:\n  - please", "ask: This must be one text"),
        ("title: " + "x" * 201, "at most 200"),
        ("title: x\ntitle: y", "title stands there twice"),
        ("? [a, b]\n: c", "A key must be one word"),
        ("addressees: [[a]]", "addressees: This must be one text"),
        ("addressees:\n  - nom: x", "not nom"),
        ("addressees:\n  - name: {a: b}", "addressees: This must be one text"),
        ("addressees:\n  - name: a; b", "semicolon"),
        ("addressees:\n  - name: a\n    address: Main Street 1; Springfield", "semicolon"),
        ("disciplines: {a: [b]}", "disciplines: This must be one text"),
        ("disciplines: {'a:b': c}", "colon"),
        ("milestones: [[1]]", "milestones: This must be one text"),
        ("milestones: -5", "not a number"),
        ("milestones: 1e9", "not a number"),
        ("closes: 0001-01-01 00:00:00+14:00", "closes_at: "),
        ("closes: 9999-12-31T23:59:59-12:00", "closes_at: "),
        ("closes: 2026-99-99", "closes_at: "),
        ("closes: [2026-01-01]", "closes_at: This must be one text"),
        ("closes: 1e400", "closes_at: "),
        ("listing: 7", "listing: "),
        ("language: true", "language: "),
        ("body: x", "body: no letter has this key"),
        ("\tinterests: x", "not valid YAML, line"),
        ("interests: a: b", "not valid YAML, line"),
        ("interests: 'x", "not valid YAML, line"),
        ("interests: \0", "U+0000"),
        ("interests: \ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "got lost"),
        ("interests: \u202e", "interests: "),
        ("%YAML 9.9", "not valid YAML"),
        ("<<: {title: x}", "<<: no letter has this key"),
        ("=: x", "=: no letter has this key"),
        ("...\n--- x", "second document"),
        (LAUGHS, "Anchors and aliases"),
        ("a: " + "[" * 30_000, "deeper"),
        ("a: " + "{" * 30_000, "deeper"),
        ("- " * 20_000, "not valid YAML"),
        ("\n".join(f"k{number}: x" for number in range(3000)), "more"),
        ("x" * 70_000, "longer than any"),
    ],
)
def test_a_line_that_no_letter_needs_is_named(problem, line: str, said: str):
    name = line.partition(":")[0]
    kept = [row for row in HEAD.splitlines() if not row.startswith(f"{name}:")]
    kept = [row for row in kept if name != "addressees" or not row.startswith("  ")]
    assert any(said in one for one in problem("---\n" + "\n".join([*kept, line]) + "\n---\nAir, please.\n"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (FILE.encode("utf-16"), "not in UTF-8"),
        (FILE.encode() + b"\xff", "not in UTF-8"),
        (FILE + "\0", "body: "),
        (FILE + "x" * 600_000, "larger than any letter"),
        (FILE + "x" * 70_000, "body: "),
        ("---\n---\n", "key: value"),
        ("---\n\n---\n", "key: value"),
        ("---\n# nothing\n---\nx", "key: value"),
        ("---\nplain\n---\nx", "key: value"),
        ("---", "must begin"),
        ("\0" * 1000, "must begin"),
    ],
)
def test_a_file_that_is_none_is_explained(problem, content, said: str):
    assert any(said in one for one in problem(content))


def test_every_problem_has_a_line_of_its_own(problem):
    lines = problem("---\ntitle: [a]\nask: {b: c}\ncolour: red\ncontact: nobody\n---\nText.\n")
    assert [line.partition(":")[0] for line in lines[:3]] == ["title", "ask", "colour"]
    assert {"contact", "disclaimer", "organiser", "addressees"} <= {line.partition(":")[0] for line in lines}
    assert len([line for line in lines if line.startswith("title")]) == 1


def test_a_folder_and_an_endless_file_are_refused(tmp_path, db: None):
    for path in (tmp_path, tmp_path / "absent", os.devnull, "/dev/zero"):
        with pytest.raises(CommandError):
            call_command("new_letter", path)


def test_the_owner_is_known_by_any_address_of_theirs(tmp_path, organiser):
    EmailAddress.objects.create(user=organiser, email="olive@second.example", verified=True)
    (tmp_path / "letter.md").write_text(FILE)
    call_command("new_letter", tmp_path / "letter.md", owner="olive@second.example")
    assert Letter.objects.get().members.get().user == organiser


def test_words_that_yaml_would_turn_into_something_else_stay_words(tmp_path, db: None):
    (tmp_path / "letter.md").write_text(FILE.replace("Open the windows", "No").replace("Air, *please*", "a\n---\nb"))
    fields = letterfile.read(tmp_path / "letter.md")
    assert (fields["title"], fields["slug"]) == ("No", "no")
    assert fields["body"].startswith("a\n---\nb")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.text(alphabet="abc:-[]{}#&*!|>'\"%@`, \t?~\0\n19é\u202e", max_size=30), max_size=12))
def test_no_front_matter_at_all_gives_a_traceback(problem, lines: list[str]):
    problem("---\n" + "\n".join(lines) + "\n---\nText.\n")
