"""What is written to the log: no personal link's secret and no mail address, wherever the line comes from."""

import logging
import re

# The secrets of links are 59 characters (signatories.tokens), sealed texts are longer.
SECRET = re.compile(r"(?<![\w%-])[\w-]{59,}=*(?![\w-])")
ADDRESS = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[\w-]+")


def masked(text: str) -> str:
    """Return a text without secrets and addresses."""
    return ADDRESS.sub("(address)", SECRET.sub("(secret)", text))


class Masked(logging.Formatter):
    """Masks the whole line, a traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))
