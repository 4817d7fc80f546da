"""Watches whether the database answers, past every proxy: the truth against which answers of 503 are held."""

import threading
import time

from tests.faults.house import House
from tests.faults.journal import Journal

EVERY = 0.2  # seconds
AWAY = "database away"


class Watch:
    """Writes down from when until when the database did not answer."""

    def __init__(self, house: House, journal: Journal) -> None:
        self.house, self.journal = house, journal
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._go, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Stop."""
        self._ending.set()
        self._thread.join(10)

    def _go(self) -> None:
        answered, number = time.time(), 0
        while not self._ending.wait(EVERY):
            began = time.time()
            if self.house.database_answers():
                if number:
                    self.journal.end(number)
                answered, number = began, 0
            elif not number:
                number = self.journal.begin(fault=AWAY, since=answered)
