"""What a queue of 100,000 of a million costs a vetter: its pages, filters and groups, one person, and deciding.

`make bench` runs this on a PostgreSQL of its own. The aims are medians: the queue under 150 ms, deciding and opening
the next under 200 ms.
"""

import argparse
from collections.abc import Callable

from bench import Figure, median, report
from bench.filling import fill  # makes Django ready
from petition.models import Letter
from signatories.models import Signature
from signatories.vetting import waiting
from tests.conftest import logged_in

# Milliseconds.
QUEUE, DECIDED = 150, 200
TOLD = ("queue", "queue behind nine tenths", "decide and next")  # in the table of targets


def measure(letter: Letter, times: int) -> list[Figure]:
    """The lines of the table: medians in milliseconds."""
    queue = f"/desk/{letter.slug}/vetting/"
    vetter = logged_in(letter.members.order_by("pk")[0].user, HTTP_HOST="127.0.0.1")
    rows = letter.signatures.waiting().filter(risk=0, status="confirmed").exclude(organisation="").order_by("pk")
    deep = rows[rows.count() * 9 // 10]
    named = rows[5]

    def page(path: str = queue, **asked: str) -> Callable[[], None]:
        def get() -> None:
            assert vetter.get(path, asked).status_code == 200

        return get

    def decide() -> None:
        one = clear.pop()
        sent = {"level": "2", "reason": "work_mailbox", "then": "next"}
        answer = vetter.post(f"{queue}{one.pk}/list/", sent)
        assert answer.status_code == 303, answer.content
        assert vetter.get(answer["Location"]).status_code == 200
        assert Signature.objects.get(pk=one.pk).status == "listed"

    def go_on() -> None:
        assert vetter.post(queue + "next/", {"behind": str(waiting.Place.of(deep))}).status_code == 303

    clear = list(rows[1000 : 1000 + times + 1])
    pages = {
        "queue": median(page(), times),
        "queue behind nine tenths": median(page(after=str(waiting.Place.of(deep))), times),
        "one mail host": median(page(host=named.host), times),
        "one organisation": median(page(organisation=named.organisation), times),
        "rare country": median(page(country="IS"), times),
        "open flag": median(page(flag="seconds"), times),
        "nothing supports them": median(page(evidence="nothing"), times),
        "search: one name": median(page(name=named.name), times),
        "search: nobody": median(page(name="zzzzzz"), times),
        "grouped by mail host": median(page(by="host"), times),
        "grouped by organisation": median(page(by="organisation"), times),
        "grouped by duplicate": median(page(by="duplicate"), times),
        "listed": median(page(status="listed"), times),
        "one person": median(page(f"{queue}{named.pk}/"), times),
        "next": median(go_on, times),
        "decide and next": median(decide, times),
    }
    most = dict.fromkeys(pages, QUEUE) | {"next": DECIDED, "decide and next": DECIDED}
    return [Figure(name, value, most=most[name], target=8 if name in TOLD else 0) for name, value in pages.items()]


def main() -> None:
    """Fill, measure, print a table, and write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=11)
    args = parser.parse_args()
    letter = fill(args.signatures)
    title = f"{letter.signatures.waiting().count():,} of {args.signatures:,} signatures wait"
    report("desk", title, measure(letter, args.times))


if __name__ == "__main__":
    main()
