"""What personal links stand for."""

import uuid

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from signatories import tokens
from signatories.models import Mail, Signature

GONE = 410  # RFC 9110, section 15.5.11


def read(purpose: tokens.Purpose, token: str, *, at: str = "") -> uuid.UUID:
    try:
        return tokens.read(purpose, token, at=at)
    except tokens.Invalid:
        raise Http404 from None


def mail_behind(purpose: tokens.Purpose, token: str) -> Mail | None:
    rows = Mail.objects.select_related("signature__letter", "signature__version", "invitation__letter")
    return rows.filter(pk=read(purpose, token)).first()


def signature_behind(token: str) -> Signature:
    return get_object_or_404(Signature.objects.select_related("letter", "version"), pk=read("mine", token))


def mine_path(signature: Signature) -> str:
    return reverse("signatories:mine", args=[tokens.make("mine", signature.pk)])
