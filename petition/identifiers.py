"""Identifiers that may leave the house: they sort by time and tell nobody how many rows there are."""

import secrets
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """Return a version 7 UUID (RFC 9562, section 5.7): 48 bits of milliseconds, 74 bits that begin at random.

    Within one millisecond, or when the clock is set back, this process goes on from the value before by a random
    step (section 6.2, method 2), so that rows made one after the other sort in that order.
    """
    global _last
    fresh = time.time_ns() // 1_000_000 << 74 | secrets.randbits(74)
    with _lock:
        if fresh >> 74 <= _last >> 74:
            fresh = _last + 1 + secrets.randbits(32)
        _last = fresh
    moment, first, rest = fresh >> 74, fresh >> 62 & 0xFFF, fresh & (1 << 62) - 1
    return uuid.UUID(int=moment << 80 | 0x7 << 76 | first << 64 | 0b10 << 62 | rest)
