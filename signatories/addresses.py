"""One mailbox, one signature: the canonical form of an address, and the keyed hash that stands for it."""

import hashlib
import hmac
import unicodedata

from disposable_email_domains import blocklist
from django.conf import settings
from django.core.exceptions import ValidationError
from email_validator import EmailNotValidError, validate_email

# Providers that deliver name+anything@ to name@ (their own documentation, read in 2026); True where dots do not
# count either. Elsewhere the plus sign may be part of the name, and stays.
PLUS_TAGS = {
    **dict.fromkeys(("gmail.com", "googlemail.com"), True),
    **dict.fromkeys(("outlook.com", "hotmail.com", "live.com", "msn.com"), False),
    **dict.fromkeys(("proton.me", "protonmail.com", "pm.me"), False),
    **dict.fromkeys(("fastmail.com", "icloud.com", "me.com", "mac.com"), False),
}
SAME_MAILBOX = {"googlemail.com": "gmail.com"}


def canonical(address: str) -> str:
    """Return the spelling under which a mailbox is known; mail goes there, and it may sign once.

    Args:
        address: as typed.

    Raises:
        ValidationError: it is no address that mail can reach, hides characters, or is disposable.
    """
    if any(unicodedata.category(c) in {"Cc", "Cf"} for c in address.strip()):
        raise ValidationError("Please type the address without invisible characters.")
    try:
        parts = validate_email(address.strip(), check_deliverability=False, allow_smtputf8=True)
    except EmailNotValidError as problem:
        raise ValidationError(f"This is not an address we can write to. {problem}") from None
    typed_domain = address.strip().rpartition("@")[2].lower().rstrip(".")
    if typed_domain not in {parts.domain.lower(), parts.ascii_domain.lower()}:
        raise ValidationError("Please type the part after the @ in its plain form.")
    domain = parts.ascii_domain.lower()
    if _is_disposable(domain):
        raise ValidationError(
            "Addresses that are thrown away cannot sign, because nobody could reach the signer. "
            "Please use an address you keep."
        )
    local = parts.local_part.lower()
    if domain in PLUS_TAGS:
        local = local.partition("+")[0]
        if PLUS_TAGS[domain]:
            local = local.replace(".", "")
    return f"{local}@{SAME_MAILBOX.get(domain, domain)}"


def keyed_hash(address: str) -> str:
    """Return what the database knows a canonical address by, also after the address was erased."""
    key = settings.ADDRESS_KEY.encode()
    return hmac.new(key, address.encode(), hashlib.sha256).hexdigest()


def _is_disposable(domain: str) -> bool:
    labels = domain.split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))
