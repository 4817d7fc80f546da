"""Public pages are read from a standby while it keeps up, and from the primary as soon as it does not."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests import servers
from tests.postgres.processes import Website, house, until

TITLE = re.compile(r"(Keep the lights on|Written just now|It does not know this|Only the old one is told)")
FRESH = 3.0  # seconds: a look and a half, and a page


@dataclass
class Pair:
    """A primary, its standby, and a site that knows both."""

    primary: servers.Server
    standby: servers.Server
    site: Website

    def name(self, title: str) -> None:
        self.on(self.primary, f"UPDATE petition_letter SET title = '{title}'")

    def shown(self) -> str:
        """The title on a page that is not kept in memory, because a search is nobody else's."""
        answer = self.site.get("/letters/keep-the-lights-on/signatories/?search=somebody")
        assert answer.status == 200
        return str(TITLE.findall(answer.read().decode())[0])

    @staticmethod
    def on(server: servers.Server, statement: str) -> object:
        with psycopg.connect(server.url, autocommit=True) as link:
            cursor = link.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with (
        servers.postgres() as primary,
        servers.standby(primary.url) as standby,
        house(primary.url, tmp_path, DATABASE_REPLICA_URL=standby.url) as site,
    ):
        yield Pair(primary, standby, site)


def is_read_there(pair: Pair) -> bool:
    """Whether the last statement of some connection of the site at the standby was more than a look at its place."""
    pair.shown()
    ask = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%FROM \"%' AND pid <> pg_backend_pid() "
    return bool(pair.on(pair.standby, ask + "AND query_start > clock_timestamp() - interval '0.3 s'"))


def test_public_pages_are_read_at_the_standby_and_show_what_was_written_a_moment_ago(pair: Pair):
    until(lambda: is_read_there(pair), 20)
    pair.name("Written just now")
    until(lambda: pair.shown() == "Written just now", FRESH)
    until(lambda: is_read_there(pair), 20)


def test_the_list_as_a_table_is_written_by_the_standby(pair: Pair):
    # What a download says last where it was written: that the limit for its one long statement is over.
    written = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT current_setting(''statement_timeout''%'"

    def is_written_there() -> bool:
        time.sleep(0.5)  # nobody takes thirty lists in ten minutes
        answer = pair.site.get("/letters/keep-the-lights-on/signatories.csv")
        assert answer.status == 200
        assert answer.read().decode("utf-8-sig").startswith("position,")
        return bool(pair.on(pair.standby, written))

    until(lambda: is_read_there(pair), 20)
    until(is_written_there, 8)
    assert not pair.on(pair.primary, written)
    pair.standby.process.kill()
    until(lambda: pair.shown() == "Keep the lights on", 4)
    assert pair.site.get("/letters/keep-the-lights-on/signatories.csv").status == 200


def test_a_standby_that_falls_behind_is_not_read(pair: Pair):
    until(lambda: is_read_there(pair), 20)
    pair.on(pair.standby, "SELECT pg_wal_replay_pause()")
    pair.name("It does not know this")
    until(lambda: pair.shown() == "It does not know this", FRESH)
    time.sleep(0.5)  # the last page that was read there is not of now any more
    assert not is_read_there(pair)
    pair.on(pair.standby, "SELECT pg_wal_replay_resume()")
    until(lambda: is_read_there(pair), 20)


def test_nobody_notices_that_the_standby_is_lost(pair: Pair):
    until(lambda: is_read_there(pair), 20)
    pair.standby.process.kill()
    ends = time.monotonic() + 4
    while time.monotonic() < ends:
        assert pair.shown() == "Keep the lights on"


def test_a_standby_that_was_made_a_primary_is_not_read_any_more(pair: Pair):
    until(lambda: is_read_there(pair), 20)
    pair.on(pair.standby, "SELECT pg_promote()")
    pair.name("Only the old one is told")
    until(lambda: pair.shown() == "Only the old one is told", FRESH)


def reads(server: servers.Server) -> int:
    """How often signatures were looked at there, by whoever has left since."""
    said = (
        "SELECT sum(seq_scan + coalesce(idx_scan, 0)) FROM pg_stat_user_tables WHERE relname = 'signatories_signature'"
    )
    return int(str(Pair.on(server, said)))


def count_at(pair: Pair) -> int:
    """Let the clock count, and return when the newest count is from, in seconds since 1970."""
    assert pair.site.manage("drain").returncode == 0
    return int(str(pair.on(pair.primary, "SELECT extract(epoch FROM max(as_of))::bigint FROM petition_tally")))


def test_the_clock_counts_at_the_standby_and_at_the_primary_while_that_is_behind(pair: Pair):
    began, before = int(time.time()), reads(pair.standby)
    assert count_at(pair) >= began
    assert reads(pair.standby) > before
    pair.on(pair.standby, "SELECT pg_wal_replay_pause()")
    pair.name("It does not know this")
    pair.on(pair.primary, "DELETE FROM petition_tally")
    behind = reads(pair.standby)
    assert count_at(pair) >= began
    assert reads(pair.standby) == behind
    pair.standby.process.kill()
    pair.on(pair.primary, "DELETE FROM petition_tally")
    assert count_at(pair) >= began
