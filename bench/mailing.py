"""What it costs to mail an update to fifty thousand readers: a worker beside a bare loop over one connection.

`make bench` runs this on a PostgreSQL of its own. The sink is a mail server in a process of its own that takes every
mail and keeps none; the bare loop hands it the same mail, made once, as often as the machine can. The ratio of the
two is what matters; mails a second belong to the machine.
"""

import argparse
import cProfile
import json
import pstats
import smtplib
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench import peak_memory
from bench.filling import fill  # makes Django ready
from bench.sink import sink
from petition import news
from petition.models import Letter
from signatories import announce, mail_server, outbox
from signatories.models import Mail, Signature

ALTERNATE = 5  # times that both are measured in turn, so that a busy moment of the machine hits both


def bare(port: int, seconds: float) -> float:
    """Mails a second that a loop hands over one connection, without a database and without a text to make."""
    mail = Mail.objects.select_related("signature__letter", "announcement__update").filter(bulk=True)[0]
    message = outbox.compose(mail)
    text, sender, done = message.message().as_bytes(linesep="\r\n"), "letters@example.org", 0
    with smtplib.SMTP("127.0.0.1", port) as link:
        began = time.perf_counter()
        while time.perf_counter() < began + seconds:
            link.sendmail(sender, message.to, text)
            done += 1
        return done / (time.perf_counter() - began)


def worker(seconds: float) -> float:
    """Mails a second that the task of the worker sends."""
    began, done = time.perf_counter(), 0
    while time.perf_counter() < began + seconds:
        sent = outbox.send(seconds=min(outbox.TURN, seconds))
        done += sent
        if not sent:
            break
    return done / (time.perf_counter() - began)


def statements(number: int) -> float:
    """Statements for a mail, over that many."""
    counted = 0

    def count(execute: Any, *rest: Any) -> Any:
        nonlocal counted
        counted += 1
        return execute(*rest)

    with connection.execute_wrapper(count):
        sent = outbox.send(number)
    return counted / max(sent, 1)


def publish(letter: Letter) -> float:
    """Publish news for everybody, and owe it; return the seconds that the owing took."""
    Signature.objects.filter(letter=letter).update(updates=True)
    owner = letter.members.all()[0].user
    body = "The committee has read the letter and will answer within the month.\n\n" * 8
    news.publish(news.write(letter, title="The committee has read it", body=body, by=owner))
    began = time.perf_counter()
    announce.make()
    taken = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE signatories_mail")
    return taken


def measure(letter: Letter, seconds: float) -> dict[str, float]:
    """Send everything, with the bare loop in between; the figures."""
    with sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        figures = {"owed in (s)": publish(letter)}
        loops, workers = [], []
        for _ in range(ALTERNATE):
            loops.append(bare(server.port, seconds))
            workers.append(worker(seconds))
        figures["statements a mail"] = statements(200)
        mail_server.line.close()
        before, began = server.counts(), time.perf_counter()
        sent = _rest()
        took = time.perf_counter() - began
        connections, mails = (now - then for now, then in zip(server.counts(), before, strict=True))
        figures |= {
            "bare loop (mails/s)": sorted(loops)[ALTERNATE // 2],
            "worker (mails/s)": sorted(workers)[ALTERNATE // 2],
            "ratio": sorted(ours / theirs for ours, theirs in zip(workers, loops, strict=True))[ALTERNATE // 2],
            "the rest (mails)": sent,
            "the rest (mails/s)": sent / took,
            "the rest (connections)": connections,
            "most memory (MB)": peak_memory(),
        }
        assert mails == sent
    left = Mail.objects.exclude(state=Mail.State.SENT).filter(send_after__lte=timezone.now()).count()
    assert not left, f"{left} were not sent"
    return figures


def _rest() -> int:
    sent = 0
    while more := outbox.send(seconds=outbox.TURN):
        sent += more
    return sent


def main() -> None:
    """Fill, send, print a table, and write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement in turn")
    parser.add_argument("--profile", action="store_true", help="print where the time of 1,000 mails goes, and end")
    parser.add_argument("--output", type=Path, default=Path("var/bench-mailing.json"))
    args = parser.parse_args()
    letter = fill(args.readers)
    if args.profile:
        profile(letter)
        return
    measured = measure(letter, args.seconds)
    print(f"{args.readers:,} readers")
    for name, value in measured.items():
        print(f"  {name:26} {value:12,.2f}")
    args.output.parent.mkdir(exist_ok=True)
    args.output.write_text(json.dumps(measured, indent=1))


def profile(letter: Letter) -> None:
    """Print where the time goes."""
    with sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        publish(letter)
        profiler = cProfile.Profile(time.process_time)
        profiler.runcall(lambda: outbox.send(1000))
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)


if __name__ == "__main__":
    main()
