"""Whose host it is: the organisations' table, and the accounts that pages come down to."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings

from signatories import organisations
from signatories.models import OrganisationDomain, Signature
from signatories.organisations.keys import key

# What says how somebody came to a page, and nothing about the page.
NOISE = {"fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "ref", "ref_src", "source", "si"}


def staff_domain(signature: Signature, host: str) -> OrganisationDomain | None:
    """Return the row that says that staff of the organisation which the signer typed are at this exact host.

    A web server's `www.` stands for the host behind it; any other subdomain is a host of its own.
    """
    meant = {one.pk for one in organisations.meant_by(signature.organisation)}
    rows = [row for exact in dict.fromkeys([host, host.removeprefix("www.")]) for row in organisations.by_host(exact)]
    staff = [row for row in rows if row.kind == OrganisationDomain.Kind.STAFF and row.organisation_id in meant]
    return staff[0] if staff else None


def is_typed(signature: Signature, *, name: str, ror: str = "") -> bool:
    """Whether an organisation, by its name or its ROR iD, is the one that the signer typed."""
    if not signature.organisation:
        return False
    if key(name) == key(signature.organisation):
        return True
    meant = organisations.meant_by(signature.organisation)
    named = {one.pk for one in organisations.meant_by(name)}
    return any((ror and one.ror == ror) or one.pk in named for one in meant)


def account_of(url: str) -> str:
    """Return what a public page comes down to, however it was reached and whoever found it.

    A page on a platform is its account there, so that a GitHub profile, a GitHub key and a GitHub login are one. The
    first page of a host is the host. Any other page is only itself: many people may have pages on its host.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    first = parts.path.strip("/").split("/")[0].lower()
    if host in {"github.com", urlsplit(settings.GITHUB_URL).hostname} and first:
        return f"github:{first}"
    if host.endswith(".github.io"):
        return f"github:{host.removesuffix('.github.io').split('.')[-1]}"
    if host == "orcid.org" and first:
        return f"orcid:{first}"
    said = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _is_noise(name)]
    if said:
        return f"{host}{parts.path}?{urlencode(said)}"
    return f"{host}{parts.path.rstrip('/')}" if first else f"host:{host}"


def page_account(signature: Signature, url: str) -> str:
    """Return what control of a page comes down to: as `account_of`, but for hosts where the signer has a login.

    A page on the host of the signer's own mailbox, or of the staff of their organisation, is that host, because one
    login there usually opens both mailbox and page.
    """
    account = account_of(url)
    host = urlsplit(url).hostname or ""
    bare = host.removeprefix("www.")
    on_platform = account.startswith(("github:", "orcid:"))
    if not on_platform and (bare == signature.host or staff_domain(signature, host)):
        return f"host:{bare}"
    return account


def _is_noise(name: str) -> bool:
    return name.lower() in NOISE or name.lower().startswith("utm_")
