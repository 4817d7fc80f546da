"""What the benchmarks share: taking times in turn, and one table and one file for what they found."""

import json
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(".venv/bench")


@dataclass(frozen=True)
class Figure:
    """One line of a table.

    Attributes:
        what: was measured.
        value, unit: as it came out here; most belong to the machine.
        ratio: to a reference of the same run, which belongs to us.
        least, most: what was promised of the ratio, or of the value where there is none.
        note: what the ratio is to, or why it is as it is.
        target: which of `bench.table.TARGETS` it belongs to; 0 for none.
        reference: what was measured beside it in the same run, in the same unit.
        key: the name under which `bench.capacity` reckons with it.
    """

    what: str
    value: float
    unit: str = "ms"
    ratio: float | None = None
    least: float | None = None
    most: float | None = None
    note: str = ""
    target: int = 0
    reference: float | None = None
    key: str = ""

    @property
    def bar(self) -> str:
        """What was promised, in signs."""
        if self.least is None and self.most is None:
            return ""
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"

    @property
    def met(self) -> bool | None:
        """Whether it is as promised; None where nothing was."""
        if self.least is None and self.most is None:
            return None
        judged = self.value if self.ratio is None else self.ratio
        return (self.least is None or judged >= self.least) and (self.most is None or judged <= self.most)


def beside(what: str, value: float, unit: str, reference: float, **more: Any) -> Figure:
    """A line with its ratio to a reference: above 1 is better than that, whether more is better or less."""
    ratio = value / reference if unit.endswith("/s") else reference / value
    return Figure(what, value, unit, ratio, reference=reference, **more)


def report(name: str, title: str, figures: Sequence[Figure], **more: Any) -> None:
    """Print a table, and write the same to `.venv/bench/<name>.json`.

    Args:
        name: of the benchmark.
        title: what was there, such as how many signatures.
        figures: the lines.
        more: what else belongs into the file.
    """
    print(f"\n{title}")
    for one in figures:
        ratio = "" if one.ratio is None else f"{one.ratio:8.2f} ×"
        verdict = {None: "", True: "met", False: "MISSED"}[one.met]
        line = f"  {one.what:44} {one.value:14,.1f} {one.unit:9} {ratio:10} {one.bar:8} {verdict:6} {one.note}"
        print(line.rstrip(), flush=True)
    machine = {"processors": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    rows = [{**asdict(one), "bar": one.bar, "met": one.met} for one in figures]
    FOLDER.mkdir(parents=True, exist_ok=True)
    whole = {"bench": name, "title": title, "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", **machine, **more}
    (FOLDER / f"{name}.json").write_text(json.dumps({**whole, "figures": rows}, indent=1, ensure_ascii=False) + "\n")


def took(work: Callable[[], Any]) -> float:
    """Milliseconds that something takes."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def median(work: Callable[[], Any], times: int) -> float:
    """The median of several runs, in milliseconds."""
    return statistics.median(took(work) for _ in range(times))


def in_turn(works: Mapping[str, Callable[[], Any]], times: int) -> dict[str, list[float]]:
    """Milliseconds of each, measured in turn, so that a busy moment of the machine hits all of them."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(times):
        for name, work in works.items():
            taken[name].append(took(work))
    return taken


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of what was measured in turn, each beside its neighbour."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def peak_memory() -> float:
    """The most memory this process ever had, in MB."""
    said = Path("/proc/self/status")
    if said.exists():  # the other figure begins with that of the process which started this one
        return int(said.read_text().partition("VmHWM:")[2].split()[0]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
