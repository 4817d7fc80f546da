"""One mailbox, one signature: the canonical form of an address, and the keyed hash that stands for it."""

import hashlib
import hmac
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

from disposable_email_domains import blocklist
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email

_rules = tomllib.loads((Path(__file__).parent / "data" / "providers.toml").read_text())["provider"]
PROVIDERS: dict[str, dict[str, Any]] = {domain: rule for rule in _rules for domain in rule["domains"]}
# Names that are never delivered on the public net: RFC 2606 and 6761, 6762 with its appendix G, 7686, 8375, 9476, and
# ICANN's reservation of .internal. The domains example.org, .com and .net are for samples, and ours uses them.
SPECIAL_USE = {
    *("test", "example", "invalid", "localhost", "local", "onion", "arpa", "alt", "internal"),
    *("intranet", "private", "corp", "home", "lan", "localdomain"),
}
# Mail servers read both as a way on to somebody else's mailbox, Postfix unless it is told otherwise (postconf(5),
# allow_percent_hack and swap_bangpath): ada%example.org@example.org and example.org!ada@example.org are Ada's.
ROUTED = set("%!")


def canonical(address: str) -> str:
    """Return the spelling under which a mailbox is known; mail goes there, and it may sign once.

    Args:
        address: as typed.

    Raises:
        ValidationError: it is no address that mail can reach, hides characters, or is disposable.
    """
    address = unicodedata.normalize("NFC", address.strip())
    if any(unicodedata.category(c) in {"Cc", "Cf"} for c in address):
        raise ValidationError(_("Please type the address without invisible characters."))
    local, _at, typed_domain = address.rpartition("@")
    if not local.isascii():
        raise ValidationError(
            _(
                "We can only write to addresses with plain letters, digits and signs before the @. "
                "Please use another address of yours."
            )
        )
    if set(local) & ROUTED:
        raise ValidationError(
            _(
                "We cannot write to addresses with a percent sign or an exclamation mark before the @. "
                "Please use another one of yours."
            )
        )
    try:
        parts = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as problem:
        raise ValidationError(_wrong(problem)) from None
    domain = parts.ascii_domain.lower()
    if typed_domain.lower() not in {parts.domain.lower(), domain}:
        # UTS 46 maps other letters to the plain ones: full width, ligatures, old forms.
        raise ValidationError(_("Please type the part after the @ in its plain form."))
    if domain.rpartition(".")[2] in SPECIAL_USE:
        raise ValidationError(
            _("This is not an address we can write to: names with that ending are not on the internet.")
        )
    if is_disposable(domain):
        raise ValidationError(
            _(
                "Addresses that are thrown away cannot sign, because nobody could reach the signer. "
                "Please use an address you keep."
            )
        )
    return _mailbox(parts.local_part.lower(), domain)


def _wrong(problem: EmailNotValidError) -> str:
    """The library says in English what is wrong with an address, and in no other language."""
    if (get_language() or "en").startswith("en"):
        return f"This is not an address we can write to. {problem}"
    return _("This is not an address we can write to. Please look for a typing error in it.")


def _mailbox(local: str, domain: str) -> str:
    """Apply the rule of the provider, if it has one."""
    name, _dot, parent = domain.partition(".")
    if PROVIDERS.get(parent, {}).get("subdomains"):
        local, domain = name, parent
    rule = PROVIDERS.get(domain, {})
    if "tag" in rule:
        local = local.partition(rule["tag"])[0]
    local = local.translate(dict.fromkeys(map(ord, rule.get("ignored", ""))))
    if not local:
        raise ValidationError(_("This is not an address we can write to. There must be a name before the @."))
    return f"{local}@{rule.get('same_as', domain)}"


def keyed_hash(address: str) -> str:
    """Return what the database knows a canonical address by, also after the address was erased."""
    key = settings.ADDRESS_KEY.encode()
    return hmac.new(key, address.encode(), hashlib.sha256).hexdigest()


def is_disposable(domain: str) -> bool:
    """Whether mail to this domain, or to one above it, is thrown away."""
    labels = domain.split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))
