"""The demo's sample letter: invented people, played through the verbs that the pages call."""

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from petition import lifecycle, tally
from petition.models import Letter, Membership, Role, User
from signatories import addresses, invitations, outbox, privacy, signing, tokens, vetting
from signatories.models import LINE, Invitation, Mail

FILES = Path(settings.BASE_DIR) / "demo"
ORGANISER, VETTER, SECOND = "organiser@example.org", "vetter@example.org", "second@example.org"
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
    vetting.list_(signature, vetter=vetter, level=3, reason="two_signals", signals=["M", "P"])


def _play_person(letter: Letter, person: dict[str, str], vetter: User, second: User) -> None:
    typed: dict[str, Any] = {name: person[name] for name in LINE}
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
    grounds = {"reason": person["reason"], "note": person["note"]}
    if fate in {"listed", "hidden"}:
        level = int(person["level"])
        checked: dict[str, Any] = {
            "level": level,
            "signals": person["signals"].split("|"),
            "reason": _listed_for(person),
        }
        if level == 4:
            vetting.list_(signature, vetter=second, **checked)
        vetting.list_(signature, vetter=vetter, note=person["note"], **checked)
    if fate == "withdrawn":
        privacy.withdraw(signature)
    elif fate in DECISIONS:
        DECISIONS[fate](signature, vetter=vetter, **grounds)


def _listed_for(person: dict[str, str]) -> str:
    """The reason code for listing; a hidden person's own code says why they were hidden afterwards."""
    if person["fate"] == "listed":
        return person["reason"]
    return {"M": "work_mailbox", "P": "staff_page"}.get(person["signals"], "two_signals")


DECISIONS = {"held": vetting.hold, "asked": vetting.ask, "declined": vetting.decline, "hidden": vetting.hide}
