"""Tell the team of a burst, by a mail that stands before all mail to signers."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from petition.models import Role
from signatories import account_mail, sentences
from signatories.models import Alarm

TOLD = (Role.OWNER, Role.VETTER)


def tell(alarm: Alarm) -> None:
    """Owe the owners and vetters of a letter a mail about a burst; call it in the transaction that writes the alarm."""
    letter = alarm.letter
    queue = settings.SITE_URL + reverse("signatories:queue", args=[letter.slug])
    context = {"alarm": alarm, "letter": letter, "queue": queue}
    with translation.override(sentences.language(letter.language)):
        rendered = render_to_string("signatories/mail/alarm.txt", context).strip()
    subject, _, body = rendered.removeprefix("Subject:").strip().partition("\n")
    for member in letter.members.filter(role__in=TOLD, user__is_active=True).select_related("user"):
        account_mail.owe(to=member.user.email, subject=subject, body=body.strip() + "\n", code=False)
