"""Who runs a letter: somebody joins, changes their role, or leaves; recorded, and mailed to the owners."""

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy

from petition.languages import speaking
from petition.models import Letter, Membership, Role, User
from petition.moves import NotAllowed
from signatories import account_mail

LAST_OWNER = gettext_lazy("A letter keeps at least one owner.")


@transaction.atomic
def join(letter: Letter, *, email: str, name: str, role: str, by: User) -> Membership:
    """Add somebody to a team, or give them another role.

    Args:
        letter: whose team.
        email: by which they log in, any of theirs that is proven; an account is made where there is none.
        name: for a new account.
        role: one of `Role`.
        by: the owner who does it.

    Raises:
        NotAllowed: the letter would be without an owner who can log in.
    """
    owners = _owners(letter)
    user = User.objects.known_by(email) or User.objects.create_user(email, name=name)
    if role != Role.OWNER and _is_last(user, owners):
        raise NotAllowed(LAST_OWNER)
    before = letter.members.filter(user=user).first()
    if before is not None and before.role == role:
        return before
    member, _ = Membership.objects.update_or_create(letter=letter, user=user, defaults={"role": role})
    _tell(letter, user, now=role, was=before.role if before else "", by=by, owners=owners)
    return member


@transaction.atomic
def leave(member: Membership, *, by: User) -> None:
    """Take somebody off a team; from the next request on the letter is not theirs.

    Raises:
        NotAllowed: they are its last owner who can log in.
    """
    letter = member.letter
    owners = _owners(letter)
    if _is_last(member.user, owners):
        raise NotAllowed(LAST_OWNER)
    if letter.members.filter(pk=member.pk).delete()[0]:
        _tell(letter, member.user, now="", was=member.role, by=by, owners=owners)


def _owners(letter: Letter) -> list[User]:
    """Lock and return the owners, so that two of them cannot remove each other at once."""
    rows = letter.members.select_for_update(of=("self",)).filter(role=Role.OWNER).select_related("user").order_by("pk")
    return [one.user for one in rows]


def _is_last(user: User, owners: list[User]) -> bool:
    """Whether without this owner nobody would be left who can run the letter: closed accounts are let in nowhere."""
    return user in owners and not any(one.is_active for one in owners if one != user)


def _tell(letter: Letter, user: User, *, now: str, was: str, by: User, owners: list[User]) -> None:
    """Write the change into the letter's history, and to its owners and the person themselves."""
    reason = "member_removed" if not now else "role_changed" if was else "member_added"
    letter.events.create(was=letter.status, now=letter.status, actor=by, reason=reason, member=user, role=now)
    context = {
        "letter": letter,
        "user": user,
        "was": Role(was).label if was else "",
        "now": Role(now).label if now else "",
        "by": by,
        "site": settings.SITE_URL,
    }
    with speaking(letter.language, prefixed=False):
        text = render_to_string("signatories/mail/team.txt", context).strip()
    subject, _, body = text.partition("\n")
    for to in sorted({one.email for one in (*owners, user)}):
        account_mail.owe(to=to, subject=subject.removeprefix("Subject: "), body=body.strip(), code=False)
