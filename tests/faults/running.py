"""One run from an empty house to a verdict."""

import json
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.faults import checking
from tests.faults.clients import Clients
from tests.faults.house import House, running
from tests.faults.journal import Journal
from tests.faults.nemesis import Nemesis

QUIET = 60  # seconds after the last fault in which every mail must be out (P4)
LEAST_OVERLAP = 0.2
KEPT, BROKEN, VOID = 0, 1, 3  # exit codes


@dataclass(frozen=True)
class Size:
    """How much is done in a run."""

    signs: int
    kills: int


USUAL, FULL, NIGHTLY, SMALL = Size(3_000, 40), Size(20_000, 100), Size(200_000, 1_000), Size(300, 6)


def run(folder: Path, prepared: Path, seed: str, size: Size) -> dict[str, Any]:
    """Sign under fire, wait for quiet, check, and return the verdict."""
    began = time.time()
    with running(folder, prepared, seed) as house:
        clients = Clients(house, Journal(folder / "operations.jsonl"), size.signs)
        nemesis = Nemesis(house, Journal(folder / "faults.jsonl"), size.kills)
        keep_step(clients, nemesis, size)
        clients.start()
        nemesis.start()
        while not (clients.all_have_signed and nemesis.is_done):
            time.sleep(0.2)
        house.store.with_suffix(".calm").touch()
        signed = time.time()
        wait_for_quiet(house, clients, nemesis)
        clients.end()
        quiet = time.time()
        seen = checking.look(house, clients, nemesis)
        problems = {name: list(check(seen)) for name, check in checking.PROMISES.items()}
    verdict = judge(seen, problems, seed, size)
    verdict["seconds"] = {
        "signing": round(signed - began),
        "quiet": round(quiet - signed),
        "all": round(time.time() - began),
    }
    (folder / "verdict.json").write_text(json.dumps(verdict, indent=1))
    return verdict


def keep_step(clients: Clients, nemesis: Nemesis, size: Size) -> None:
    """Neither runs far ahead of the other, however fast the machine is: faults fall on people who sign."""
    ahead = 1.5 / max(size.kills, 1)
    clients.may_sign = lambda number: (
        number / size.signs <= nemesis.killed / max(size.kills, 1) + ahead + (not size.kills)
    )
    nemesis.may_kill = lambda number: number / size.kills <= clients.done / size.signs + ahead


def wait_for_quiet(house: House, clients: Clients, nemesis: Nemesis) -> None:
    """Wait until everybody has their mail and nothing moves any more, at most 60 seconds after the last fault."""
    deadline = max(nemesis.last, time.time() - 5) + QUIET
    clients.last_way_out = time.monotonic() + QUIET
    still = 0
    while time.time() < deadline and still < 3:
        still = still + 1 if clients.at_rest and at_rest(house) else 0
        time.sleep(1)


def at_rest(house: House) -> bool:
    """Whether nothing is owed, and the newest count is the last word."""
    ask = """SELECT (SELECT count(*) FROM signatories_mail WHERE state = 'owed')
        + (SELECT count(*) FROM signatories_signature WHERE collect_after IS NOT NULL)"""
    try:
        with psycopg.connect(house.database(), connect_timeout=2) as link:
            return not link.execute(ask).fetchone()[0]  # type: ignore[index]
    except psycopg.Error:
        return False


def judge(seen: checking.Seen, problems: dict[str, list[str]], seed: str, size: Size) -> dict[str, Any]:
    """Put the verdict together."""
    share = checking.overlap(seen)
    void = []
    if seen.nemesis.killed < size.kills:
        void.append(f"{seen.nemesis.killed} of {size.kills} kills were delivered")
    if share < LEAST_OVERLAP:
        void.append(f"{share:.0%} of the operations overlapped a fault")
    broken = any(problems.values())
    return {
        "verdict": "broken" if broken else "void" if void else "kept",
        "seed": seed,
        "again": f"python -m tests.faults --seed {seed} --signs {size.signs} --kills {size.kills}",
        "signs": size.signs,
        "accepted": len(seen.clients.accepted),
        "confirmed": len(checking.accepted(seen, "confirm")),
        "withdrawn": len(checking.accepted(seen, "withdraw")),
        "mails": len(seen.mails),
        "extra mails": len(seen.mails) - len({(mail["to"], checking.message_id(mail)) for mail in seen.mails}),
        "requests": dict(
            sorted(
                Counter(
                    str(one.get("status", "")) or "none" for one in seen.operations if not checking.is_whole(one)
                ).items()
            )
        ),
        "unknown in the end": sum(one.get("result") == "unknown" for one in seen.operations if checking.is_whole(one)),
        "kills": seen.nemesis.killed,
        "faults": dict(sorted(seen.nemesis.delivered.items())),
        "overlap": round(share, 3),
        "problems": problems,
        "void": void,
    }


def code(verdict: dict[str, Any]) -> int:
    """The exit code of a verdict."""
    return {"kept": KEPT, "broken": BROKEN, "void": VOID}[verdict["verdict"]]
