"""How many readers a letter's page serves, beside a view that answers the same bytes; run by `python -m bench`."""

import argparse
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from bench import Figure, beside, loads, report
from bench.filling import fill  # makes Django ready
from bench.serving import WORKERS, Web, environ, gunicorn
from petition.models import Letter
from signatories import vetting

LEAST, SAME = 0.7, 0.95  # of a bare view, and of a letter with few signatures
SHOWN = 2  # seconds, issue 8, of which a second is what max-age gives to a cache behind us
LINES = {
    "constant, the same bytes": ("reference", "/constant", {}),
    "page, {few}": ("product", "/letters/few/", {}),
    "page, {many}": ("product", "/letters/a-million/", {}),
    "page, {many}, as a browser asks": ("product", "/letters/a-million/", {"Accept_Encoding": "gzip, deflate, br"}),
    "page, {many}, 304": ("product", "/letters/a-million/", {"If_None_Match": ""}),
    "page, {many}, from another site": ("product", "/letters/a-million/?fbclid=IwAR0abc", {}),
    "count for programs, {many}": ("product", "/api/v1/letters/a-million/count", {}),
}


def measure(product: Web, reference: Web, rounds: int, seconds: float) -> dict[str, tuple[float, float]]:
    """Of each line answers a second, and microseconds of the server's processor for one; taken in turn, medians."""
    servers, found = {"product": product, "reference": reference}, {}
    for turn in range(rounds):
        for line, (server, path, headers) in LINES.items():
            if "If_None_Match" in headers:
                headers = {"If_None_Match": product.get(path)[1].get("etag", '"none"')}
            web = servers[server]
            requests = [web.request(path, client=number, **headers) for number in range(1000)]
            for _ in range(8):  # whichever worker answers
                web.get(path, **headers)
            before = web.work()
            done = loads.run(loads.Job(web.port, requests, seconds=seconds))
            assert set(done.statuses) <= {200, 304}, (line, done.statuses)
            if turn:  # the first round makes everything warm
                found.setdefault(line, []).append((done.rate, 1e6 * (web.work() - before) / done.done))
    return {line: tuple(map(statistics.median, zip(*several, strict=True))) for line, several in found.items()}


def figures(found: dict[str, tuple[float, float]], few: str, many: str) -> list[Figure]:
    """The lines of the table; what the server's processor did for an answer says more on a machine that others use."""
    (constant, (rate, work)), *pages = found.items()
    lines = [Figure(constant, rate, "/s"), Figure("  processor for one", work, "µs")]
    promised: dict[str, Any] = {"least": LEAST, "target": 1, "note": "a bare view"}
    plain, unchanged = f"page, {many}", f"page, {many}, 304"
    for line, (served, used) in pages:
        lines.append(beside(line, served, "/s", rate, **(promised if line in {plain, unchanged} else {})))
        key = "page" if line == f"{plain}, as a browser asks" else ""
        lines.append(beside(f"{line}: processor", used, "µs", work, key=key, **(promised if line == plain else {})))
    line, few_work, many_work = f"{plain} beside {few}: processor", found[f"page, {few}"][1], found[plain][1]
    return [*lines, beside(line, many_work, "µs", few_work, least=SAME, target=1, note=f"page, {few}")]


def seconds_shown(product: Web, letter: Letter) -> float:
    """Seconds for which some worker still showed a name after it was hidden, while many read."""
    first, seen = letter.signatures.listed().in_order()[0], 0.0
    path = f"/letters/{letter.slug}/"
    request, entry = product.request(path), f"/{first.pk}/".encode()  # of a million many have the same name
    with ThreadPoolExecutor() as beside:
        reading = beside.submit(
            loads.run, loads.Job(product.port, [request], connections=8, seconds=6, tls=product.tls)
        )
        time.sleep(2)
        assert entry in product.get(path)[2]
        vetting.hide(first, vetter=letter.members.all()[0].user, reason="listed_by_mistake")
        hidden = time.perf_counter()
        while (now := time.perf_counter() - hidden) < 3:
            if entry in product.get(path)[2]:
                seen = now
        reading.result()
    return seen


def main() -> None:
    """Fill two letters, measure, print a table, and write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    args = parser.parse_args()
    fill(args.few, slug="few")
    letter = fill(args.signatures)
    connection.close()
    folder = Path(settings.VAR_DIR)
    env = environ(settings.DATABASE_URL, folder)
    with gunicorn("config.wsgi", env, folder / "product.log") as product:
        (folder / "body").write_bytes(product.get("/letters/a-million/")[2])
        bare = env | {"BENCH_BODY": str(folder / "body")}
        with gunicorn("bench.reference", bare, folder / "reference.log") as reference:
            found = measure(product, reference, args.rounds, args.seconds)
            seen = seconds_shown(product, letter)
    few, many = f"{args.few:,}", f"{args.signatures:,}"
    lines = figures({line.format(few=few, many=many): both for line, both in found.items()}, few, many)
    lines.append(Figure("a hidden name, still shown while many read", seen, "s", most=SHOWN, target=1))
    report("page", f"A letter's page with {many} signatures, {WORKERS} workers", lines)


if __name__ == "__main__":
    main()
