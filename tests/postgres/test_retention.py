"""Forgetting stays cheap however long a letter is, and nobody's canary reaches Redis."""

import threading
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from config.broker import QUEUES
from config.celery import app
from config.schedule import SCHEDULE
from signatories import addresses, privacy, retention, signing
from signatories.models import Mail, Signature
from signatories.retention import due
from tests.conftest import LINE, code_in
from tests.postgres.processes import somebody_waits, until
from tests.postgres.reading import read_whole
from tests.privacy.test_canaries import FATES, canaries, singing


@pytest.fixture
def long_letter(letter):
    """Twenty thousand signatures, most of them listed, each with a mail."""
    rows = [
        Signature(
            letter=letter,
            version=letter.version,
            address_hash=str(number),
            address="a@example.com",
            name="Ada",
            level=2,
            confirmed_at=timezone.now(),
            status="pending" if number % 200 == 0 else "declined" if number % 200 == 1 else "listed",
        )
        for number in range(20_000)
    ]
    Signature.objects.bulk_create(rows)
    Mail.objects.bulk_create(Mail(kind="receipt", key=str(uuid.uuid4()), signature=row, state="sent") for row in rows)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE signatories_signature, signatories_mail, signatories_signatureevent")
    return letter


def test_a_batch_of_a_rule_is_found_without_reading_the_whole_table(long_letter):
    for rule in ("unconfirmed", "rejected", "letter", "invitations", "mails"):
        (found,) = [one for one in retention.RULES if one.name == rule]
        rows = found.due(timezone.now()).order_by("pk")
        plan = rows[: retention.BATCH].explain()
        assert not read_whole(plan) & {"signature", "mail"}, (rule, plan)


def test_a_month_of_rejected_names_is_forgotten_in_batches(long_letter):
    later = timezone.now() + 2 * due.REJECTED
    done = retention.run(only={"unconfirmed", "rejected"}, now=later)
    assert done == {"unconfirmed": 100, "rejected": 100}
    assert Signature.objects.filter(address="").count() == 200
    assert retention.run(only={"unconfirmed", "rejected"}, now=later + timedelta(days=1)) == {}


@pytest.mark.parametrize("again", [True, False])
def test_whoever_types_a_forgotten_name_again_in_that_moment_keeps_it(letter, again):
    """The clock has found it by the time at which its owner comes, and waits for them."""
    old = timezone.now() - 2 * due.UNCONFIRMED
    key = uuid.UUID(int=int(old.timestamp() * 1000) << 80)
    mailbox = {"address": "ada@example.com", "address_hash": addresses.keyed_hash("ada@example.com")}
    Signature.objects.bulk_create(
        [Signature(pk=key, letter=letter, version=letter.version, name="Ada", created_at=old, **mailbox)]
    )
    forgetting = threading.Thread(target=_forget_elsewhere)
    with transaction.atomic():
        Signature.objects.select_for_update().get(pk=key)
        forgetting.start()
        until(somebody_waits)
        if again:
            signing.sign(letter, address="ada@example.com", typed=LINE)
    forgetting.join(30)
    assert Signature.objects.get().status == ("pending" if again else "expired")


def _forget_elsewhere() -> None:
    try:
        retention.run(only={"unconfirmed"}, even_if_done=True)
    finally:
        connection.close()


@pytest.mark.skipif(not settings.REDIS_URL, reason="needs Redis")
def test_redis_never_hears_of_a_signer(letter, post_sign, client, deliver, confirmed, listed):
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        server.flushdb()
        for fate in FATES:
            fields = canaries(fate)
            tab = post_sign(fields.pop("email"), **fields)["Location"]
            if fate != "unconfirmed":
                client.post(tab, {"code": code_in(deliver()[-1])})
        privacy.withdraw(Signature.objects.get(address=canaries("withdrawn")["email"]))
        client.post("/accounts/login/code/", {"email": canaries("hidden")["email"]})
        for entry in SCHEDULE.values():
            app.send_task(entry["task"])
        server.set("seen", "what is looked for is found")
        kept = b"".join(key + (server.dump(key) or b"") for key in server.scan_iter("*", count=1000))
        server.save()
        folder, file = server.config_get("dir")["dir"], server.config_get("dbfilename")["dbfilename"]
        kept += (Path(folder) / file).read_bytes()
        kept += str([server.lrange(queue, 0, -1) for queue in ("celery", *QUEUES)]).encode()
        server.flushdb()
    assert b"what is looked for is found" in kept
    assert b"signatories.tasks.send_mail" in kept
    assert not singing(kept.decode("utf-8", "replace"))
