"""A signature with the signer's own SSH key over the letter's text and their line, checked in this process."""

import re
import unicodedata
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_ssh_public_key
from django.conf import settings
from django.utils.translation import gettext_noop as _
from sshsig import InvalidSignature, PublicKey, check_signature
from sshsig.sshsig import SshsigSignature

from petition.languages import address, plainly
from signatories.evidence import fetching
from signatories.evidence.outcome import Found, Refused, Words
from signatories.models import Evidence, Signature
from signatories.reasons import Family

BEGIN, END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
HASHES = {b"sha256", b"sha512"}  # the two of OpenSSH's PROTOCOL.sshsig
SHORTEST_RSA = 2048  # bits; NIST SP 800-131A
MOST_KEYS = 100
# GitHub: letters, digits and single hyphens, at most 39; managed users have an underscore before their short code.
LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?")
UNREADABLE = (ValueError, NotImplementedError, AssertionError, OverflowError, UnsupportedAlgorithm)


@plainly()  # the same bytes for whoever reads them, in whatever language
def statement(signature: Signature) -> str:
    """Return the exact text that the signer's key signs: which wording of which letter, under which line.

    The identifier binds it to this one signature, so that nobody can use it for a signature of their own.
    """
    letter, version = signature.letter, signature.version
    head = {
        "Letter": address("petition:letter", letter.slug),
        "Version": str(version.number),
        "Text-SHA256": version.sha256,
        "Name": signature.name,
        "Line": signature.line,
        "Signature": str(signature.pk),
    }
    return "I sign this letter.\n" + "".join(f"{name}: {value}".rstrip() + "\n" for name, value in head.items())


def namespace() -> str:
    """Return what the signature is for, so that it is good for nothing else."""
    return f"undersigned@{urlsplit(settings.SITE_URL).hostname}"


def file_name(signature: Signature) -> str:
    """Return the name under which the statement is downloaded; safe in a shell."""
    return f"{signature.letter.slug}.txt"


def command(signature: Signature) -> str:
    """Return the command that signs the downloaded file, ready to paste."""
    return f"ssh-keygen -Y sign -n {namespace()} -f ~/.ssh/id_ed25519 {file_name(signature)}"


def signed_by(signature: Signature, armored: str) -> PublicKey:
    """Return the key that signed the statement. It says nothing yet about whose key it is.

    Args:
        signature: whose statement.
        armored: what ssh-keygen wrote, as pasted.

    Raises:
        Refused: it is no SSH signature, or not one of this statement.
    """
    armored = _tidy(armored)
    try:
        outer = SshsigSignature.from_armored(armored)
        kind = outer.public_key[4 : 4 + int.from_bytes(outer.public_key[:4], "big")].decode("ascii", "replace")
    except UNREADABLE:
        raise Refused(_("This SSH signature is damaged. Please paste the whole file once more.")) from None
    if outer.namespace != namespace().encode():
        raise Refused(
            _("This was signed for another purpose. Please use the command as shown, with -n %(namespace)s."),
            namespace=namespace(),
        )
    if kind not in {"ssh-ed25519", "ssh-rsa"} or outer.hash_algo not in HASHES:
        raise Refused(
            _("Keys of the kind %(kind)s cannot be checked here yet; Ed25519 and RSA keys can."), kind=_printable(kind)
        )
    try:
        key = check_signature(statement(signature).encode(), armored, namespace())
        weak = load_ssh_public_key(key.openssh_str().encode())
    except (InvalidSignature, *UNREADABLE):
        raise Refused(
            _("This signature does not fit the file. Please download it again and sign it unchanged.")
        ) from None
    if isinstance(weak, RSAPublicKey) and weak.key_size < SHORTEST_RSA:
        raise Refused(_("This RSA key is too short; it needs %(number)s bits or more."), number=SHORTEST_RSA)
    return key


def keys_url(login: str) -> str:
    """Return where an account publishes its keys."""
    return f"{settings.GITHUB_URL}/{login}.keys"


def check_published(signature: Signature, login: str, armored: str) -> Found:
    """Look for the key that signed among those that an account publishes.

    Raises:
        Refused: the account does not publish it, or the signature does not fit.
        Away: the keys cannot be read now.
    """
    key, host = signed_by(signature, armored), urlsplit(settings.GITHUB_URL).hostname
    answer = fetching.fetch(keys_url(login), accept="text/plain")
    if urlsplit(answer.url).hostname != host:
        raise Refused(_("%(host)s leads on to another place instead of showing the keys."), host=host)
    published = [one for line in answer.text.splitlines()[:MOST_KEYS] if (one := _key(line))]
    if not published:
        raise Refused(_("%(account)s publishes no Ed25519 or RSA key."), account=f"{host}/{login}")
    if key not in published:
        raise Refused(
            _("The key %(key)s is not among those that %(account)s publishes."),
            key=key.sha256_str(),
            account=f"{host}/{login}",
        )
    return Found(
        Family.KEY,
        Evidence.Claim.IDENTITY,
        f"github:{login.lower()}",
        Words(_("Signed with a key of %(account)s."), account=f"{host}/{login}"),
        url=keys_url(login),
        details={"login": login, "fingerprint": key.sha256_str(), "kind": key.algo_name},
    )


def known_login(signature: Signature) -> str:
    """Return the account with which the signer has logged in here, or an empty string."""
    row = signature.evidence.filter(family=Family.FEDERATED, account__startswith="github:", result=True).first()
    return "" if row is None else str(row.details.get("login") or row.account.partition(":")[2])


def _tidy(armored: str) -> str:
    """Take over the lines of the signature, whatever else was pasted with them."""
    lines = [line.strip() for line in armored.splitlines()]
    if BEGIN not in lines or END not in lines[lines.index(BEGIN) :]:
        raise Refused(
            _("This is no SSH signature. It begins with the line %(begin)s and ends with %(end)s."),
            begin=BEGIN,
            end=END,
        )
    start = lines.index(BEGIN)
    return "\n".join(lines[start : lines.index(END, start) + 1])


def _key(line: str) -> PublicKey | None:
    try:
        return PublicKey.from_openssh_str(line)
    except UNREADABLE:  # of a kind that cannot be checked here
        return None


def _printable(text: str) -> str:
    return "".join(c if unicodedata.category(c)[0] in "LNP" else "?" for c in text[:60])
