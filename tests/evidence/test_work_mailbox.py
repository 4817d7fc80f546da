"""Who signed with free mail proves a mailbox at work."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from signatories import collecting, privacy, retention, workmail
from signatories.models import Evidence, Mail, Organisation, Proof, Signature, Suppression
from tests.conftest import code_in, link_in
from tests.test_leaving import mine

WORK = "ada@lantern.example.org"


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(datetime(2026, 11, 24, 12, tzinfo=UTC), tick=True)


@pytest.fixture
def lantern(db):
    organisation = Organisation.objects.create(name="Lantern Works", source="team")
    organisation.names.create(name="Lantern Works", key="lantern works")
    return organisation.domains.create(host="lantern.example.org", kind="staff", source="team")


@pytest.fixture
def signature(confirmed, deliver) -> Signature:
    made = confirmed()
    deliver().clear()
    return made


@pytest.fixture
def ask(signature, deliver):
    """Type an address on the own page and return the mails that went out."""

    def type_address(address: str = WORK):
        deliver().clear()
        answer = Client().post(f"{mine(signature)}proofs/mailbox/", {"address": address})
        assert answer.status_code == 303
        return deliver()

    return type_address


def test_one_mailbox_stands_behind_one_name(signature, ask, lantern, confirmed, deliver, time_machine):
    type_code(signature, code_in(ask()[0]))
    other = confirmed("someone@example.com", name="Carl Carver")
    time_machine.shift(timedelta(minutes=3))
    deliver().clear()
    Client().post(f"{mine(other)}proofs/mailbox/", {"address": WORK})
    answer = type_code(other, code_in(deliver()[-1]))
    assert "stands behind another signature on this letter already" in answer.content.decode()
    assert (answer.status_code, other.evidence.count(), other.proofs.get().state) == (422, 0, "waiting")


def test_who_signs_again_from_the_mailbox_at_work_is_a_duplicate(signature, ask, lantern, confirmed):
    type_code(signature, code_in(ask()[0]))
    again = confirmed(WORK, name="Carl Carver")
    collecting.run()
    flag = again.flags.get(kind="duplicate")
    assert flag.details == {"others": [str(signature.pk)]}


def test_the_mailbox_that_signed_for_somebody_proves_nobody_else(
    ask, signature, lantern, confirmed, deliver, time_machine
):
    confirmed(WORK, name="Bea Builder")
    time_machine.shift(timedelta(minutes=3))
    answer = type_code(signature, code_in(ask()[0]))
    assert (answer.status_code, signature.evidence.count()) == (422, 0)


def type_code(signature: Signature, code: str):
    return Client().post(f"{mine(signature)}proofs/code/", {"code": code})


def test_the_code_from_the_mailbox_at_work_supports_the_affiliation(signature, ask, lantern, client):
    (message,) = ask()
    assert message.to == [WORK]
    type_code(signature, code_in(message))
    row = signature.evidence.get()
    assert (row.family, row.claim, row.account) == ("M", "affiliation", "host:lantern.example.org")
    proof = signature.proofs.get()
    assert (proof.state, proof.value) == ("found", "lantern.example.org")
    page = client.get(mine(signature)).content.decode()
    assert "belongs to your organisation" in page
    assert WORK not in page


@pytest.mark.parametrize("kind", ["student", "alumni", ""])
def test_a_host_that_is_not_the_staffs_is_proven_and_left_to_the_team(signature, ask, lantern, kind):
    if kind:
        lantern.kind = kind
        lantern.save()
    else:
        lantern.organisation.names.update(key="another organisation")
    type_code(signature, code_in(ask()[0]))
    assert signature.proofs.get().state == "found"
    assert not Evidence.objects.filter(result=True).exists()


def test_the_mail_tells_a_stranger_neither_who_signed_nor_a_way_to_their_page(signature, ask, client):
    (message,) = ask("stranger@example.net")
    assert "Ada" not in message.body
    for address in ("/mine/", "/confirm/"):
        assert address not in message.body
    assert client.post(link_in(message, "mailbox")).status_code == 422
    assert not Suppression.objects.exists()


def test_a_stranger_stops_all_mail_and_the_signer_is_not_told(signature, ask, client, time_machine):
    (message,) = ask("stranger@example.net")
    assert "No more mail" in client.post(link_in(message, "mailbox"), {"sure": "on"}).content.decode()
    time_machine.shift(timedelta(minutes=2))
    assert ask("stranger@example.net") == []
    assert "stranger@example.net" in client.get(mine(signature)).content.decode()


def test_there_are_three_mails_a_day_a_minute_apart(signature, ask, time_machine):
    sent = [len(ask()), len(ask())]
    for _ in range(4):
        time_machine.shift(timedelta(minutes=2))
        sent.append(len(ask()))
    assert sent == [1, 0, 1, 1, 0, 0]
    time_machine.shift(timedelta(days=1))
    assert len(ask()) == 1


def test_one_signer_cannot_write_to_many_strangers(ask, time_machine):
    sent = []
    for number in range(5):
        time_machine.shift(timedelta(minutes=2))
        sent.append(len(ask(f"stranger{number}@example.net")))
    assert sent == [1, 1, 1, 0, 0]


def test_many_signers_cannot_write_to_one_stranger(confirmed, deliver, time_machine):
    for number in range(5):
        time_machine.shift(timedelta(minutes=2))
        workmail.ask(confirmed(f"mallory{number}@example.net"), address="stranger@example.org")
    deliver()
    assert Mail.objects.filter(kind="mailbox", state="sent").count() == 3


def test_ten_wrong_codes_close_a_mail_and_a_new_one_opens_it(signature, ask, time_machine):
    code = code_in(ask()[0])
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    answers = [type_code(signature, wrong) for _ in range(workmail.MAX_TRIES)]
    assert {answer.status_code for answer in answers} == {422}
    assert type_code(signature, code).status_code == 422
    time_machine.shift(timedelta(minutes=2))
    fresh = code_in(ask()[0])
    assert type_code(signature, code).status_code == 422
    assert type_code(signature, fresh).status_code == 303


def test_a_code_before_its_mail_was_sent_or_of_another_signature_is_wrong(signature, confirmed, deliver, ask):
    other = confirmed("bob@example.com", name="Bob")
    code = code_in(ask()[0])
    assert type_code(other, code).status_code == 422
    workmail.ask(other, address="bob@lantern.example.org")
    assert type_code(other, code).status_code == 422
    assert type_code(other, "").status_code == 422


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("ADA@example.com", "proven already"),
        ("ada", "not an address"),
        ("ada@mailinator.com", "thrown away"),
        ("", "required"),
        ("a\0@example.org", "invisible"),
    ],
)
def test_an_address_that_cannot_be_asked_is_said_beside_its_field(signature, client, typed, said):
    answer = client.post(f"{mine(signature)}proofs/mailbox/", {"address": typed})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_the_newest_address_is_the_one_that_is_waited_for(signature, ask, time_machine):
    ask("typo@lantern.example.org")
    time_machine.shift(timedelta(minutes=2))
    (message,) = ask()
    assert [proof.value for proof in Proof.objects.all()] == [WORK]
    type_code(signature, code_in(message))
    assert type_code(signature, code_in(message)).status_code == 422
    assert Proof.objects.get().value == "lantern.example.org"


def test_an_address_that_nobody_proved_is_forgotten_after_a_week_and_on_leaving(signature, ask, time_machine):
    ask()
    time_machine.shift(timedelta(days=8))
    assert retention.run(only={"work mailboxes"}) == {"work mailboxes": 1}
    ask()
    privacy.withdraw(signature)
    assert not Proof.objects.exists()
    assert not Mail.objects.exclude(to="").filter(kind="mailbox").exists()
