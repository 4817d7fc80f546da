"""The whole way of a signature with a real worker, scheduler, Redis and mail server, each a process of its own."""

import os
import signal
import time

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from petition.models import Letter
from petition.switching import switch
from signatories import origins, signing, tokens, vetting
from signatories.flags import bursts
from signatories.models import Mail, Signature, SignatureEvent
from tests import naming, servers
from tests.conftest import LINE, code_in, known_organisation, link_in, support
from tests.postgres.processes import arrived, clockwork, until, website

pytestmark = pytest.mark.services


def test_the_way_of_a_signature_by_the_workers_doing(letter: Letter, vetter, at_desk, client: Client):
    known_organisation("Lantern Works")
    with servers.smtp_sink() as sink, clockwork(os.environ["REDIS_URL"], sink.url) as worker:
        sent = {**{name: value for name, value in LINE.items() if value is not False}, "publish": "on"}
        tab = client.post(f"/letters/{letter.slug}/sign/", {**sent, "email": "ada@example.com"})["Location"]
        message = until(arrived(sink, "Your code"))
        client.post(tab, {"code": code_in(message)})
        receipt = until(arrived(sink, "You have signed"))
        assert client.get(link_in(receipt, "mine")).status_code == 200
        signature = letter.signatures.get()
        support(signature, "M", by=vetter)
        until(lambda: letter.signatures.filter(collect_after=None).exists())
        looked = list(signature.flags.values_list("pk", flat=True))  # such as: confirmed within seconds
        page = f"/desk/{letter.slug}/vetting/{signature.pk}/list/"
        at_desk(vetter).post(page, {"level": "2", "reason": "staff_page", "looked": looked})
        until(arrived(sink, "Your name is on"))
        figures = until(lambda: letter.tallies.filter(figures__listed=1).first()).figures
        assert (figures["experts"], figures["disciplines"]) == (1, [["optics", 1]])
        worker.terminate()
        assert worker.wait(30) == 0
    assert len(sink.messages) == 3


def test_a_burst_reaches_the_team_within_a_minute(letter: Letter, organiser, vetter):
    origin = origins.From("192.0.2.7", "192.0.2.0/24", "device")
    for number, name in enumerate(naming.combined("alarm", bursts.NETWORK_BURST)):
        address = f"s@h{number}.example.com"  # from one network, and not from one host as well
        owed = signing.sign(letter, address=address, typed={**LINE, "name": name}, origin=origin)
        Mail.objects.filter(pk=owed.pk).update(state="sent", times_sent=1)
        signing.confirm(owed.pk, tokens.code(owed.pk), in_tab=True)
    begun = time.monotonic()
    with servers.smtp_sink() as sink, clockwork(os.environ["REDIS_URL"], sink.url):
        until(lambda: len([1 for message in sink.messages if "at once" in message["Subject"]]) == 2, 60)
        assert time.monotonic() - begun < 60
        until(lambda: letter.tallies.filter(figures__review=bursts.NETWORK_BURST, figures__confirmed=0).first(), 60)
    readers = {str(message["To"]) for message in sink.messages if "at once" in message["Subject"]}
    assert readers == {organiser.email, vetter.email}


def test_with_the_broker_down_signing_works_and_the_mail_goes_out_when_it_is_back(letter: Letter):
    port = servers.free_port()
    url = f"redis://127.0.0.1:{port}/0"
    data = {"name": "Ada", "email": "during@example.com", "discipline": "optics"}
    with servers.smtp_sink() as sink, website(url) as site, clockwork(url, sink.url):
        with servers.redis(port=port):
            signing.sign(letter, address="before@example.com", typed=LINE)
            until(arrived(sink, "Your code"))
        assert site.post(f"/letters/{letter.slug}/sign/", data).status == 303
        assert Mail.objects.get(signature__address="during@example.com").state == "owed"
        assert len(sink.messages) == 1
        with servers.redis(port=port):
            until(lambda: len(sink.messages) == 2, 60)
    assert sink.messages[1]["To"] == "during@example.com"


def test_with_the_mail_server_down_nothing_is_lost_and_all_goes_out_when_it_is_back(letter: Letter):
    port = servers.free_port()
    for number in range(5):
        signing.sign(letter, address=f"signer{number}@example.com", typed=LINE)
    with clockwork(os.environ["REDIS_URL"], f"smtp://127.0.0.1:{port}"):
        time.sleep(6)  # a turn or two
        until(lambda: Mail.objects.filter(attempts=0, state="owed").count() == 5)  # the server was away, not the reader
        with servers.smtp_sink(port=port) as sink:
            until(lambda: Mail.objects.filter(state="sent").count() == 5)
    assert sorted(str(message["To"]) for message in sink.messages) == [f"signer{n}@example.com" for n in range(5)]


def test_one_address_that_is_refused_for_good_holds_up_nobody(letter: Letter):
    for name in ("ada", "nobody", "zoe"):
        signing.sign(letter, address=f"{name}@example.com", typed=LINE)
    with servers.smtp_sink() as sink, clockwork(os.environ["REDIS_URL"], sink.url):
        sink.unknown.add("nobody@example.com")
        until(lambda: Mail.objects.filter(state="owed").count() == 0)
    assert sorted(str(message["To"]) for message in sink.messages) == ["ada@example.com", "zoe@example.com"]
    assert Mail.objects.get(state="failed").problem == "SMTPRecipientsRefused: 550"


def test_a_worker_killed_while_it_sends_loses_no_mail_and_repeats_at_most_one(letter: Letter):
    for number in range(150):
        signing.sign(letter, address=f"signer{number}@example.com", typed=LINE)
    with servers.smtp_sink() as sink:
        with clockwork(os.environ["REDIS_URL"], sink.url) as worker:
            until(lambda: len(sink.messages) >= 20)
            os.killpg(worker.pid, signal.SIGKILL)
        assert len(sink.messages) < 150
        Mail.objects.filter(state="owed").update(send_after=timezone.now())  # the lease is over
        with clockwork(os.environ["REDIS_URL"], sink.url):
            until(lambda: Mail.objects.filter(state="sent").count() == 150, 60)
    readers = [str(message["To"]) for message in sink.messages]
    assert len(set(readers)) == 150
    assert len(readers) <= 151


def test_a_worker_killed_while_it_publishes_lists_each_name_once_in_the_end(letter, vetter, organiser, confirmed):
    switch(letter, "publishing", on=False, actor=organiser)
    known_organisation("Lantern Works", "example.com")  # so that 120 from one host are no burst
    for number, name in enumerate(naming.combined("publishing", 120)):
        signature = support(confirmed(f"signer{number}@example.com", name=name), "M", by=vetter)
        vetting.list_(signature, vetter=vetter, level=2, reason="work_mailbox")
    switch(letter, "publishing", on=True, actor=organiser)
    with servers.smtp_sink() as sink:
        with clockwork(os.environ["REDIS_URL"], sink.url) as worker:
            until(lambda: letter.signatures.listed().count() >= 5)
            os.killpg(worker.pid, signal.SIGKILL)
        assert letter.signatures.ready().count() + letter.signatures.listed().count() == 120
        assert letter.signatures.ready().exists()
        with clockwork(os.environ["REDIS_URL"], sink.url):
            until(lambda: letter.signatures.listed().count() == 120, 60)
    assert SignatureEvent.objects.filter(now="listed").count() == 120


def test_a_signature_that_is_not_committed_is_mailed_to_nobody(letter: Letter):
    with servers.smtp_sink() as sink, clockwork(os.environ["REDIS_URL"], sink.url):
        with transaction.atomic():
            signing.sign(letter, address="never@example.com", typed=LINE)
            time.sleep(3)  # the clock ticks every two seconds
            transaction.set_rollback(True)
        signing.sign(letter, address="ada@example.com", typed=LINE)
        until(arrived(sink, "Your code"))
    assert [str(message["To"]) for message in sink.messages] == ["ada@example.com"]
    assert Signature.objects.count() == 1
