"""A request that is sent again after its answer was lost is answered alike, and does nothing twice."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from petition import keyring, patience
from petition.models import Answered

KEPT = timedelta(hours=24)
FIELD = "key"  # of a form
LONGEST = 255
# A structured string (RFC 8941, section 3.3.3) as draft-ietf-httpapi-idempotency-key-header asks for, or bare.
KEY = re.compile(r'"([\x20-\x21\x23-\x5b\x5d-\x7e]+)"|([\x21\x23-\x7e]+)')
FORM = re.compile(r"[A-Za-z0-9_-]{16,64}")
View = Callable[..., HttpResponse]


def _anybody(request: HttpRequest) -> str:
    return ""


def once(view: View, *, by: Callable[[HttpRequest], str] = _anybody) -> View:
    """Let a POST be repeated under the same `Idempotency-Key` for a day, or with the key that its form carried.

    Only what was done is kept, sealed, and in the transaction that did it: an answer of 400 and more did nothing, and
    whoever corrects what was wrong may use the key again. Two at once: the second waits for the first. What is
    answered again is the status and where to go; keys are stored as hashes, together with the address that was asked.

    With the header, another body under the same key is a 422 (draft-ietf-httpapi-idempotency-key-header, section 2.6).
    A form's key goes with its content instead: somebody who goes back and corrects a name means another request.

    Args:
        view: it is asked again only where nothing was kept.
        by: whose key it is, so that nobody gets what another one was answered.
    """

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        header = request.headers.get("Idempotency-Key")
        form = request.POST.get(FIELD, "")
        if request.method != "POST" or (header is None and not FORM.fullmatch(form)):
            return view(request, *args, **kwargs)
        body = _fingerprint(request)
        if header is None:
            key = f"form {form} {body}"
        else:
            found = KEY.fullmatch(header.strip())
            if found is None or len(header) > LONGEST:
                return render(request, "400.html", status=HTTPStatus.BAD_REQUEST)
            key = f"header {found[1] or found[2]}"
        if whose := by(request):
            key = f"of {whose} {key}"
        return _once(lambda: view(request, *args, **kwargs), request, key=key, body=body)

    return inner


@transaction.atomic
def _once(do: Callable[[], HttpResponse], request: HttpRequest, *, key: str, body: str) -> HttpResponse:
    now = patience.now()
    hashed = hashlib.sha256(f"{request.path}\n{key}".encode()).hexdigest()
    Answered.objects.filter(key=hashed, at__lt=now - KEPT).delete()
    mine = Answered(key=hashed, body=body, at=now)
    Answered.objects.bulk_create([mine], ignore_conflicts=True)
    kept = Answered.objects.select_for_update().get(key=hashed)
    if kept.sealed:
        return _again(request, kept, body)
    response = do()
    if response.status_code >= HTTPStatus.BAD_REQUEST or response.streaming:
        kept.delete()
        return response
    said = {"status": response.status_code, "location": response.headers.get("Location", "")}
    said |= {"body": "" if said["location"] else response.content.decode(), "type": response.headers["Content-Type"]}
    kept.sealed = _box().encrypt(json.dumps(said).encode()).decode()
    kept.save(update_fields=["sealed"])
    return response


def _again(request: HttpRequest, kept: Answered, body: str) -> HttpResponse:
    try:
        said = json.loads(_box().decrypt(kept.sealed.encode()))
    except InvalidToken:  # sealed with a key that is not listed any more
        said = None
    if kept.body != body or said is None:
        return render(request, "422.html", status=HTTPStatus.UNPROCESSABLE_ENTITY)
    response = HttpResponse(said["body"], status=said["status"], content_type=said["type"])
    if said["location"]:
        response.headers["Location"] = said["location"]
    return response


def forget() -> int:
    """Forget the answers of more than a day ago; return how many."""
    return Answered.objects.filter(at__lt=patience.now() - KEPT).delete()[0]


def _fingerprint(request: HttpRequest) -> str:
    """Return a keyed hash of what was sent, without the key itself."""
    if request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        sent = json.dumps(sorted((name, values) for name, values in request.POST.lists() if name != FIELD)).encode()
    else:
        sent = request.body
    return hashlib.blake2b(sent, key=hashlib.sha256(settings.ADDRESS_KEY.encode()).digest()).hexdigest()[:64]


def _box() -> MultiFernet:
    """Sealed with the key of the site; what was sealed with the one before it is read until that is dropped."""
    return MultiFernet([Fernet(_key(secret)) for secret in keyring.secrets()])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.blake2b(secret.encode(), person=b"answered", digest_size=32).digest())
