"""The fault harness itself, as far as it can be looked at without servers; `make faults` runs it."""

import ast
from pathlib import Path

from tests.faults import checking, people, planting, reporting


def test_the_tables_of_the_page_are_those_of_the_verdicts():
    page = reporting.PAGE.read_text()
    assert reporting.written(page) == page


def test_every_planted_mistake_has_a_scenario_and_a_promise_it_breaks():
    planted = set()
    for path in (Path(planting.__file__).parent / "mutants").glob("*.py"):
        functions = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]
        planted |= {one.name for one in functions if "plant" in map(ast.unparse, one.decorator_list)}
    assert planted == set(planting.TABLE)
    assert len(planted) >= 12


def test_a_seed_makes_the_same_people_again():
    assert people.person("one", 7) == people.person("one", 7) != people.person("two", 7)


def test_an_answer_503_is_excused_near_a_fault_of_the_database_only():
    away = [{"fault": "postgres", "at": 10.0, "ended": 12.0}]
    assert checking.excused({"at": 13.5, "ended": 13.6}, away)
    assert checking.excused({"at": 9.0, "ended": 10.5}, away)
    assert not checking.excused({"at": 14.5, "ended": 14.6}, away)
