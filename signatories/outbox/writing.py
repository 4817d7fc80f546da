"""A mail is rendered from the rows it is about, as they are when it is sent."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.message import forbid_multi_line_headers
from django.template.loader import render_to_string
from django.urls import reverse

from petition.lines import name_in_mail
from signatories import reasons, tokens
from signatories.models import Mail, Signature
from signatories.outbox import returning
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
    """Render a mail from the rows it is about, as they are now."""
    signature, invitation = mail.signature, mail.invitation
    about = signature or invitation
    assert about is not None
    shown = proposed(mail) if signature else None
    context: dict[str, Any] = {
        "mail": mail,
        "letter": about.letter,
        "news": mail.announcement,
        "signature": shown,
        "name": name_in_mail(shown.name) if shown else "",
        "invitation": invitation,
        "code": tokens.code(_proving(mail).pk),
        "reason": reasons.in_mail(mail.details.get("reason", "")),
        "links": _links(mail),
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


def _proving(mail: Mail) -> Mail:
    """The mail whose code a mail carries: a reminder repeats the invitation's."""
    if mail.kind != Mail.Kind.NUDGE or mail.invitation is None:
        return mail
    return mail.invitation.mails.get(kind=Mail.Kind.INVITATION)


def proposed(mail: Mail) -> Signature:
    """Return the signature as this mail shows it: with what was typed for it, if that is not on the row yet."""
    assert mail.signature is not None
    shown = mail.signature
    if "typed" in mail.details and shown.status == Signature.Status.PENDING:
        shown.write_line(mail.details["typed"])
    return shown


def _links(mail: Mail) -> dict[str, str]:
    about = mail.signature or mail.invitation
    assert about is not None
    paths = {name: reverse(f"petition:{name}", args=[about.letter.slug]) for name in ("letter", "all_updates")}
    if mail.kind == Mail.Kind.MAILBOX:  # its reader may be a stranger, so no link of it leads to the signature
        paths["stop"] = reverse("signatories:stop", args=[tokens.make("stop", mail.pk)])
    elif mail.invitation:
        paths["invitation"] = reverse("signatories:invitation", args=[tokens.make("invitation", _proving(mail).pk)])
    else:
        paths["confirm"] = reverse("signatories:confirm", args=[tokens.make("confirm", mail.pk)])
        paths["mine"] = reverse("signatories:mine", args=[tokens.make("mine", about.pk)])
        paths["unsubscribe"] = reverse("signatories:unsubscribe", args=[tokens.make("news", about.pk)])
    if mail.kind == Mail.Kind.REACH:
        paths["reach"] = reverse("signatories:reach", args=[tokens.make("reach", mail.pk)])
    if mail.announcement and mail.announcement.version:
        number = mail.announcement.version.number
        paths["version"] = reverse("petition:version", args=[about.letter.slug, number])
    return {name: settings.SITE_URL + path for name, path in paths.items()}
