"""A worker is killed in the middle of a mailing: in the end everybody has it, and one person twice at most."""

import os
import signal

import pytest
from django.utils import timezone

from petition import news
from petition.models import Letter
from signatories import announce
from signatories.models import Announcement, Mail, Signature
from tests import servers
from tests.postgres.processes import clockwork, until

pytestmark = pytest.mark.services
READERS = 300


@pytest.fixture
def mailing(letter: Letter, confirmed, organiser) -> Letter:
    """News that three hundred people asked for, published and not yet mailed."""
    pattern = confirmed("reader0@example.com", updates=True)
    for number in range(1, READERS):
        address = f"reader{number}@example.com"
        copy = {
            name: getattr(pattern, name) for name in ("letter", "version", "name", "status", "confirmed_at", "level")
        }
        Signature.objects.create(address=address, address_hash=f"hash{number}", updates=True, **copy)
    Mail.objects.update(state="dropped")
    news.publish(news.write(letter, title="News", body="So far.", by=organiser))
    return letter


def finish(sink: servers.Mailbox) -> list[str]:
    """Let another worker do the rest, once the leases of the killed one are over; return who got a mail."""
    Mail.objects.filter(state="owed").update(send_after=timezone.now())
    Announcement.objects.update(go_on_after=timezone.now())
    with clockwork(os.environ["REDIS_URL"], sink.url):
        until(lambda: Mail.objects.filter(kind="update", state="sent").count() == READERS, 60)
    return [str(message["To"]) for message in sink.messages]


def test_killed_while_it_owes_the_mails(mailing: Letter):
    with servers.smtp_sink() as sink:
        with clockwork(os.environ["REDIS_URL"], sink.url) as worker:
            until(Announcement.objects.exists)
            os.killpg(worker.pid, signal.SIGKILL)
        readers = finish(sink)
    assert len(set(readers)) == READERS
    assert len(readers) <= READERS + 1


def test_killed_between_two_thousands(mailing: Letter, monkeypatch):
    monkeypatch.setattr(announce, "CHUNK", 100)
    announce._begin_all()
    announce._owe_chunk(announce._lease())
    announce._lease()  # its holder is killed here: nothing of the next hundred is committed
    with servers.smtp_sink() as sink:
        readers = finish(sink)
    assert sorted(readers) == sorted(f"reader{number}@example.com" for number in range(READERS))


@pytest.mark.parametrize("sent", [1, 60, 250])
def test_killed_while_it_sends_them(mailing: Letter, sent: int):
    with servers.smtp_sink() as sink:
        with clockwork(os.environ["REDIS_URL"], sink.url) as worker:
            until(lambda: len(sink.messages) >= sent)
            os.killpg(worker.pid, signal.SIGKILL)
        readers = finish(sink)
    assert len(set(readers)) == READERS
    assert len(readers) <= READERS + 1
