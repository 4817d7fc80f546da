"""The demo's sample letter: invented people, played through the verbs that the pages call."""

import csv
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from petition import lifecycle, tally
from petition.models import Letter, Membership, Role, User
from signatories import addresses, evidence, invitations, outbox, privacy, reasons, signing, tokens, vetting, watch
from signatories.evidence import found
from signatories.models import LINE, Decision, Evidence, Invitation, Mail, Signature

FILES = Path(settings.BASE_DIR) / "demo"
ORGANISER, VETTER, SECOND = "organiser@example.org", "vetter@example.org", "second@example.org"
WATCHED = ["Cassius Underbough"]
PASSWORD = "read-before-you-sign"


@transaction.atomic
def load() -> Letter:
    """Load the sample: a letter from its file, founders by invitation, then the public."""
    owner = User.objects.create_user(ORGANISER, PASSWORD, name="Olive Organiser")
    call_command("import_organisations", FILES / "organisations.json", verbosity=0)
    call_command("new_letter", FILES / "letter.md", owner=ORGANISER, verbosity=0)
    letter = Letter.objects.get()
    vetter, second = _team(letter)
    call_command("invite", letter.slug, FILES / "founders.csv")
    letter.refresh_from_db()
    _deliver()
    for invitation in letter.invitations.all():
        _play_founder(invitation, vetter)
    lifecycle.publish(letter, actor=owner)
    watch.add(letter, watched=WATCHED, by=owner)
    with (FILES / "people.csv").open(encoding="utf-8", newline="") as file:
        for person in csv.DictReader(file):
            _play_person(letter, person, vetter, second)
    _deliver()
    tally.take(letter)
    return letter


def _team(letter: Letter) -> list[User]:
    people = {VETTER: "Vera Vetter", SECOND: "Sam Second"}
    team = [User.objects.create_user(email, PASSWORD, name=name) for email, name in people.items()]
    for user in team:
        Membership.objects.create(letter=letter, user=user, role=Role.VETTER)
    return team


def _deliver() -> None:
    while outbox.send():
        pass


def _play_founder(invitation: Invitation, vetter: User) -> None:
    mail = invitation.mails.get()
    known = {name: getattr(invitation, name) for name in LINE if hasattr(invitation, name)}
    typed = {
        **known,
        "former": False,
        "capacity": "personal",
        "profile_url": "",
        "publish": True,
        "updates": True,
    }
    signature = invitations.accept(mail.pk, code=tokens.code(mail.pk), typed=typed)
    _support(signature, ["M", "P"], vetter)
    vetting.list_(signature, vetter=vetter, level=3, reason="two_signals")


def _play_person(letter: Letter, person: dict[str, str], vetter: User, second: User) -> None:
    typed: dict[str, Any] = {name: person[name] for name in LINE if name in person}
    for name in ("former", "publish", "updates"):
        typed[name] = person[name] == "yes"
    mail = signing.sign(letter, address=addresses.canonical(person["email"]), typed=typed)
    fate = person["fate"]
    if fate == "pending":
        return
    outbox.send()
    # They read the mail before they type the code, which nobody waits for here.
    Mail.objects.filter(pk=mail.pk).update(sent_at=timezone.now() - timedelta(minutes=2))
    signature = signing.confirm(mail.pk, tokens.code(mail.pk), in_tab=True).signature
    if person["sort_key"]:
        signing.set_sort_key(signature, person["sort_key"])
    _support(signature, list(filter(None, person["signals"].split("|"))), vetter)
    _flag(signature, list(filter(None, person["flags"].split("|"))))
    if fate in {"listed", "hidden"}:
        checked: dict[str, Any] = {"level": int(person["level"]), "reason": _listed_for(person)}
        if checked["level"] == 4:
            vetting.list_(signature, vetter=second, **checked)
        vetting.list_(signature, vetter=vetter, note=person["note"], **checked)
    if fate == "withdrawn":
        privacy.withdraw(signature)
    elif fate == "asked":
        vetting.ask(signature, vetter=vetter, questions=[person["reason"]], note=person["note"])
    elif fate in DECISIONS:
        DECISIONS[fate](signature, vetter=vetter, reason=person["reason"], note=person["note"])


def _support(signature: Signature, families: list[str], vetter: User) -> None:
    """Write down what the collectors and the vetter found; the invented hosts cannot be asked."""
    page = signature.profile_url or f"https://{signature.host}/people"
    identity: dict[str, Any] = {"claim": Evidence.Claim.IDENTITY, "public_before": True}
    rows: dict[str, dict[str, Any]] = {
        "M": {
            "claim": Evidence.Claim.AFFILIATION,
            "account": f"host:{signature.host}",
            "details": {"says": f"{signature.host} is a host for staff of {signature.organisation}."},
        },
        "F": {"account": "orcid:0000-0000-0000-0000", "details": {"says": "An ORCID record since 2019."}, **identity},
        "W": {"account": f"{page}#me", "url": page, "details": {"says": "The page links back."}, **identity},
        "K": {"account": "ssh:invented", "details": {"says": "Signed with a key published in 2018."}, **identity},
    }
    for family in families:
        if family == "P":
            found.record(signature, by=vetter, url=page, claims=[Evidence.Claim.AFFILIATION])
        elif family == "O":
            found.contact(signature, by=vetter, how="The main number", on=timezone.now().date())
        else:
            evidence.record(signature, family=family, **rows[family])


def _flag(signature: Signature, kinds: list[str]) -> None:
    """Raise the flags that the looks would raise, had the invented people typed it all themselves."""
    saw: dict[str, dict[str, Any]] = {
        "free_mail": {"host": signature.host},
        "seconds": {"seconds": 1.4},
        "burst": {"from": ["network"]},
    }
    for kind in kinds:
        signature.flags.create(kind=kind, details=saw[kind])
    standing = signature.flags.filter(released_at=None).values_list("kind", flat=True)
    risk = sum(reasons.RISK[reasons.FlagKind(kind)] for kind in standing)
    Signature.objects.filter(pk=signature.pk).update(risk=risk)


def _listed_for(person: dict[str, str]) -> str:
    """The reason code for listing; a hidden person's own code says why they were hidden afterwards."""
    if person["fate"] == "listed":
        return person["reason"]
    return {"M": "work_mailbox", "P": "staff_page"}.get(person["signals"], "two_signals")


DECISIONS: dict[str, Callable[..., Decision]] = {
    "held": vetting.hold,
    "declined": vetting.decline,
    "hidden": vetting.hide,
}
