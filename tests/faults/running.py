"""One run from an empty house to a verdict."""

import json
import os
import platform
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg

from tests.faults import acts, checking, sink
from tests.faults.acts import Size
from tests.faults.house import ROOT, House, running
from tests.faults.stage import Stage

LEAST_OVERLAP = 0.2
KEPT, BROKEN, VOID = 0, 1, 3  # exit codes
USUAL, FULL, NIGHTLY = (
    Size(3_000, 40),
    Size(20_000, 100, frozen=60, owed=5_000),
    Size(200_000, 1_000, frozen=60, owed=5_000),
)
Act = Callable[[Stage, Size], None]


def run(
    folder: Path,
    prepared: Path,
    seed: str,
    size: Size,
    *,
    plays: tuple[Act, ...] | None = None,
    faults: tuple[str, ...] = (),
    extra: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Sign under fire, play the other acts, check every promise, and return the verdict."""
    began = time.time()
    with running(folder, prepared, seed, extra) as house:
        stage = Stage(house)
        started = time.time()
        nemesis = acts.fire(stage, size, faults)
        under_fire = time.time()
        for act in PLAIN if plays is None else plays:
            play(act, stage, size)
        wait_for_the_last(stage)
        seen = checking.look(stage, nemesis)
        for name, check in checking.PROMISES.items():
            stage.problems[name] += check(seen)
        verdict = judge(seen, seed, size) | {"machine": machine(house)}
    moments = (began, started, under_fire, time.time())
    verdict["seconds"] = {"start": round(moments[1] - moments[0]), "under fire": round(moments[2] - moments[1])}
    verdict["seconds"] |= {**stage.seconds, "all": round(moments[3] - moments[0])}
    (folder / "verdict.json").write_text(json.dumps(verdict, indent=1))
    return verdict


def play(act: Act, stage: Stage, size: Size) -> None:
    """Play one act, and note how long it took."""
    began = time.time()
    act(stage, size)
    stage.seconds[act.__name__.replace("_", " ")] = round(time.time() - began)


def two_of_everything_and_drift(stage: Stage, size: Size) -> None:
    """Both at once, because the clock looks for drift every half minute only."""
    beside = threading.Thread(target=acts.drift, args=(stage, size))
    beside.start()
    acts.two_of_everything(stage, size)
    beside.join()


PLAIN = (
    *(acts.killed_while_sending, acts.all_at_once, acts.redis_frozen),
    *(acts.mail_server_hangs, acts.mail_server_away, two_of_everything_and_drift),
)


def wait_for_the_last(stage: Stage) -> None:
    """Give the mails of the last act the same 60 seconds."""
    deadline = time.time() + acts.QUIET
    while time.time() < deadline and not acts.at_rest(stage.house):
        time.sleep(0.5)


def judge(seen: checking.Seen, seed: str, size: Size) -> dict[str, Any]:
    """Put the verdict together."""
    share = checking.overlap(seen)
    void = []
    if seen.nemesis.killed < size.kills:
        void.append(f"{seen.nemesis.killed} of {size.kills} kills were delivered")
    if share < LEAST_OVERLAP:
        void.append(f"{share:.0%} of the operations overlapped a fault")
    problems = {name: found for name, found in seen.stage.problems.items() if found}
    whole = [one for one in seen.operations if checking.is_whole(one)]
    statuses = Counter(str(one.get("status") or "none") for one in seen.operations if not checking.is_whole(one))
    return {
        "verdict": "broken" if problems else "void" if void else "kept",
        "seed": seed,
        "again": f"python -m tests.faults --seed {seed} {size.share}",
        "signs": size.signs,
        "accepted": len(seen.accepted),
        "confirmed": len(checking.accepted(seen, "confirm")),
        "withdrawn": len(checking.accepted(seen, "withdraw")),
        "unknown in the end": sum(one.get("result") == "unknown" for one in whole),
        "mails": len(seen.mails),
        "extra mails": len(seen.mails) - len({(mail["to"], sink.message_id(mail)) for mail in seen.mails}),
        "answers": dict(sorted(statuses.items())),
        "kills": seen.nemesis.killed,
        "faults": dict(sorted(seen.nemesis.delivered.items())),
        "overlap": round(share, 3),
        "figures": seen.stage.figures,
        "problems": problems,
        "void": void,
    }


def machine(house: House) -> dict[str, Any]:
    """On what a verdict was reached."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    with psycopg.connect(house.database()) as link:
        server = link.info.server_version
    return {
        "day": time.strftime("%Y-%m-%d", time.gmtime()),
        "commit": commit.stdout.strip(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "postgresql": f"{server // 10_000}.{server % 10_000}",
    }


def code(verdict: dict[str, Any]) -> int:
    """The exit code of a verdict."""
    return {"kept": KEPT, "broken": BROKEN, "void": VOID}[verdict["verdict"]]
