"""Read settings from environment variables, and refuse nonsense instead of guessing."""

import ipaddress
import json
import os
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """Return the variable without surrounding space; an empty one counts as unset."""
    return os.environ.get(name, "").strip() or default


def is_weak(key: str) -> bool:
    """Whether a key is easily guessed.

    Django warns below 50 characters (security.W009); words typed over and over are as easily guessed as short ones.
    """
    pieces = {key[at : at + 3] for at in range(len(key) - 2)}
    thin = len(set(key)) < 10 or len(pieces) < 0.8 * (len(key) - 2)
    return len(key) < 50 or thin or key.startswith("django-insecure-")


def secret(name: str, *, weak: bool = False) -> str:
    """Return a key that nobody guesses, or an empty text when it is unset; to try things out a weak one will do."""
    return _strong(name, text(name), weak=weak)


def secrets(name: str, *, weak: bool = False) -> list[str]:
    """Return the keys of a comma-separated variable, as `secret` does."""
    return [_strong(name, value, weak=weak) for value in names(name)]


def _strong(name: str, value: str, *, weak: bool) -> str:
    if value and not weak and is_weak(value):
        how = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        raise ImproperlyConfigured(f"{name} is easily guessed; it needs at least 50 random characters: {how}")
    return value


def flag(name: str, default: bool = False) -> bool:
    """Return a yes-or-no variable; anything that is neither is an error, never False."""
    value = os.environ.get(name, str(default)).strip().lower()
    if value in TRUE | FALSE:
        return value in TRUE
    raise ImproperlyConfigured(f"{name} must be yes or no (1/0, true/false, on/off), not {value!r}.")


def number(name: str, default: int) -> int:
    """Return a whole number of 0 or more."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def names(name: str) -> list[str]:
    """Return the parts of a comma-separated variable."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


def numbers(name: str, default: list[int]) -> list[int]:
    """Return the whole numbers of a comma-separated variable."""
    parts = names(name)
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise ImproperlyConfigured(f"{name} must be whole numbers, separated by commas.")
    return [int(part) for part in parts] or default


def endpoint(name: str, port: int) -> tuple[str, int] | None:
    """Return IP address and port of a variable such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353."""
    value = text(name)
    return _endpoint(name, value, port) if value else None


def loopback(name: str) -> list[tuple[str, int]]:
    """Return the loopback addresses of a comma-separated variable, each with its port, as 127.0.0.1:8080."""
    found = [_endpoint(name, part, 0) for part in names(name)]
    if not all(port and ipaddress.ip_address(host).is_loopback for host, port in found):
        raise ImproperlyConfigured(f"{name} may name loopback addresses with a port only, such as 127.0.0.1:8080.")
    return found


def web_address(name: str, default: str = "", *, with_path: bool = False) -> str:
    """Return an http(s) origin such as https://letters.example.org, without a trailing slash."""
    value = text(name, default).rstrip("/")
    return _web(name, value, with_path=with_path) if value else value


def is_this_machine(url: str) -> bool:
    """Whether an address leads to the machine itself, where no one else reads what is sent."""
    host = str(urlsplit(url).hostname)
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def credentials(name: str) -> dict[str, str]:
    """Return client_id and secret of a variable that holds `id:secret`, or nothing when it is unset."""
    value = text(name)
    client_id, _, secret = value.partition(":")
    if value and not (client_id and secret):
        raise ImproperlyConfigured(f"{name} must be the client's id and its secret with a colon between them.")
    return {"client_id": client_id, "secret": secret} if value else {}


def providers(name: str) -> list[dict[str, Any]]:
    """Return OpenID Connect providers from a JSON list of objects with id, name, url, client_id and secret."""
    value = text(name)
    if not value:
        return []
    wanted = {"id", "name", "url", "client_id", "secret"}
    try:
        found = json.loads(value)
        whole = isinstance(found, list) and all(
            isinstance(one, dict) and set(one) == wanted and all(one[key] and isinstance(one[key], str) for key in one)
            for one in found
        )
    except ValueError:
        whole = False
    if not whole:
        raise ImproperlyConfigured(f"{name} must be a JSON list of objects with {', '.join(sorted(wanted))}.")
    for one in found:
        host = str(urlsplit(_web(name, one["url"])).hostname)
        if not one["url"].startswith("https://") and not is_this_machine(one["url"]):
            raise ImproperlyConfigured(f"{name}: who logs in over http:// may be anybody on the way; use https://.")
        if host == "linkedin.com" or host.endswith(".linkedin.com"):
            raise ImproperlyConfigured(f"{name}: a log-in at LinkedIn verifies no identity, so it is no evidence.")
        if not re.fullmatch(r"[a-z0-9-]{1,30}", one["id"]) or one["id"] in {"orcid", "github"}:
            raise ImproperlyConfigured(f"{name}: an id is of small letters, digits and hyphens, not {one['id']!r}.")
    return list(found)


def mail_server(name: str, default: str) -> dict[str, Any]:
    """Turn a mail address into Django's EMAIL_* settings.

    Understood: smtp://host:25, smtp+tls://user:password@host (STARTTLS, port 587), smtp+ssl:// (port 465),
    file:///folder and console://. A password goes over smtp:// to this machine only. Special characters in user and
    password are percent-encoded.
    """
    url = text(name, default)
    parts = _split(name, url)
    backend = "django.core.mail.backends.{}.EmailBackend".format
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": backend("console")}
    if parts.scheme == "file" and parts.path:
        return {"EMAIL_BACKEND": backend("filebased"), "EMAIL_FILE_PATH": unquote(parts.path)}
    ports = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}
    if parts.scheme not in ports or not parts.hostname:
        raise ImproperlyConfigured(
            f"{name} must be smtp://, smtp+tls://, smtp+ssl://, file:// or console://, not {parts.scheme!r}."
        )
    if parts.scheme == "smtp" and parts.password and not is_this_machine(url):
        raise ImproperlyConfigured(f"{name}: smtp:// would send the password unencrypted; use smtp+tls://.")
    return {
        "EMAIL_BACKEND": backend("smtp"),
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtp+ssl",
        "EMAIL_TIMEOUT": 20,
    }


def bounce_address(name: str) -> str:
    """Return a mail address with room for a token of 48 characters behind a plus (RFC 5321: 64 before the @)."""
    value = text(name)
    if value and not re.fullmatch(r"[A-Za-z0-9._-]{1,15}@[A-Za-z0-9.-]{1,200}", value):
        raise ImproperlyConfigured(
            f"{name} must look like bounces@letters.example.org, with at most 15 characters before the @."
        )
    return value


def mailbox(name: str) -> dict[str, Any]:
    """Return where a mailbox is, from imaps://user:password@host/folder or maildir:///folder; nothing when unset.

    imap:// without encryption is for a server on this machine. Special characters are percent-encoded.
    """
    value = text(name)
    if not value:
        return {}
    parts = _split(name, value)
    folder = unquote(parts.path)
    if parts.scheme == "maildir" and folder.startswith("/") and not parts.netloc:
        return {"kind": "maildir", "folder": folder}
    here = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if parts.scheme not in {"imaps", "imap"} or not (parts.hostname and parts.username and parts.password):
        raise ImproperlyConfigured(f"{name} must be imaps://user:password@host/INBOX or maildir:///folder.")
    if parts.scheme == "imap" and not here:
        raise ImproperlyConfigured(f"{name}: imap:// would send the password unencrypted; use imaps://.")
    return {
        "kind": parts.scheme,
        "host": parts.hostname,
        "port": parts.port or {"imaps": 993, "imap": 143}[parts.scheme],
        "user": unquote(parts.username),
        "password": unquote(parts.password),
        "folder": folder.strip("/") or "INBOX",
    }


def parsed(name: str, parse: Callable[[str], Any], default: str) -> Any:
    """Return what `parse` makes of the variable; its complaint names the variable, not its secret."""
    try:
        return parse(text(name, default))
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(f"{name} cannot be understood ({type(error).__name__}).") from None


def _endpoint(name: str, value: str, port: int) -> tuple[str, int]:
    bare = f"[{value}]" if value.count(":") > 1 and not value.startswith("[") else value
    parts = _split(name, f"//{bare}")
    try:
        return str(ipaddress.ip_address(parts.hostname or "")), parts.port or port
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be an IP address with or without a port, not {value!r}.") from None


def _web(name: str, value: str, *, with_path: bool = True) -> str:
    parts = _split(name, value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or (parts.path and not with_path):
        raise ImproperlyConfigured(f"{name} must look like https://letters.example.org, not {value!r}.")
    return value


def _split(name: str, url: str) -> Any:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError when it is no number
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not a valid address: {error}.") from None
    return parts
