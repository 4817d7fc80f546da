"""Redis is away or frozen: pages do not notice, beat and worker go on once it is back."""

import signal
import socket
import threading
import time

import pytest

from petition.models import Letter
from signatories import signing, tokens
from signatories.models import Mail
from tests import servers
from tests.conftest import LINE, logged_in
from tests.postgres.processes import arrived, clockwork, until, website

pytestmark = pytest.mark.services


class Silent:
    """A server that takes every connection and never says a word; it counts them."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", servers.free_port()))
        self.url = f"redis://127.0.0.1:{self.socket.getsockname()[1]}/0"
        self.taken: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                self.taken.append(self.socket.accept()[0])
            except OSError:
                return


@pytest.fixture
def silent():
    server = Silent()
    yield server
    server.socket.close()


def test_nobody_who_signs_confirms_withdraws_logs_in_or_decides_waits_for_redis(
    letter: Letter, organiser, vetter, confirmed, silent
):
    organiser.set_password("read-before-you-sign")
    organiser.save()
    waiting = confirmed("waiting@example.com")
    browser = logged_in(vetter)
    session = f"session={browser.cookies['session'].value}"
    ticked = {name: "on" if value is True else value for name, value in LINE.items() if value is not False}
    with website(silent.url) as site:
        began = time.monotonic()
        tab = site.post(f"/letters/{letter.slug}/sign/", {**ticked, "email": "ada@example.com"})
        mail = Mail.objects.get(signature__address="ada@example.com")
        Mail.objects.filter(pk=mail.pk).update(state="sent", times_sent=1)
        mine = site.post(tab.headers["Location"], {"code": tokens.code(mail.pk)})
        asked = site.post(mine.headers["Location"] + "change/", {"what": "withdraw"})
        code = Mail.objects.get(kind="change")
        Mail.objects.filter(pk=code.pk).update(state="sent", times_sent=1)
        left = site.post(mine.headers["Location"] + "withdraw/", {"code": tokens.code(code.pk), "sure": "on"})
        page = f"/desk/{letter.slug}/vetting/{waiting.pk}/hold/"
        held = site.post(page, {"reason": "unclear_affiliation"}, cookie=session)
        wrong = {"login": organiser.email, "password": "not-the-password"}
        right = {"login": organiser.email, "password": "read-before-you-sign"}
        answers = [site.post("/accounts/login/", one, cookie="").status for one in (wrong, right)]
        assert time.monotonic() - began < 10
    assert [one.status for one in (tab, mine, asked, left, held)] == [303] * 5
    assert answers == [200, 303]
    mail.signature.refresh_from_db()
    assert mail.signature.status == "withdrawn"
    waiting.refresh_from_db()
    assert waiting.status == "held"
    assert silent.taken == []


def test_a_frozen_redis_holds_up_mail_only_while_it_is_frozen(letter: Letter):
    with servers.redis() as redis, servers.smtp_sink() as sink, clockwork(redis.url, sink.url):
        signing.sign(letter, address="before@example.com", typed=LINE)
        until(arrived(sink, "Your code"), 60)
        redis.process.send_signal(signal.SIGSTOP)
        time.sleep(3)  # the task that sent the first looks for more until it finds none
        signing.sign(letter, address="during@example.com", typed=LINE)
        time.sleep(25)  # longer than every limit of a socket
        assert len(sink.messages) == 1
        redis.process.send_signal(signal.SIGCONT)
        until(lambda: len(sink.messages) == 2, 30)


def test_many_requests_to_end_lose_nothing(letter: Letter):
    with servers.redis() as redis, servers.smtp_sink() as sink:
        for number in range(40):
            signing.sign(letter, address=f"signer{number}@example.com", typed=LINE)
        with clockwork(redis.url, sink.url) as worker:
            until(lambda: len(sink.messages) > 3, 60)
            for _ in range(5):
                worker.terminate()
                time.sleep(0.1)
            worker.wait(40)
        Mail.objects.filter(state="owed").update(send_after=letter.opened_at)  # the lease is over
        with clockwork(redis.url, sink.url):
            until(lambda: Mail.objects.filter(state="sent").count() == 40, 60)
    readers = [str(message["To"]) for message in sink.messages]
    assert len(set(readers)) == 40
    assert len(readers) <= 41
