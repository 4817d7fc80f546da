"""Logs: one JSON object a line in production, words where it is tried out; and nothing personal in either."""

import logging
import re
import uuid
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

log = structlog.get_logger("requests")
GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")  # an identifier that a proxy of ours may hand on
QUIET = {"/healthz", "/readyz", "/metrics"}
HIDDEN = "[hidden]"
# What must never stand in a log: addresses, what opens something, codes, and what was asked for after a question mark.
PERSONAL = (
    re.compile(r"[^\s@<>\"'(),;:=]{1,64}@[^\s@<>\"'(),;:]+\.[^\s@<>\"'(),;:]+"),
    re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{40,}(?![A-Za-z0-9_-])"),
    re.compile(r"(?<![\w.:-])\d{6}(?![\w.:-])"),
    re.compile(r"(?<=\?)[^\s\"'<>]*=[^\s\"'<>]*"),
)
View = Callable[[HttpRequest], HttpResponse]


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide what is personal in every text of a line, tracebacks included."""
    for name, value in event.items():
        if name not in {"timestamp", "request_id"}:
            event[name] = clean(value)
    return event


def clean(value: Any) -> Any:
    """Return a value for the log, with whatever is personal in its text hidden."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    for pattern in PERSONAL:
        text = pattern.sub(HIDDEN, text)
    return text


def requests(get_response: View) -> View:
    """Give every request an identifier, which every line of the log and the answer carry, and log what came of it.

    An address is logged by the name of its page: it may hold a token, and a query may hold anything.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        identifier = begin(request.headers.get("X-Request-ID", ""))
        response = get_response(request)
        response.headers["X-Request-ID"] = identifier
        if request.path_info not in QUIET:
            response.page = _page(request)  # type: ignore[attr-defined]  # config.kept logs it again
            answered(request.method or "", response.page, response.status_code)  # type: ignore[attr-defined]
        return response

    return middleware


def begin(given: str) -> str:
    """Begin the lines of one request, and return the identifier that all of them carry.

    Args:
        given: by a proxy of ours, or empty.
    """
    identifier = given if GIVEN.fullmatch(given) else str(uuid.uuid4())
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=identifier)
    return identifier


def answered(method: str, page: str, status: int) -> None:
    """Log what came of a request."""
    log.log(logging.WARNING if status >= 500 else logging.INFO, "answered", method=method, page=page, status=status)


def _page(request: HttpRequest) -> str:
    try:
        return (request.resolver_match or resolve(request.path_info)).view_name or "unnamed"
    except Resolver404:
        return "unknown"


class Refused(logging.Filter):
    """Keep the traceback of a refused request out of the log: it is no fault of the program."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security."):
            record.exc_info = record.exc_text = None
        return True


def settings(level: str, *, readable: bool) -> dict[str, Any]:
    """Return Django's LOGGING, and let structlog write through it.

    Args:
        level: of what is written, such as INFO.
        readable: words for a person instead of JSON.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last = structlog.dev.ConsoleRenderer(colors=False) if readable else structlog.processors.JSONRenderer()
    line = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, last],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "filters": {"refused": {"()": "config.logs.Refused"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refused"]}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # What these say is said better by our own line, or too often.
            **{name: {"level": "WARNING"} for name in ("celery.beat", "celery.app.trace", "celery.worker.strategy")},
            "kombu.connection": {"level": "ERROR"},  # it warns of a queue in memory that it has no host
            "django": {"handlers": [], "level": "INFO"},  # what Django would add beside the console hides nothing
            "django.request": {"level": "ERROR"},
            "django.server": {"level": "WARNING"},
        },
    }
