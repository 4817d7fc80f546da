"""Moves the clock of one process of the harness ahead; Python imports this file when it starts."""

import datetime
import os

import time_machine

minutes = int(os.environ.get("MINUTES_AHEAD", "0"))
if minutes:
    shifted = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes)
    time_machine.travel(shifted, tick=True).start()
