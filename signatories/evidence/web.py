"""Control of a page or a domain: a link back, a file in a well-known place, or a DNS record.

Each holds the address of the signature's receipt page, which was made for this one signature: whoever can put it
there controls the place, and nobody else can use it.
"""

import time
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext_noop as _

from petition.languages import address
from signatories import tokens
from signatories.evidence import fetching, hosts, resolving
from signatories.evidence.outcome import Away, Found, Refused, Words
from signatories.models import Evidence, Signature
from signatories.reasons import Family

FILE = "/.well-known/undersigned.txt"  # a place that only who runs the host can write to (RFC 8615)
LABEL = "_undersigned"  # an underscored name is no host (RFC 8552)
DNS_SECONDS = 5.0
PIECE = 8192  # characters; between two of them the time is looked at
READING = 2.0  # seconds for the HTML of a page; one of 1 MB takes a tenth of it
# What a browser does not show as part of the page. A link in there is none.
UNSEEN = {"script", "style", "noscript", "template", "textarea", "title", "iframe", "noembed", "noframes", "xmp"}
# What sites put on links that their visitors write, in a comment or a post (WHATWG link types and Google's).
VISITORS = {"nofollow", "ugc", "sponsored"}


def receipt_url(signature: Signature) -> str:
    """Return the public address of a signature's receipt page. It is no secret, and says nothing about who."""
    return address("signatories:signed", tokens.steady("signed", signature.pk))


def check_page(signature: Signature, url: str) -> Found:
    """Look for a link to the receipt on a page.

    A link with `rel=me` counts wherever it stands: platforms set it on the one link that an account's owner chose.
    A plain link counts only on the page that the signer named as theirs when they signed, and not where it is marked
    as written by visitors, because a comment or a post proves no control of the page it stands on.

    Raises:
        Refused: no such link.
        Away: the page cannot be read now.
    """
    answer = fetching.fetch(url, accept="text/html, application/xhtml+xml;q=0.9, */*;q=0.1")
    links = [rel for rel, href in _links(answer) if _is_receipt(signature, urljoin(answer.url, href))]
    named = signature.profile_url and {_bare(url), _bare(answer.url)} & {_bare(signature.profile_url)}
    if any("me" in rel for rel in links) or (named and any(not rel & VISITORS for rel in links)):
        return _found(
            signature, answer.url, hosts.page_account(signature, answer.url), Words(_("The link back is there."))
        )
    if links:
        raise Refused(_('The link is there, but anyone might have put it there. Please add rel="me" to it.'))
    raise Refused(_("We opened the page and found no link to the address of your receipt."))


def check_file(signature: Signature, origin: str) -> Found:
    """Look for the receipt's address in the well-known file of a host.

    Raises:
        Refused: it is not there.
        Away: the file cannot be read now.
    """
    answer = fetching.fetch(origin + FILE, accept="text/plain")
    there, asked = fetching.target(answer.url), fetching.target(origin)
    if there.host != asked.host:
        raise Refused(
            _("%(asked)s leads on to %(there)s. The file has to be on %(asked)s itself."),
            asked=asked.host,
            there=there.host,
        )
    if not any(_is_receipt(signature, line.strip()) for line in answer.text.splitlines()[:100]):
        raise Refused(_("The file is there, but no line of it is the address of your receipt."))
    return _found(signature, answer.url, f"host:{there.host.removeprefix('www.')}", Words(_("The file is there.")))


def check_dns(signature: Signature, host: str) -> Found:
    """Look for the receipt's address in a TXT record of a domain.

    Raises:
        Away: it is not there yet; new records take a while to be seen everywhere.
    """
    name = f"{LABEL}.{host}"
    try:
        found = resolving.texts(name, seconds=DNS_SECONDS)
    except Refused:
        found = []
    if not any(_is_receipt(signature, text.strip()) for text in found):
        raise Away(_("There is no TXT record at %(name)s yet that holds the address of your receipt."), name=name)
    return _found(signature, "", f"host:{host.removeprefix('www.')}", Words(_("The record is there.")), host=host)


def _found(signature: Signature, url: str, account: str, message: Words, host: str = "") -> Found:
    host = host or fetching.target(url).host
    staff = hosts.staff_domain(signature, host)
    claim = Evidence.Claim.IDENTITY if staff is None else Evidence.Claim.AFFILIATION
    details = {"host": host} if staff is None else {"host": host, "organisation": staff.organisation.name}
    return Found(Family.WEB, claim, account, message, public_before=staff is not None, url=url, details=details)


def _is_receipt(signature: Signature, url: str) -> bool:
    """Whether this is the address of this signature's receipt, made with any key that is still listed."""
    try:
        parts, site = urlsplit(url), urlsplit(settings.SITE_URL)
    except ValueError:
        return False
    before, _slash, token = parts.path.strip("/").rpartition("/")
    if parts.netloc.lower() != site.netloc.lower() or before != "signed":
        return False
    try:
        return tokens.read("signed", token) == signature.pk
    except tokens.Invalid:
        return False


def _bare(url: str) -> str:
    """An address without what does not make it another page."""
    try:
        there = fetching.target(url)
    except Refused:
        return url
    return f"{there.host.removeprefix('www.')}{there.path.rstrip('/')}"


def _links(answer: fetching.Answer) -> list[tuple[set[str], str]]:
    """Return `rel` and address of each link of a page.

    The page is handed over in pieces, and the end is never declared: a page that was made to be slow to read stops
    at the next piece, when its time is over.
    """
    reader, text, deadline = _Links(), answer.text, time.monotonic() + READING
    for start in range(0, len(text), PIECE):
        if time.monotonic() > deadline:
            raise Refused(_("The page is too hard to read."))
        reader.feed(text[start : start + PIECE])
    return reader.found


class _Links(HTMLParser):
    """The links of a page that its readers see."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[set[str], str]] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._unseen.append(tag)
        if self._unseen or tag not in {"a", "link"}:
            return
        given = {name: value or "" for name, value in reversed(attrs)}  # of two of one name the first counts
        rel = set(given.get("rel", "").lower().split())
        if "href" in given and (tag == "a" or "me" in rel):
            self.found.append((rel, given["href"].strip()))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # HTML knows no empty <script/>: what follows is still inside

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        return self.parse_bogus_comment(i)  # as browsers do; the library stops at names that it does not know

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            while self._unseen.pop() != tag:
                pass
