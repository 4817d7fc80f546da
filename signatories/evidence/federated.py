"""F: an account elsewhere that a signer logged in to. It proves the account; what it says of its owner is a claim."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from petition import patience
from petition.moves import NotAllowed
from signatories import evidence
from signatories.models import KNOWN, Evidence, Proof, Signature
from signatories.reasons import Family

ORCID, GITHUB = "orcid", "github"
TAKEN = gettext_noop("This account stands behind another signature on this letter already.")


@dataclass(frozen=True)
class Account:
    """An account at a provider, as its log-in showed it.

    Attributes:
        provider: `orcid`, `github`, or the id of another provider of the settings.
        uid: what the provider never gives to anybody else: an ORCID iD, a GitHub number, a subject.
        login: the name in its own addresses, where it has one.
        name: as the provider shows it.
        url: its public page, where it has one.
        since: when it was made, in ISO 8601, where the provider says so.
    """

    provider: str
    uid: str
    login: str = ""
    name: str = ""
    url: str = ""
    since: str = ""

    @classmethod
    def from_login(cls, provider: str, uid: str, data: dict[str, Any], *, page: str = "") -> Self:
        """Return the account behind a log-in.

        Args:
            provider: its id in the settings.
            uid: as the provider's library read it.
            data: what the provider told: GitHub's user, or the claims of OpenID Connect.
            page: where ORCID's public pages are.
        """
        claims = data.get("userinfo") or data.get("id_token") or data
        name = _text(claims.get("name")) or " ".join(
            part for part in (_text(claims.get("given_name")), _text(claims.get("family_name"))) if part
        )
        login = _text(claims.get("login"))
        url = f"{page}/{uid}" if provider == ORCID else _text(claims.get("html_url"))
        return cls(provider, uid[:100], login, name, url[:300], _text(claims.get("created_at")))

    @property
    def key(self) -> str:
        """What evidence comes down to: keys that a GitHub account publishes come down to the same."""
        return f"{self.provider}:{(self.login or self.uid).lower()}"

    def as_dict(self) -> dict[str, str]:
        """Return it as it is carried between the log-in and the signer's own yes."""
        return asdict(self)


def _text(value: Any) -> str:
    return " ".join(value.split())[:120] if isinstance(value, str) else ""


@transaction.atomic
def bind(signature: Signature, account: Account) -> Evidence:
    """Write down that the signer holds this account; for ORCID, owe a look at the public record.

    Raises:
        NotAllowed: another signature on this letter rests on the same account, or nobody is behind this one any more.
    """
    if evidence.lock(signature) not in KNOWN:
        raise NotAllowed(_("Nothing can be proven for this signature at the moment."))
    if evidence.stands_behind_another(signature, account.key):
        raise NotAllowed(_(TAKEN))
    found = evidence.record(
        signature,
        family=Family.FEDERATED,
        claim=Evidence.Claim.IDENTITY,
        account=account.key,
        public_before=_was_public_before(signature, account),
        url=account.url,
        details=account.as_dict(),
    )
    if account.provider == ORCID:
        Proof.objects.update_or_create(
            signature=signature,
            kind=Proof.Kind.ORCID,
            value=account.uid,
            defaults={"state": Proof.State.WAITING, "check_after": timezone.now(), "attempts": 0},
        )
    Signature.objects.filter(pk=signature.pk).update(collect_after=patience.now())
    return found


def _was_public_before(signature: Signature, account: Account) -> bool:
    """Whether the account is older than the text that was signed; who does not say is not taken to be."""
    try:
        since: datetime | None = parse_datetime(account.since)
    except ValueError:
        since = None
    published = signature.version.published_at
    return bool(since and since.tzinfo and published and since < published)
