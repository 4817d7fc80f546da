"""Keep the secrets of links out of the logs."""

import logging
import re

# The tokens of links and of password resets, sessions, and codes of log-ins elsewhere are long and of these characters.
SECRET = re.compile(r"(?:(?<=[?&]code=)|(?<=[?&]state=)|(?<=[?&]t=)|(?<=/key/))[^&/\s]+|[A-Za-z0-9_-]{40,}")


class NoTokens(logging.Filter):
    """Put three dots where an address in a log line holds a token."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite a line that holds one; every line stays."""
        text = record.getMessage()
        clean = SECRET.sub("…", text)
        if clean != text:
            record.msg, record.args = clean, None
        refused = record.name == "django.request" and record.levelno < logging.ERROR
        if refused or record.name.startswith("django.security."):
            record.exc_info = record.exc_text = None  # a request that was refused is no fault of the program
        return True
