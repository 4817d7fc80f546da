"""Secrets in links and mails: opaque tokens of one length for each purpose, and short codes."""

import base64
import hashlib
import hmac
import secrets
import uuid
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from django.conf import settings

from petition import keyring

Purpose = Literal["tab", "confirm", "mine", "invitation", "news", "embargo", "signed", "stop", "reach"]
NONCE = 12  # bytes, RFC 8439
TAG = 10  # bytes of a stamp: one guess in 2^80


class Invalid(Exception):
    """The token was not made here, or not for this purpose."""


def make(purpose: Purpose, identifier: uuid.UUID, *, at: str = "") -> str:
    """Return a token of 59 characters that tells nothing, not even whether two of them mean the same row.

    Args:
        purpose: what the token opens.
        identifier: of the row it stands for, whether or not that row exists.
        at: the place in whose addresses alone it is valid, such as a letter's slug; nowhere else can it be read.
    """
    nonce = secrets.token_bytes(NONCE)
    sealed = ChaCha20Poly1305(_key(purpose, settings.SECRET_KEY)).encrypt(nonce, identifier.bytes, at.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")


def steady(purpose: Purpose, identifier: uuid.UUID) -> str:
    """Return the token that is always the same for a row, for an address that its owner writes down elsewhere.

    Its nonce follows from the row, so no nonce ever serves two of them (the idea of RFC 5297).
    """
    key = _key(purpose, settings.SECRET_KEY)
    nonce = hmac.new(key, identifier.bytes, hashlib.sha256).digest()[:NONCE]
    sealed = ChaCha20Poly1305(key).encrypt(nonce, identifier.bytes, None)
    return base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")


def read(purpose: Purpose, token: str, *, at: str = "") -> uuid.UUID:
    """Return the identifier in a token.

    Raises:
        Invalid: it was changed, made for another purpose or place, or with a key that is not listed any more.
    """
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise Invalid from None
    if base64.urlsafe_b64encode(sealed).decode().rstrip("=") != token:
        raise Invalid  # the last character holds bits that are not read; only one spelling of a token opens anything
    for secret in keyring.secrets():
        try:
            opened = ChaCha20Poly1305(_key(purpose, secret)).decrypt(sealed[:NONCE], sealed[NONCE:], at.encode())
            return uuid.UUID(bytes=opened)
        except (InvalidTag, ValueError):
            continue
    raise Invalid


def stamp(purpose: Literal["return"], raw: bytes) -> str:
    """Return bytes with a keyed hash behind them, in small letters and digits alone: mail servers change the case.

    Args:
        purpose: what it is good for.
        raw: what can be read from it by anybody; 20 bytes make 48 characters.
    """
    return base64.b32encode(raw + _tag(purpose, settings.SECRET_KEY, raw)).decode().rstrip("=").lower()


def unstamp(purpose: Literal["return"], text: str) -> bytes:
    """Return the bytes that were stamped.

    Raises:
        Invalid: they were changed, or stamped with a key that is not listed any more.
    """
    try:
        whole = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except ValueError:
        raise Invalid from None
    raw, tag = whole[:-TAG], whole[-TAG:]
    for secret in keyring.secrets():
        if hmac.compare_digest(tag, _tag(purpose, secret, raw)):
            return raw
    raise Invalid


def _tag(purpose: str, secret: str, raw: bytes) -> bytes:
    return hmac.new(_key(purpose, secret), raw, hashlib.sha256).digest()[:TAG]


def seal(text: str, *, lasting: bool = False) -> str:
    """Return a text encrypted, for a row that must not show what it holds.

    Args:
        text: what it holds.
        lasting: whether it has to be read for years, so that its key is the one that outlives changes of SECRET_KEY.
    """
    nonce = secrets.token_bytes(NONCE)
    secret = settings.ADDRESS_KEY if lasting else settings.SECRET_KEY
    sealed = ChaCha20Poly1305(_key("sealed", secret)).encrypt(nonce, text.encode(), None)
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(sealed: str, *, lasting: bool = False) -> str:
    """Return the text that was sealed, lasting or not.

    Raises:
        Invalid: it was changed, or sealed with a key that is not listed any more.
    """
    try:
        raw = base64.b64decode(sealed, altchars=b"-_", validate=True)
    except ValueError:
        raise Invalid from None
    for secret in [settings.ADDRESS_KEY] if lasting else keyring.secrets():
        try:
            return ChaCha20Poly1305(_key("sealed", secret)).decrypt(raw[:NONCE], raw[NONCE:], None).decode()
        except (InvalidTag, ValueError):
            continue
    raise Invalid


def code(mail_id: uuid.UUID, secret: str | None = None) -> str:
    """Return the six-digit code that one mail carries; nothing of it is stored."""
    key = _key("code", secret or settings.SECRET_KEY)
    number = int.from_bytes(hmac.new(key, mail_id.bytes, hashlib.sha256).digest()[:8], "big")
    return f"{number % 1_000_000:06d}"


def is_code(mail_id: uuid.UUID, typed: str) -> bool:
    """Whether these digits, in any script and with any spaces between them, are the code of that mail."""
    digits = "".join(str(int(c)) for c in typed if c.isdecimal())
    return any(hmac.compare_digest(code(mail_id, secret).encode(), digits.encode()) for secret in keyring.secrets())


def _key(purpose: str, secret: str) -> bytes:
    return hashlib.blake2b(secret.encode(), digest_size=32, person=purpose.encode()).digest()
