"""What nginx with the shipped configuration adds before the site: the letter's page beside the same bytes from disk.

Both by TLS and from the same nginx, in turn; where nginx is not installed it says so. Answers a second end where the
load generator does, so the processor time of nginx for one answer says more.
"""

import argparse
import statistics
from pathlib import Path

from django.conf import settings
from django.db import connection

from bench import Figure, beside, loads, report
from bench.filling import SLUG, fill  # makes Django ready
from bench.page import SHOWN, seconds_shown
from bench.serving import HOST, Web, environ, gunicorn
from tests import fronting, servers

LEAST = 0.5  # of the same bytes from disk
PATH = f"/letters/{SLUG}/"
COMPRESSED = {"Accept_Encoding": "gzip, deflate, br"}


def measure(front: Web, disk: Web, rounds: int, seconds: float) -> dict[str, tuple[float, float]]:
    """Of each line answers a second, and microseconds of nginx's processor for one; taken in turn, medians."""
    lines = {
        "file from disk": disk.request("/plain.html"),
        "page": front.request(PATH),
        "compressed file from disk": disk.request("/compressed.html"),
        "page as a browser asks": front.request(PATH, **COMPRESSED),
    }
    found: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        for line, request in lines.items():
            port, before = (disk if "disk" in line else front).port, front.work()
            done = loads.run(loads.Job(port, [request], seconds=seconds, tls=True))
            assert set(done.statuses) == {200}, (line, done.statuses)
            found.setdefault(line, []).append((done.rate, 1e6 * (front.work() - before) / done.done))
    return {line: tuple(map(statistics.median, zip(*several, strict=True))) for line, several in found.items()}


def figures(found: dict[str, tuple[float, float]]) -> list[Figure]:
    """The lines of the table."""
    lines, pairs = [], {"page": "file from disk", "page as a browser asks": "compressed file from disk"}
    for line, reference in pairs.items():
        (served, used), (rate, work) = found[line], found[reference]
        more = {"least": LEAST, "target": 1, "note": f"{reference}, by nginx"}
        lines += [Figure(reference, rate, "/s"), Figure(f"{reference}: processor", work, "µs")]
        lines.append(beside(f"nginx: {line}", served, "/s", rate, **more))
        key = "front" if "browser" in line else ""
        lines.append(beside(f"nginx: {line}: processor", used, "µs", work, key=key, **more))
    return lines


def main() -> None:
    """Fill a letter, measure, print a table, and write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    args = parser.parse_args()
    if lacking := servers.missing(["nginx"]):
        print(lacking)
        report("front", "Behind nginx", [])
        return
    letter, folder = fill(args.signatures), Path(settings.VAR_DIR)
    connection.close()
    with (
        gunicorn("config.wsgi", environ(settings.DATABASE_URL, folder), folder / "front.log") as site,
        fronting.nginx(folder / "nginx", site=site.port, static=folder / "static", host=HOST) as nginx,
    ):
        front, disk = (Web(port, nginx.process, tls=True) for port in (nginx.port, nginx.disk))
        (nginx.folder / "disk" / "plain.html").write_bytes(front.get(PATH)[2])
        (nginx.folder / "disk" / "compressed.html").write_bytes(front.get(PATH, **COMPRESSED)[2])
        lines = figures(measure(front, disk, args.rounds, args.seconds))
        seen = seconds_shown(front, letter)
    lines.append(Figure("nginx: a hidden name, still shown", seen, "s", most=SHOWN, target=1))
    report("front", f"Behind nginx, by TLS, {args.signatures:,} signatures", lines)


if __name__ == "__main__":
    main()
