"""The demo's mailbox page: every mail the outbox sent, as its reader would see it. Never in production."""

import email
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import urlize
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

NEWEST = 200
DIVIDER = b"\n" + b"-" * 79 + b"\n"  # what Django's file backend writes after each mail


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The newest mails first; `to` narrows them to one reader."""
    reader = request.GET.get("to", "").strip().lower()
    mails = []
    for name, mail in _newest_first():
        if reader in str(mail["To"]).lower():
            mails.append({"name": name, "to": mail["To"], "subject": mail["Subject"], "date": mail["Date"]})
        if len(mails) == NEWEST:
            break
    return render(request, "dev/mailbox.html", {"mails": mails, "reader": reader, "newest": NEWEST})


@require_safe
def message(request: HttpRequest, name: str) -> HttpResponse:
    """One mail, its links ready to follow."""
    for known, mail in _newest_first():
        if known == name:
            body = mail.get_body(preferencelist=("plain", "html"))
            text = body.get_content() if body else ""
            # urlize escapes what is no link
            shown = mark_safe(urlize(text, autoescape=True))
            context = {"subject": mail["Subject"], "to": mail["To"], "sender": mail["From"], "body": shown}
            return render(request, "dev/message.html", context)
    raise Http404


def _newest_first() -> Iterator[tuple[str, EmailMessage]]:
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", "") or "/nonexistent")
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files:
        parts = [part for part in path.read_bytes().split(DIVIDER) if part.strip()]
        for number in range(len(parts) - 1, -1, -1):
            mail = email.message_from_bytes(parts[number].lstrip(), policy=default)
            yield f"{path.stem}.{number}", mail
