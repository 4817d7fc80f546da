"""A mail is rendered from the rows it is about, as they are when it is sent."""

from copy import copy
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.message import forbid_multi_line_headers
from django.template.loader import render_to_string

from petition.languages import speaking
from petition.lines import name_in_mail
from signatories import reasons, tokens
from signatories.models import Invitation, Mail, Signature
from signatories.outbox import returning
from signatories.outbox.links import Links
from signatories.outbox.wanted import NEWS


class Composed(EmailMessage):
    """A mail whose subject is encoded once for all its readers: that costs as much as the rest of the message."""

    def message(self, **asked: Any) -> Any:
        """Return what is sent, which does not depend on what is kept of it."""
        plain, self.subject = self.subject, _encoded(str(self.subject))
        try:
            return super().message(**asked)
        finally:
            self.subject = plain


@lru_cache(maxsize=64)
def _encoded(subject: str) -> str:
    return " ".join(forbid_multi_line_headers("Subject", subject, "utf-8")[1].split())  # folded when it is written


def compose(mail: Mail) -> EmailMessage:
    """Render a mail from the rows it is about, as they are now, in the language of its reader.

    Whose language is not known reads the letter's, if pages are spoken in it.
    """
    about = mail.signature or mail.invitation
    assert about is not None
    known = mail.signature.locale if mail.signature else ""
    with speaking(known or about.letter.language, prefixed=bool(known)):
        return _compose(mail, about)


def _compose(mail: Mail, about: Signature | Invitation) -> EmailMessage:
    signature, invitation = mail.signature, mail.invitation
    shown, proving = proposed(mail) if signature else None, _proving(mail)
    context: dict[str, Any] = {
        "mail": mail,
        "letter": about.letter,
        "news": mail.announcement,
        "signature": shown,
        "name": name_in_mail(_typed_name(mail, shown)),
        "invitation": invitation,
        "code": tokens.code(proving.pk),
        "reason": reasons.in_mail(mail.details.get("reason", "")),
        "links": Links(mail, proving),
    }
    subject, _, body = render_to_string(f"signatories/mail/{mail.kind}.txt", context).strip().partition("\n")
    host = urlsplit(settings.SITE_URL).hostname
    headers = {"Message-ID": f"<{mail.pk}.{mail.times_sent}@{host}>", "Auto-Submitted": "auto-generated"}
    if mail.kind in NEWS:  # one-click unsubscribe, RFC 8058
        headers["List-Unsubscribe"] = f"<{context['links']['unsubscribe']}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    # Where no envelope sender is set up, Django takes the address that stands in the mail.
    envelope = returning.address(mail)
    if envelope:
        headers["From"] = settings.DEFAULT_FROM_EMAIL
    return Composed(
        from_email=envelope or None,
        subject=" ".join(subject.removeprefix("Subject:").split()),
        body=body.strip() + "\n",
        to=[mail.to or about.address],
        reply_to=[about.letter.contact],
        headers=headers,
    )


def _typed_name(mail: Mail, shown: Signature | None) -> str:
    """The name that was typed when this mail was asked for; of somebody who has signed only another one."""
    if mail.kind == Mail.Kind.ALREADY:
        return str(mail.details.get("name", ""))
    return shown.name if shown else ""


def _proving(mail: Mail) -> Mail:
    """The mail whose code a mail carries: a reminder repeats the invitation's."""
    if mail.kind != Mail.Kind.NUDGE or mail.invitation is None:
        return mail
    return mail.invitation.mails.get(kind=Mail.Kind.INVITATION)


def proposed(mail: Mail) -> Signature:
    """Return the signature as this mail shows it: with what was typed for it, if that is not on the row yet.

    It is a copy then: other mails of a batch share the row.
    """
    assert mail.signature is not None
    if "typed" not in mail.details or mail.signature.status != Signature.Status.PENDING:
        return mail.signature
    shown = copy(mail.signature)
    shown.write_line(mail.details["typed"])
    read = {**mail.details.get("anew", {}), **mail.details}
    if "version" in read:
        shown.version_id, shown.language = read["version"], read["language"]
    return shown
