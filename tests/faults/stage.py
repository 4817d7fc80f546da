"""What the acts of a run share: the house, the journals, and what was found wrong on the way."""

from collections import defaultdict
from dataclasses import dataclass, field

from tests.faults.house import House
from tests.faults.journal import Journal


@dataclass
class Stage:
    """One run."""

    house: House
    operations: Journal = field(init=False)
    faults: Journal = field(init=False)
    accepted: dict[str, str] = field(default_factory=dict)  # address: where its code is typed
    problems: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    killed_senders: int = 0  # by an act, beside the nemesis
    seconds: dict[str, int] = field(default_factory=dict)  # of each act
    figures: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.operations = Journal(self.house.folder / "operations.jsonl")
        self.faults = Journal(self.house.folder / "faults.jsonl")

    def expect(self, promise: str, holds: bool, problem: str) -> None:
        """Note what is wrong with a promise, unless it holds."""
        if not holds:
            self.problems[promise].append(problem)
