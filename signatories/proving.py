"""What signers offer as proof, checked by a task from the rows: leased, asked over the network, found or refused."""

import logging
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from petition import patience
from petition.models import User
from petition.moves import NotAllowed
from signatories import evidence, limits, vetting
from signatories.evidence import employers, federated, keys, outcome, web
from signatories.evidence.outcome import Away, Found, Refused, Words
from signatories.models import Evidence, Proof, Signature
from signatories.reasons import Family

log = logging.getLogger(__name__)

Kind, State, Status = Proof.Kind, Proof.State, Signature.Status
BATCH = 8
LEASE = timedelta(minutes=2)  # longer than a batch takes when every server uses its time up
EACH_HOST = timedelta(seconds=2)  # one request a host in so long, so that nobody uses us to flood a server
# How long after each try the next one comes, while a server or a record is away; after the last it is refused.
PAUSES = [timedelta(minutes=minutes) for minutes in (0.25, 1, 5, 20, 60)]
DAILY = 20  # offers of one signature in a day
MAY_PROVE = (Status.CONFIRMED, Status.HELD, Status.ASKED, Status.LISTED)
ACCOUNT = "github:"
ONE_PERSONS = (ACCOUNT, "orcid:", "key:")  # accounts that are no two people's


class TooMany(Exception):
    """More was offered in a day than is looked at."""


def offer(signature: Signature, *, kind: Proof.Kind, value: str, data: str = "") -> Proof:
    """Ask for one thing to be checked. Offered again it is checked again, unless it was found already.

    Args:
        signature: confirmed, held, asked or listed.
        kind: what it is; see `CHECKS`.
        value: a URL, an origin, a host, an ORCID iD, `github:login` or a key's fingerprint; at most 300 characters.
        data: an SSH signature, for a key.

    Raises:
        NotAllowed: the signature is in no state to be strengthened.
        TooMany: over the daily limit.
    """
    if not limits.take("proof", str(signature.pk), most=DAILY, window=timedelta(days=1)).allowed:
        raise TooMany
    with transaction.atomic():
        if evidence.lock(signature) not in MAY_PROVE:
            raise NotAllowed(_("Nothing can be proven for this signature at the moment."))
        return _keep_offer(signature, kind, value, data)


def _keep_offer(signature: Signature, kind: Proof.Kind, value: str, data: str) -> Proof:
    proof = Proof(signature=signature, kind=kind, value=value, data=data)
    try:
        with transaction.atomic():
            proof.save(force_insert=True)
    except IntegrityError:
        again = Proof.objects.filter(signature=signature, kind=kind, value=value)
        fresh = {
            "state": State.WAITING,
            "attempts": 0,
            "message": "",
            "said": None,
            "data": data,
            "check_after": patience.now(),
        }
        again.exclude(state=State.FOUND).update(**fresh)
        return again.get()
    return proof


def key_value(login: str, fingerprint: str) -> str:
    """Return the value under which a key is offered: the account that publishes it, or else the key itself."""
    return f"{ACCOUNT}{login.lower()}" if login else fingerprint


def _check_key(proof: Proof) -> Found:
    if proof.value.startswith(ACCOUNT):
        return keys.check_published(proof.signature, proof.value.removeprefix(ACCOUNT), proof.data)
    fingerprint = keys.signed_by(proof.signature, proof.data).sha256_str()
    raise Refused(
        gettext_noop("The signature fits. The team still has to recognise your key, %(key)s."), key=fingerprint
    )


CHECKS: dict[Proof.Kind, Callable[[Proof], Found]] = {
    Kind.PAGE: lambda proof: web.check_page(proof.signature, proof.value),
    Kind.WELL_KNOWN: lambda proof: web.check_file(proof.signature, proof.value),
    Kind.DNS: lambda proof: web.check_dns(proof.signature, proof.value),
    Kind.KEY: _check_key,
    Kind.ORCID: lambda proof: employers.check_record(proof.signature, proof.value),
}


def check_due(limit: int = BATCH) -> int:
    """Check up to `limit` proofs that are due and return how many were taken.

    Safe to run anywhere at any time: a row is leased first and its end is written only while that lease holds, so
    a killed worker repeats a question to somebody's server at worst.
    """
    leased = _lease(limit)
    for proof in leased:
        if limits.take("fetch", _host(proof), most=1, window=EACH_HOST).allowed:
            _check(proof)
        else:
            _write(proof, check_after=patience.now() + EACH_HOST, attempts=F("attempts") - 1)
    return len(leased)


def _lease(limit: int) -> list[Proof]:
    now = patience.now()
    with transaction.atomic():
        due = Proof.objects.filter(state=State.WAITING, kind__in=CHECKS, check_after__lte=now).order_by("check_after")
        # What was offered for a name that was declined or taken off since waits until it is back, and nobody is asked.
        due = due.filter(Exists(Signature.objects.filter(pk=OuterRef("signature"), status__in=MAY_PROVE)))
        chosen = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        rows = Proof.objects.filter(pk__in=chosen, state=State.WAITING)
        rows.update(check_after=now + LEASE, attempts=F("attempts") + 1)
    return list(rows.select_related("signature__letter", "signature__version").order_by("pk"))


def _host(proof: Proof) -> str:
    """The host that will be asked: the one in the value, or the one where keys or records are published."""
    elsewhere = {Kind.KEY: settings.GITHUB_URL, Kind.ORCID: settings.ORCID_API_URL}
    there = elsewhere.get(Kind(proof.kind), proof.value)
    return urlsplit(there).hostname or there


def _check(proof: Proof) -> None:
    try:
        found = CHECKS[Kind(proof.kind)](proof)
    except Refused as refused:
        _end(proof, State.REFUSED, refused.words)
    except Away as away:
        _later(proof, away.words)
    except Exception:  # one proof that cannot be checked must not hold up the others
        log.exception("proof %s cannot be checked", proof.pk)
        _later(proof, Words(gettext_noop("Something went wrong here.")))
    else:
        _keep(proof, found)


def _later(proof: Proof, said: Words) -> None:
    if proof.attempts > len(PAUSES):
        _end(proof, State.REFUSED, said, Words(gettext_noop("We tried %(number)s times."), number=proof.attempts))
        return
    pause = PAUSES[proof.attempts - 1]
    _write(proof, check_after=patience.now() + pause, checked_at=patience.now(), **outcome.kept(said))


def _keep(proof: Proof, found: Found) -> None:
    """Turn what was found into evidence, unless the signer has left in the meantime, or has another line by now."""
    with transaction.atomic():
        signature, looked_at = Signature.objects.select_for_update().get(pk=proof.signature_id), proof.signature
        if (signature.typed, signature.version_id) != (looked_at.typed, looked_at.version_id):
            _write(proof, check_after=patience.now(), attempts=F("attempts") - 1)
            return
        if found.account.startswith(ONE_PERSONS) and evidence.stands_behind_another(signature, found.account):
            _end(proof, State.REFUSED, Words(federated.TAKEN))
            return
        if signature.status not in MAY_PROVE or not _end(proof, State.FOUND, found.message):
            return
        evidence.record(
            signature,
            family=found.family,
            claim=found.claim,
            account=found.account,
            public_before=found.public_before,
            url=found.url if len(found.url) <= 300 else "",
            details=found.details,
        )


@transaction.atomic
def _end(proof: Proof, state: Proof.State, *said: Words) -> bool:
    """End with a proof, and have its signature's row in the queue made anew; False if the lease was lost."""
    ended = _write(proof, state=state, checked_at=patience.now(), **outcome.kept(*said))
    if ended:
        owe_collection(proof.signature)
    return ended


def _write(proof: Proof, **changes: object) -> bool:
    rows = Proof.objects.filter(pk=proof.pk, state=State.WAITING, check_after=proof.check_after)
    return bool(rows.update(**changes))


def owe_collection(signature: Signature) -> None:
    """Say that the evidence of a signature has changed, so that a task looks at its flags and its risk again."""
    Signature.objects.filter(pk=signature.pk, status__in=MAY_PROVE).update(collect_after=patience.now())


@transaction.atomic
def accept_key(
    signature: Signature, *, fingerprint: str, vetter: User, note: str, public_before: bool = False
) -> Evidence:
    """Recognise a key as the signer's own, where no account of theirs publishes it.

    Args:
        signature: who has signed with it, on their own page.
        fingerprint: as `ssh-keygen -l` prints it: `SHA256:…`.
        vetter: who looked; never about their own signature.
        note: where the key is known from.
        public_before: whether it was published under their name before they signed the letter.

    Raises:
        NotAllowed: the vetter's own signature or one they left to others, nothing signed with this key, no note, or
            another signature on the letter rests on the same key.
    """
    vetting.refuse(signature, vetter)
    if not note.strip():
        raise NotAllowed(_("Please note where the key is known from."))
    evidence.lock(signature)  # who leaves in this moment takes what they have signed along
    signature.refresh_from_db()
    for proof in signature.proofs.filter(kind=Kind.KEY).exclude(state=State.FOUND):
        if _fingerprint(signature, proof) == fingerprint:
            break
    else:
        raise NotAllowed(_("The signer has signed nothing with this key, or their line has changed since."))
    if evidence.stands_behind_another(signature, f"key:{fingerprint}"):
        raise NotAllowed(_("This key stands behind another signature on this letter already."))
    Proof.objects.filter(pk=proof.pk).update(
        state=State.FOUND,
        checked_at=patience.now(),
        **outcome.kept(Words(gettext_noop("The team has recognised your key."))),
    )
    owe_collection(signature)
    return evidence.record(
        signature,
        family=Family.KEY,
        claim=Evidence.Claim.IDENTITY,
        account=f"key:{fingerprint}",
        public_before=public_before,
        details={"fingerprint": fingerprint},
        note=note,
        by=vetter,
    )


def waiting_key(proof: Proof) -> str:
    """Return the fingerprint of a key that fits the line and waits to be recognised; empty for any other proof."""
    unknown = proof.kind == Kind.KEY and proof.state != State.FOUND
    return _fingerprint(proof.signature, proof) if unknown else ""


def _fingerprint(signature: Signature, proof: Proof) -> str:
    try:
        return keys.signed_by(signature, proof.data).sha256_str()
    except Refused:
        return ""
