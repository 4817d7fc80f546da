"""What it costs to mail an update to fifty thousand readers: a worker beside a bare loop over one connection.

`make bench` runs this on a PostgreSQL and a Redis of its own, with the clock and the worker for mail of the Procfile.
The sink is a mail server in a process of its own that takes every mail and keeps none; the bare loop hands it the same
mail, made once, over one connection, as often as the machine can. The ratio of the two is what matters; mails a second
belong to the machine.
"""

import argparse
import cProfile
import os
import pstats
import smtplib
import statistics
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench import Figure, ratio, report
from bench.filling import fill  # makes Django ready
from bench.serving import processes
from bench.sink import Sink, sink
from bench.tally import change
from petition import news
from petition.models import Letter
from signatories import announce, mail_server, outbox
from signatories.models import HELD, Mail, Signature

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


def worker(server: Sink, mails: int, seconds: float = 600) -> float:
    """Mails a second that the workers send of so many that become due at once, from the first to the last of them."""
    before = server.counts()[1]
    due = Mail.objects.filter(state=Mail.State.OWED, send_after=HELD).order_by("pk")
    Mail.objects.filter(pk__in=list(due.values_list("pk", flat=True)[:mails])).update(send_after=timezone.now())
    first, already, sent, until = 0.0, 0, 0, time.perf_counter() + seconds
    while sent < mails:
        time.sleep(0.05)
        sent = server.counts()[1] - before
        if sent and not first:
            first, already = time.perf_counter(), sent
        assert time.perf_counter() < until, f"{sent} of {mails} were sent in {seconds} s"
    return (sent - already) / (time.perf_counter() - first)


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


def measure(letter: Letter, seconds: float) -> list[Figure]:
    """Send everything, with the bare loop in between; the lines of the table."""
    with sink() as server:
        owing = publish(letter)
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        each = statements(200)
        mail_server.line.close()
        Mail.objects.filter(state=Mail.State.OWED).update(send_after=HELD)
        left = Mail.objects.filter(state=Mail.State.OWED).count()
        env = os.environ | {"EMAIL_URL": f"smtp://127.0.0.1:{server.port}", "LOG_LEVEL": "ERROR"}
        with processes(("mail", "beat"), env) as started:
            worker(server, min(300, left // 4))  # whoever starts is slow for a moment
            portion = left // (3 * ALTERNATE)
            loops, rates = [], []
            for _ in range(ALTERNATE):
                loops.append(bare(server.port, seconds))
                rates.append(worker(server, portion))
            before, left = server.counts()[0], Mail.objects.filter(state=Mail.State.OWED).count()
            rest = worker(server, left)
            connections = server.counts()[0] - before
            memory = max(map(most_memory, children(started[0].pid)))
    unsent = Mail.objects.exclude(state=Mail.State.SENT).count()
    assert not unsent, f"{unsent} were not sent"
    times = ratio(rates, loops)
    return [
        Figure("all of them owed", owing, "s"),
        Figure("statements for a mail", each, ""),
        Figure("bare loop over one connection", statistics.median(loops), "mails/s"),
        Figure(
            "worker for mail",
            statistics.median(rates),
            "mails/s",
            ratio=times,
            least=0.6,
            target=4,
            reference=statistics.median(loops),
            note="bare loop over one connection",
            key="mails",
        ),
        Figure(f"the last {left:,} at once", rest, "mails/s", note=f"over {connections} connections"),
        Figure("most memory of a sender", memory, "MB", target=4, note=f"{len(started)} processes"),
    ]


def beside_a_slow_server(letter: Letter, mails: int = 200) -> Figure:
    """How soon a change is counted while many mails are owed to a server that takes a second for each."""
    some = list(Mail.objects.filter(announcement__isnull=False).values_list("pk", flat=True)[:mails])
    Mail.objects.filter(pk__in=some).update(state=Mail.State.OWED, send_after=timezone.now())
    with sink(seconds=1) as server:
        env = os.environ | {"EMAIL_URL": f"smtp://127.0.0.1:{server.port}", "LOG_LEVEL": "ERROR"}
        with processes(("worker", "mail", "beat"), env):
            change(letter, patience=120)  # the processes start
            counted = max(change(letter, patience=60) for _ in range(3))
            taken = server.counts()[1]
    assert 0 < taken < mails, f"{taken} mails were taken"
    return Figure("a change counted while each mail takes a second", counted, "s", most=10, target=4)


def children(pid: int) -> list[int]:
    """The processes that a worker started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def most_memory(pid: int) -> float:
    """The most memory that a process held so far, in MB."""
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def main() -> None:
    """Fill, send, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement in turn")
    parser.add_argument("--profile", action="store_true", help="print where the time of some mails goes, and end")
    args = parser.parse_args()
    letter = fill(args.readers, "mailing", mix={"listed": 1.0})
    if args.profile:
        profile(letter)
        return
    figures = [*measure(letter, args.seconds), beside_a_slow_server(letter)]
    report("mailing", f"News for {args.readers:,} readers", figures)


def profile(letter: Letter) -> None:
    """Print where the time goes."""
    with sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        publish(letter)
        outbox.send()  # what is imported and made ready once
        profiler = cProfile.Profile(time.process_time)
        sent = profiler.runcall(lambda: outbox.send(seconds=10))
        print(f"{sent} mails")
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(60)


if __name__ == "__main__":
    main()
