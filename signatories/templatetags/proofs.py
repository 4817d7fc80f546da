"""The part of a signer's own page that says how the signature can be strengthened."""

from typing import Any
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.utils.html import format_html_join

from signatories import proving, vouching, workmail
from signatories.evidence import keys, web
from signatories.forms import proofs, signers
from signatories.models import Signature, VouchCode

register = template.Library()


@register.inclusion_tag("signatories/_proofs.html", takes_context=True)
def strengthen(context: dict[str, Any]) -> dict[str, Any]:
    """What can be proven, with the forms for it, and what became of what was offered."""
    signature: Signature = context["signature"]
    if signature.status not in proving.MAY_PROVE:
        return {}
    given = signature.vouches_given.order_by("pk").values_list("signature__name")
    return {
        "signature": signature,
        "token": context["token"],
        "forms": _forms(signature, context.get("proof_forms", {})),
        "wrong": next(iter(context.get("proof_forms", {})), ""),
        "proofs": signature.proofs.exclude(kind="mailbox", state="waiting"),
        "accounts": signature.evidence.filter(family="F", claim="identity", result=True),
        "mailbox": workmail.waiting(signature),
        "vouch_code": VouchCode.objects.filter(signature=signature).first(),
        "vouches": signature.vouches.filter(counts=True).select_related("voucher"),
        "may_vouch": vouching.may_vouch(signature),
        "given": format_html_join(", ", "<bdi>{}</bdi>", given),
        "receipt": web.receipt_url(signature),
        "file": web.FILE,
        "record": web.LABEL,
        "command": keys.command(signature),
        "file_name": keys.file_name(signature),
        "key_host": urlsplit(settings.GITHUB_URL).hostname,
    }


def _forms(signature: Signature, bound: dict[str, BaseForm]) -> dict[str, BaseForm]:
    """The forms of the page, each with ids of its own, those with something wrong as they were sent."""
    forms: dict[str, BaseForm] = {
        **{name: form(signature) for name, form in proofs.OFFERED.items()},
        "mailbox": proofs.MailboxForm(signature),
        "code": signers.CodeForm(),
        "ask_vouch": proofs.AskVouchForm(),
        "vouch": proofs.VouchCodeForm(),
        **bound,
    }
    for name, form in forms.items():
        form.auto_id = f"{name}_%s"
    return forms
