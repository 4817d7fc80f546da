"""Plants one mistake after the other, and looks whether the promise that is meant for it is broken."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults import acts, running
from tests.faults.acts import Size
from tests.faults.running import Act

SEED = "planted"


@dataclass(frozen=True)
class Play:
    """A scenario just long enough for some mistakes."""

    signs: int = 0
    kills: int = 0
    faults: tuple[str, ...] = ()
    plays: tuple[Act, ...] = ()

    @property
    def size(self) -> Size:
        return Size(self.signs, self.kills, at_once=60, frozen=6.0, owed=80, beside=80)


BROKER = Play(150, 6, ("redis", "worker", "mail"))
WEB, SINK = Play(120, 5, ("web worker", "web master")), Play(300, 3, ("sink",))
DATABASE, PLAIN = Play(80, 2, ("postgres", "postgres backend")), Play(200)
AT_ONCE, FROZEN = Play(plays=(acts.all_at_once,)), Play(plays=(acts.redis_frozen,))
BATCH = Play(plays=(acts.killed_while_sending,))
HANGING, DOUBLE = Play(plays=(acts.mail_server_hangs,)), Play(plays=(acts.two_of_everything,))

# Which mistake, in which scenario, and which promise must be broken by it.
TABLE: dict[str, tuple[Play, str]] = {
    "on_commit_only": (BROKER, "P4"),
    "early_acknowledgement": (BATCH, "P4"),
    "sweep_off": (WEB, "P4"),
    "mark_before_send": (SINK, "P4"),
    "mark_after_the_batch": (BATCH, "P5"),
    "row_lock_over_smtp": (HANGING, "P8"),
    "two_senders_take_the_same": (DOUBLE, "P10"),
    "refusals_are_tried_again": (PLAIN, "P8"),
    "no_unique_key": (AT_ONCE, "P2"),
    "no_compare_and_swap": (AT_ONCE, "P6"),
    "confirm_on_get": (PLAIN, "consent"),
    "stale_count": (PLAIN, "P9"),
    "history_is_forgotten": (PLAIN, "P9"),
    "error_instead_of_busy": (DATABASE, "P11"),
    "address_in_a_log": (PLAIN, "logs"),
    "redis_in_the_request": (FROZEN, "P7"),
}
CONTROL = Play(300, 8, (), running.PLAIN)


def plant(folder: Path, prepared: Path, name: str, seed: str = SEED) -> dict[str, Any]:
    """Run the scenario of one mistake with it, or of the control with none; return what was found."""
    play, promise = TABLE.get(name, (CONTROL, ""))
    extra = {"DJANGO_SETTINGS_MODULE": "tests.faults.mutants.settings", "PLANTED": name} if promise else {}
    (folder / name).mkdir(parents=True)
    began = time.time()
    try:
        verdict = running.run(
            folder / name, prepared, seed, play.size, plays=play.plays, faults=play.faults, extra=extra
        )
        problems = verdict["problems"]
    except Exception as problem:  # a scenario that cannot be played to its end has found nothing
        problems = {"none": [f"{type(problem).__name__}: {problem}"]}
    found = problems.get(promise, []) if promise else []
    return {
        "mistake": name,
        "promise": promise,
        "caught": bool(found) if promise else not problems,
        "found": found[:1] or [line for lines in problems.values() for line in lines[:1]],
        "also broken": sorted(set(problems) - {promise}),
        "seconds": round(time.time() - began),
    }


def plant_all(folder: Path, prepared: Path, names: list[str]) -> list[dict[str, Any]]:
    """Play the scenarios on the product as it is, and then each with its mistake."""
    rows = []
    for name in names or ["control", *TABLE]:
        rows.append(plant(folder, prepared, name))
        print(json.dumps(rows[-1]), flush=True)
    return rows
