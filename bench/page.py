"""How many readers a letter's page serves, beside a view that answers the same bytes; run by `bench.web`."""

import argparse
import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.conf import settings
from django.db import connection

from bench import loads
from bench.filling import fill  # makes Django ready
from bench.serving import Web, environ, gunicorn
from petition.models import Letter
from signatories import vetting
from signatories.models import SignatureEvent

SHOWN = 2  # seconds, issue 8, of which a second is what max-age gives to a cache behind us
LINES = {
    "constant, the same bytes": ("reference", "/constant", {}),
    "page, {few}": ("product", "/letters/few/", {}),
    "page, {many}": ("product", "/letters/many/", {}),
    "page, {many}, as a browser asks": ("product", "/letters/many/", {"Accept_Encoding": "gzip, deflate, br"}),
    "page, {many}, 304": ("product", "/letters/many/", {"If_None_Match": ""}),
    "page, {many}, from another site": ("product", "/letters/many/?fbclid=IwAR0abc", {}),
    "count for programs, {many}": ("product", "/api/v1/letters/many/count", {}),
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


def show(figures: dict[str, tuple[float, float]]) -> None:
    """Print a table with the ratios to its first line."""
    rate_of, work_of = next(iter(figures.values()))
    print(f"{'':44} answers/s  ratio   processor  ratio")
    for line, (rate, work) in figures.items():
        print(f"  {line:42} {rate:9,.0f} {rate / rate_of:6.2f} {work:8,.0f} µs {work_of / work:6.2f}")


def seconds_shown(product: Web, letter: Letter) -> float:
    """Seconds for which some worker still showed a name after it was hidden, while many read."""
    first, seen = letter.signatures.listed().in_order()[0], 0.0
    path = f"/letters/{letter.slug}/"
    # What was filled in has no history, and a name that never came onto the list leaves no trace when it goes.
    came = {"letter": letter, "was": "confirmed", "now": "listed", "stood": False, "stands": True}
    SignatureEvent.objects.bulk_create([SignatureEvent(signature=first, **came)])
    request = product.request(path)
    with ThreadPoolExecutor() as beside:
        reading = beside.submit(loads.run, loads.Job(product.port, [request], connections=8, seconds=6))
        time.sleep(2)
        assert first.name.encode() in product.get(path)[2]
        vetting.hide(first, vetter=letter.members.all()[0].user, reason="listed_by_mistake")
        hidden = time.perf_counter()
        while (now := time.perf_counter() - hidden) < 3:
            if first.name.encode() in product.get(path)[2]:
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
    parser.add_argument("--output", type=Path, default=Path("var/bench-page.json"))
    args = parser.parse_args()
    fill(args.few, slug="few")
    letter = fill(args.signatures, slug="many")
    connection.close()
    folder = Path(settings.VAR_DIR)
    env = environ(settings.DATABASE_URL, folder)
    with gunicorn("config.wsgi", env, folder / "product.log") as product:
        (folder / "body").write_bytes(product.get("/letters/many/")[2])
        bare = env | {"BENCH_BODY": str(folder / "body")}
        with gunicorn("bench.reference", bare, folder / "reference.log") as reference:
            found = measure(product, reference, args.rounds, args.seconds)
            figures = {line.format(few=f"{args.few:,}", many=f"{args.signatures:,}"): n for line, n in found.items()}
            show(figures)
            seen = seconds_shown(product, letter)
            print(f"  a hidden name was shown for {seen:.2f} s more while many read")
            assert seen < SHOWN, f"a hidden name may be shown for {SHOWN} s"
            figures["a hidden name, s"] = (seen, SHOWN)
    args.output.parent.mkdir(exist_ok=True)
    args.output.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
