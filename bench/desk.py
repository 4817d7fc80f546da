"""What a queue of 100,000 costs a vetter: its pages, filters and groups, one person, and deciding and going on.

`make bench` runs this on a PostgreSQL of its own. The aims are medians: the queue under 150 ms, deciding and opening
the next under 200 ms.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from bench.roll import median  # noqa: E402
from petition import letterfile, lifecycle  # noqa: E402
from petition.models import Letter, User  # noqa: E402
from signatories.models import Signature  # noqa: E402
from signatories.vetting import waiting  # noqa: E402

# Every 20th has a flag, the others write from a host of their organisation; every host has listed names already.
FILL = """
INSERT INTO signatories_signature (id, letter_id, version_id, address, address_hash, name, role, organisation, former,
  country, discipline, capacity, profile_url, publish, updates, host, organisation_key, sort_key, search, rank, source,
  status, level, checked, risk, created_at, confirmed_at, language)
SELECT gen_random_uuid(), %(letter)s, %(version)s, 's' || n || '@h' || n %% 5000 || '.example.org',
  md5(n::text) || md5((-n)::text), initcap(left(md5(n::text), 6)) || ' ' || initcap(left(md5((n %% 9999)::text), 8)),
  'Engineer', 'House ' || n %% 4000, false, CASE WHEN n %% 1000 = 0 THEN 'IS' ELSE 'US' END,
  CASE n %% 2 WHEN 0 THEN 'cryptography' ELSE 'policy' END, 'personal', '', true, false,
  'h' || n %% 5000 || '.example.org', 'house ' || n %% 4000,
  left(md5(n::text), 6) || ' ' || left(md5((n %% 9999)::text), 8),
  left(md5(n::text), 6) || ' ' || left(md5((n %% 9999)::text), 8) || ' house ' || n %% 4000, 32767, 'public',
  CASE WHEN n > %(number)s THEN 'listed' WHEN n %% 50 = 0 THEN 'held' ELSE 'confirmed' END,
  CASE WHEN n > %(number)s THEN 2 ELSE 1 END, '', CASE WHEN n %% 20 = 0 THEN 15 ELSE 0 END, now(), now(), ''
FROM generate_series(1, %(number)s * 5 / 4) AS n
"""
BESIDE = (
    """INSERT INTO signatories_evidence (signature_id, family, claim, result, account, public_before, url, details,
    note, checked_at) SELECT id, 'M', 'affiliation', true, 'host:' || host, false, '', '{}', '', now()
    FROM signatories_signature WHERE risk = 0""",
    """INSERT INTO signatories_flag (signature_id, kind, details, raised_at)
    SELECT id, 'free_mail', '{}', now() FROM signatories_signature WHERE risk > 0""",
    """INSERT INTO signatories_signatureevent (signature_id, letter_id, stood, stands, was, now, reason, at)
    SELECT id, letter_id, false, false, 'pending', 'confirmed', 'confirmed', now() FROM signatories_signature""",
    """INSERT INTO signatories_decision (signature_id, outcome, level, reason, note, acquainted, claims, signals,
    policy, questions, question, answer, answer_url, at) SELECT id, 'list', 2, 'work_mailbox', '', false, '[]', '[]',
    '2026-11', '[]', '', '', '', now() FROM signatories_signature WHERE status = 'listed'""",
    """INSERT INTO signatories_origin (signature_id, network, device, at)
    SELECT id, '198.51.' || abs(hashtext(host)) % 200 || '.0/24', md5(host), now() FROM signatories_signature""",
)


def fill(number: int) -> Letter:
    """Make a letter with that many who wait, and a quarter as many listed."""
    call_command("migrate", verbosity=0)
    fields = letterfile.read(Path(__file__).parent.parent / "demo" / "letter.md")
    letter = lifecycle.begin(owner=User.objects.create_user("owner@example.org"), **fields)
    lifecycle.publish(letter)
    assert letter.version is not None
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"letter": letter.pk, "version": letter.version.pk, "number": number})
        for statement in BESIDE:
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE")
    return letter


def measure(letter: Letter, times: int) -> dict[str, float]:
    """Medians in milliseconds."""
    queue, vetter = f"/desk/{letter.slug}/vetting/", Client(HTTP_HOST="127.0.0.1")
    vetter.force_login(User.objects.get())
    rows = letter.signatures.waiting().filter(risk=0).order_by("pk")
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
    return {
        "queue": median(page(), times),
        "queue behind nine tenths": median(page(after=str(waiting.Place.of(deep))), times),
        "one mail host": median(page(host=named.host), times),
        "one organisation": median(page(organisation=named.organisation), times),
        "rare country": median(page(country="IS"), times),
        "open flag": median(page(flag="free_mail"), times),
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


def main() -> None:
    """Fill, measure, print a table, and write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waiting", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=21)
    parser.add_argument("--output", type=Path, default=Path("var/bench-desk.json"))
    args = parser.parse_args()
    figures = measure(fill(args.waiting), args.times)
    print(f"{args.waiting:,} signatures wait")
    for name, value in figures.items():
        print(f"  {name:32} {value:10,.1f} ms")
    args.output.parent.mkdir(exist_ok=True)
    args.output.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
