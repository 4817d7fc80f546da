"""What mail systems of many makes report is read alike, and nothing else is taken for a report."""

import random

import pytest

from signatories import statuses
from signatories.bounces import reports
from tests.returned import FOLDER, message

TO = "bounces+token@letters.example.org"


@pytest.mark.parametrize(
    ("name", "became", "status"),
    [
        ("postfix", "failed", "5.1.1"),
        ("postfix_given_up", "failed", "4.4.1"),
        ("postfix_delayed", "delayed", "4.4.1"),
        ("exchange", "failed", "5.1.10"),
        ("gmail", "failed", "5.2.1"),
        ("sendmail", "failed", "5.2.2"),
        ("sendmail_text", "failed", "5.0.0"),
        ("qmail", "failed", "5.1.1"),
        ("exim", "failed", "5.0.0"),
        ("in_utf8", "failed", "5.2.2"),
    ],
)
def test_a_report_is_read_in_whatever_form_it_comes(name: str, became: str, status: str):
    assert reports.read(message(name, TO)) == reports.Report(became, status)


@pytest.mark.parametrize("name", ["away_exchange", "away_vacation", "read_receipt", "arrived", "person"])
def test_what_people_and_their_programs_answer_is_no_report(name: str):
    assert reports.read(message(name, TO)) is None


def test_a_network_address_is_no_status_code():
    assert statuses.find("from 5.1.1.2 and 192.5.1.1 it said 4.2.2, then #5.1.10)") == ["4.2.2", "5.1.10"]
    assert statuses.words("5.1.1") == "there is no such mailbox (5.1.1)"
    assert statuses.words("5.7.509") == "the mail system there refuses our mail (5.7.509)"
    assert statuses.words("5.0.0") == "it was not delivered (5.0.0)"


@pytest.mark.parametrize("seed", range(6))
def test_rubbish_is_no_report_and_no_error(seed: int):
    chance = random.Random(seed)
    whole = message(chance.choice([path.stem for path in FOLDER.glob("*.eml")]), TO)
    for _ in range(40):
        raw = bytearray(whole[: chance.randrange(len(whole))])
        for _ in range(chance.randrange(20)):
            raw[chance.randrange(len(raw) or 1) : 1] = chance.randbytes(chance.randrange(4))
        reports.read(bytes(raw))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 1000,
        b"Content-Type: multipart/report; boundary=a\r\n\r\n" + b"--a\r\nContent-Type: message/rfc822\r\n\r\n" * 5000,
        b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(5000)),
        b"Content-Type: message/delivery-status\r\n\r\n" + b"Status: 5\r\n\r\n" * 20000,
        b"From: mailer-daemon\r\n\r\n" + b"-" * 200_000,
        b"From: mailer-daemon\r\n\r\n" + b"\n" * 200_000,
        b"From: mailer-daemon\r\n\r\n" + b"5" * 200_000,
        b"Content-Type: message/delivery-status; charset=\xff\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
        b"Content-Type: text/plain; charset=no-such\r\nX-Failed-Recipients: \xff\xfe\r\n\r\n\xff",
    ],
)
def test_a_message_made_to_break_its_reader_breaks_nothing_and_is_read_at_once(raw: bytes):
    reports.read(raw)
