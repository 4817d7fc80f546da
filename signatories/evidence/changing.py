"""What was checked about a line does not stand for another one."""

from collections.abc import Collection

from django.utils.translation import gettext_noop as _

from petition import patience
from signatories import addresses
from signatories.evidence import outcome, work
from signatories.evidence.outcome import Words
from signatories.models import Evidence, Proof, Signature

Kind, State = Proof.Kind, Proof.State
# What a reader sees or counts as a claim of the signer: whoever changes it is checked again.
CLAIMED = ("name", "role", "organisation", "former", "country", "discipline", "capacity")
# What a task finds by itself, and can find again.
LOOKED_FOR = (Kind.PAGE, Kind.WELL_KNOWN, Kind.DNS, Kind.ORCID)


def seen(signature: Signature) -> str:
    """Return what changes with what is printed, and tells nothing."""
    claimed = [getattr(signature, name) for name in CLAIMED]
    return addresses.keyed_hash(f"vouch {signature.pk} {claimed}")[:32]


def void(signature: Signature, changed: Collection[str]) -> None:
    """Let what was found about an earlier line support nothing; call it once the new line is kept.

    Another name is somebody else's to prove, so everything ends, and who vouched for the one before may vouch anew.
    With the same name only the affiliation does. What can be looked for again is looked for, under the new line.

    Args:
        signature: locked, with its new line.
        changed: which of `CLAIMED` are different now.
    """
    renamed = "name" in changed
    outdated = signature.evidence.all() if renamed else signature.evidence.filter(claim=Evidence.Claim.AFFILIATION)
    outdated.update(result=False)
    found = signature.proofs.filter(state=State.FOUND)
    afresh = {"state": State.WAITING, "attempts": 0, "check_after": patience.now()}
    found.filter(kind__in=LOOKED_FOR).update(**afresh, message="", said=None)
    if renamed:
        signature.vouches.all().delete()
        signed = Words(_("Your line has changed since. Please sign the new text with your key."))
        found.filter(kind=Kind.KEY).update(state=State.REFUSED, **outcome.kept(signed))
    work.match_again(signature)
