"""Tests that need real commits: several connections at once, on a real PostgreSQL."""

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext

from tests.postgres import emptying

pytestmark = pytest.mark.postgres


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/postgres" in str(item.path):
            item.add_marker(pytest.mark.postgres)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session", autouse=True)
def _emptied() -> Iterator[None]:
    """What Django does after a test that commits takes longer than most of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: emptying.empty())
        yield


@pytest.fixture(autouse=True)
def _postgresql(transactional_db: None) -> None:
    assert connection.vendor == "postgresql", "these tests run by `make test`, which starts PostgreSQL"


@pytest.fixture
def plans() -> Callable[[Callable[[], Any]], str]:
    """What the database would do for each query of some work."""

    def explain(work: Callable[[], Any]) -> str:
        with CaptureQueriesContext(connection) as queries:
            work()
        assert queries.captured_queries
        found = []
        with connection.cursor() as cursor:
            for query in queries.captured_queries:
                cursor.execute(f"EXPLAIN {query['sql']}")
                found += [row[0] for row in cursor.fetchall()]
        return "\n".join(found)

    return explain


@pytest.fixture
def at_once() -> Callable[[Iterable[Callable[[], Any]]], list[Any]]:
    """Do several things at the same moment, each in a thread with a connection of its own."""

    def run(things: Iterable[Callable[[], Any]]) -> list[Any]:
        todo = list(things)
        start, results = threading.Barrier(len(todo)), [None] * len(todo)

        def one(number: int) -> None:
            try:
                connection.ensure_connection()
                start.wait(30)
                results[number] = todo[number]()
            except Exception as problem:
                results[number] = problem
            finally:
                connections.close_all()

        threads = [threading.Thread(target=one, args=(number,)) for number in range(len(todo))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return results

    return run
