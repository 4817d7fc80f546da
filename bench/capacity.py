"""What follows from the figures of a run for a very large letter: the arithmetic of docs/scaling.md."""

from collections.abc import Iterator, Mapping

HEAD = ("for", "arithmetic", "result")
LARGE = 10_000_000  # signatures on one letter
SIGNS, CONFIRMS, READS = 330, 300, 8_000  # a second: the record of web petitions, times ten
HOUR = 3600


def rows(known: Mapping[str, float], signatures: int) -> list[tuple[str, str, str]]:
    """The lines that can be reckoned from what is known.

    Args:
        known: figures by their keys; times of the processor in µs, of the tally in ms.
        signatures: of the letter on which they were measured.
    """
    some = [_disk(known), _cores(known), _work(known, signatures), _of_the_mix(known)]
    return [line for lines in some for line in lines]


Lines = Iterator[tuple[str, str, str]]


def _disk(known: Mapping[str, float]) -> Lines:
    if size := known.get("bytes"):
        yield "10,000,000 signatures on disk", f"{size:,.0f} bytes × 10,000,000", f"{size * LARGE / 1e9:,.0f} GB"


def _cores(known: Mapping[str, float]) -> Lines:
    """How many cores the record times ten takes, by what one of its kind takes of the processor."""
    each = {
        "signing 330 a second, web": ("sign", SIGNS),
        "signing, database": ("sign database", SIGNS),
        "confirming 300 a second, web": ("confirm", CONFIRMS),
        "confirming, database": ("confirm database", CONFIRMS),
        "reading 8,000 pages a second, nginx": ("front", READS),
        "the same without nginx, web": ("page", READS),
    }
    for what, (key, rate) in each.items():
        if taken := known.get(key):
            yield what, f"{rate:,} × {taken:,.0f} µs", f"{rate * taken / 1e6:.2f} cores"


def _work(known: Mapping[str, float], signatures: int) -> Lines:
    """How long what concerns a whole letter takes at ten millions."""
    if rate := known.get("mails"):
        yield "a mail to each of 10,000,000, by the two senders", f"10,000,000 / {rate:,.0f}/s", _hours(LARGE / rate)
    if taken := known.get("tally"):
        seconds = taken / 1000 * LARGE / signatures
        yield "one count of 10,000,000", f"{taken:,.0f} ms × {LARGE / signatures:,.0f}", f"{seconds:,.1f} s"
    for format in ("csv", "workbook"):
        if rate := known.get(format):
            yield f"10,000,000 as {format}", f"10,000,000 / {rate:,.0f}/s", _hours(LARGE / rate)


def _of_the_mix(known: Mapping[str, float]) -> Lines:
    """Who takes the processor under the mixed load, most first."""
    taken = {key.removeprefix("of "): value for key, value in known.items() if key.startswith("of ")}
    for name, share in sorted(taken.items(), key=lambda item: -item[1]):
        yield f"mixed load: {name}", "of one core", f"{share:.0f} %"


def _hours(seconds: float) -> str:
    return f"{seconds / HOUR:.1f} hours" if seconds >= HOUR else f"{seconds / 60:.1f} minutes"
