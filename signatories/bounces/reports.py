"""Read what a message says about a mail that was sent: a report of RFC 3464, or the text of an older mail server."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from email.parser import BytesParser
from itertools import islice, takewhile
from typing import Literal

from signatories import statuses

MOST_PARTS = 40  # of a message; a report has three
MOST_RECIPIENTS = 100
MOST_LINES, MOST_LINE = 300, 500  # of a text in which a code is looked for; what follows is the mail that was sent
UNKNOWN = "5.0.0"  # RFC 3463: "other undefined status"
STATUS_PARTS = {"message/delivery-status", "message/global-delivery-status"}  # RFC 3464, RFC 6533
ARRIVED = {"delivered", "relayed", "expanded"}  # RFC 3464, section 2.3.3
DAEMON = re.compile(r"(mailer-daemon|mail-daemon|postmaster|mail delivery (sub)?system)", re.IGNORECASE)
QMAIL = re.compile(r"\s*Hi\. This is the\b")  # QSBMF: https://cr.yp.to/proto/qsbmf.txt
COPY = ("copy of", "original message", "below this line", "returned message", "unsent message")
REPLY = re.compile(r"(?<![\w.])5[0-5]\d[ -](?=\S)")  # an answer of RFC 5321
STILL_TRYING = re.compile(r"\b(delayed|still trying|will (be )?retr|do not need to resend|warning)", re.IGNORECASE)


@dataclass(frozen=True)
class Report:
    """What became of a mail, as a mail system says, with a code of RFC 3463."""

    became: Literal["failed", "delayed"]
    status: str


def read(raw: bytes) -> Report | None:
    """Return what a message reports, or None where it reports nothing of that kind, such as an answer to a mail.

    Args:
        raw: the whole message or its beginning; anything at all.
    """
    if raw.lower().count(b"boundary") > MOST_PARTS:
        return None
    try:
        message = BytesParser().parsebytes(raw)
        for part in message.walk():
            if part.get_content_type() in STATUS_PARTS:
                return _of_recipients([_group(text) for text in islice(_blocks(part), MOST_RECIPIENTS)])
        return None if _is_other_report(message) else _of_text(message)
    except Exception:  # the parser of the standard library has its limits, and nobody may find the next one
        return None


def _blocks(part: Message) -> Iterator[str]:
    """The groups of fields of a report; the first one is about the mail, each further one about a recipient."""
    inner = part.get_payload()
    text = "\n\n".join(str(one) for one in inner[:MOST_RECIPIENTS]) if isinstance(inner, list) else str(inner)
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() in {"base64", "quoted-printable"}:
        carrier = message_from_string("")
        carrier["Content-Transfer-Encoding"] = str(part["Content-Transfer-Encoding"]).strip()
        carrier.set_payload(text.strip())
        text = bytes(carrier.get_payload(decode=True)).decode(errors="replace")
    yield from re.split(r"\n[ \t\r]*\n", text)


def _group(text: str) -> dict[str, str]:
    fields = message_from_string(text.strip())
    return {name.lower(): " ".join(str(value).split()) for name, value in fields.items()}


def _of_recipients(groups: list[dict[str, str]]) -> Report | None:
    """Our mails have one reader each; where somebody's alias stands for many, it arrived if it reached one of them."""
    found, arrived = [], False
    for fields in groups:
        action = fields.get("action", "").partition(" ")[0].partition(";")[0].lower()
        codes = statuses.find(fields.get("status", "")) + statuses.find(fields.get("diagnostic-code", ""))
        if not action and not codes:
            continue
        arrived = arrived or action in ARRIVED
        if action == "failed" or (not action and codes[0].startswith("5")):
            found.append(Report("failed", _exact([code for code in codes if not code.startswith("2")])))
        elif action == "delayed" or (not action and codes[0].startswith("4")):
            found.append(Report("delayed", _exact(codes, default="4.0.0")))
    if arrived or not found:
        return None
    return max(found, key=lambda report: report.became == "failed")


def _exact(codes: list[str], *, default: str = UNKNOWN) -> str:
    """The first code that says more than its class does, of the class of the first."""
    first = codes[0] if codes else default
    exact = [code for code in codes if code[0] == first[0] and not code.endswith(".0.0")]
    return exact[0] if exact else first


def _is_other_report(message: Message) -> bool:
    """A receipt of somebody who read it (RFC 8098), or a complaint (RFC 5965)."""
    return message.get_content_type() == "multipart/report"


def _of_text(message: Message) -> Report | None:
    """Read the text of a mail server that writes no report. People's own answers are not looked into."""
    text = _first_text(message)
    qmail = QMAIL.match(text) is not None
    author = f"{message.get('From', '')} {message.get('Sender', '')}"
    if not (qmail or message.get("X-Failed-Recipients") or DAEMON.search(author[:500])):
        return None
    codes = statuses.find(text)
    failed = [code for code in codes if code.startswith("5")]
    if failed or qmail:
        return Report("failed", _exact(failed or codes))
    if any(code.startswith("4") for code in codes) or STILL_TRYING.search(f"{message.get('Subject', '')} {text}"):
        return Report("delayed", _exact(codes, default="4.0.0"))
    return Report("failed", UNKNOWN) if message.get("X-Failed-Recipients") or REPLY.search(text) else None


def _first_text(message: Message) -> str:
    for part in message.walk():
        if part.get_content_type() == "text/plain" and not part.is_multipart():
            raw = part.get_payload(decode=True)
            text = raw.decode("utf-8", errors="replace") if isinstance(raw, bytes) else str(raw)
            return "\n".join(takewhile(_is_told, (line[:MOST_LINE] for line in text.splitlines()[:MOST_LINES])))
    return ""


def _is_told(line: str) -> bool:
    """Whether a line still tells what happened, and does not begin the copy of the mail that was sent."""
    return not (line.lstrip().startswith("---") and any(words in line.lower() for words in COPY))
