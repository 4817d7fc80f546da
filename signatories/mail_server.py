"""The connection to the mail server, and what its answers mean."""

import contextlib
import logging
import smtplib
import threading
import time
from typing import Any

from django.core.mail import get_connection

log = logging.getLogger(__name__)

IDLE = 30.0  # seconds after which a connection that nobody used is not trusted; servers wait for minutes
CLOSING = 421  # "service not available, closing transmission channel": RFC 5321, section 4.2.2


class Line(threading.local):
    """This thread's connection to the mail server: opened when there is something to send, kept while there is."""

    connection: Any = None
    accepted = 0  # mails over this connection
    used = 0.0

    def open(self) -> bool:
        """Have a connection; return whether there is one. Django would open and close one for every mail."""
        if self.connection is not None and time.monotonic() - self.used > IDLE:
            self.close()  # the server may have hung up meanwhile
        if self.connection is None:
            connection = get_connection()
            try:
                connection.open()
            except (OSError, smtplib.SMTPException) as problem:
                log.warning("the mail server cannot be reached: %s", type(problem).__name__)
                return False
            self.connection, self.accepted = connection, 0
        self.used = time.monotonic()
        return True

    def lost(self) -> bool:
        """Give up a connection that failed; return whether another try is worth it: this one had worked."""
        worked = self.accepted > 0
        self.close()
        return worked

    def close(self) -> None:
        """Hang up."""
        if self.connection is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self.connection.close()
        self.connection = None


line = Line()


def answered(problem: Exception) -> bool:
    """Whether the server refused one mail and goes on with the next."""
    about_one = isinstance(problem, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)
    return about_one and code(problem) != CLOSING


def code(problem: Exception) -> int:
    """The number in the server's answer, or 0."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return int(max(code for code, _ in problem.recipients.values()))
    return int(getattr(problem, "smtp_code", 0))
