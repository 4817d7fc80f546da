"""The words of the vetting desk: levels, signal families and reason codes, as PRACTICE gives them."""

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy, pgettext_lazy

Key = TypeVar("Key")
_ = cast(Callable[[str], str], gettext_lazy)  # said in the language of whoever reads it; str() where it is stored
POLICY = "2026-11"  # the version of the rules on this page; a decision keeps the one it was made under

LEVELS = {
    0: _("Not public"),
    1: _("Confirmed by email"),
    2: _("Affiliation confirmed"),
    3: _("Identity checked"),
    4: _("Confirmed directly"),
}
LEVEL_MEANINGS = {
    1: _("A code sent to the mailbox came back. Nothing else was checked."),
    2: _("Confirmed by email, and one strong proof of belonging to the organisation, such as a mailbox there."),
    3: _("Two independent kinds of proof, such as a mailbox at work and a public page, and a decision."),
    4: _("As for “Identity checked”, and the team reached the person by a way they did not name; two people decided."),
}


class Family(models.TextChoices):
    """Where a signal comes from; each family counts once."""

    MAILBOX = "M", _("organisation mailbox")
    FEDERATED = "F", _("federated login")
    WEB = "W", _("own web page")
    KEY = "K", _("published key")
    RECORD = "P", _("public record")
    VOUCH = "V", _("vouched for")
    OUT_OF_BAND = "O", _("direct contact")


class FlagKind(models.TextChoices):
    """What makes a second look necessary (PRACTICE, "Risk flags hold and never reject")."""

    WATCH_NAME = "watch_name", _("A name on the letter's watchlist")
    IMPOSTOR = "impostor", _("An impostor signed from this mailbox before")
    LOOKALIKE = "lookalike", _("The domain looks like another organisation's")
    MIXED_SCRIPTS = "mixed_scripts", _("Letters of several scripts inside one word")
    BURST = "burst", _("Many signatures from one network or domain at once")
    DEVICE = "device", _("Several names from one device")
    DUPLICATE = "duplicate", _("May be the same person as another signature")
    FREE_MAIL = "free_mail", _("Free mail with an employer after the name")
    UNKNOWN_ORGANISATION = "unknown_organisation", _("The organisation is not known here")
    SECONDS = "seconds", _("Confirmed within seconds")


# How much each open flag adds to a signature's risk; the queue begins with the highest sum.
RISK = {
    FlagKind.WATCH_NAME: 100,
    FlagKind.IMPOSTOR: 100,
    FlagKind.LOOKALIKE: 80,
    FlagKind.MIXED_SCRIPTS: 40,
    FlagKind.BURST: 40,
    FlagKind.DEVICE: 30,
    FlagKind.DUPLICATE: 25,
    FlagKind.FREE_MAIL: 15,
    FlagKind.UNKNOWN_ORGANISATION: 10,
    FlagKind.SECONDS: 5,
}
# These move a signature to "held" at once. The others leave it among those that wait: every open flag keeps a name
# from level 2 and from being listed by rule or in a batch until a person releases it.
HOLDING = {FlagKind.WATCH_NAME, FlagKind.IMPOSTOR, FlagKind.LOOKALIKE, FlagKind.MIXED_SCRIPTS}
# These say that what stands after a name is not proven. Where a rule lists everyone who confirmed, level 1 claims
# nothing of that kind, so they keep nobody off such a list.
ABOUT_AFFILIATION = {FlagKind.FREE_MAIL, FlagKind.UNKNOWN_ORGANISATION, FlagKind.SECONDS}
# A name under one of these is released by two people.
BY_TWO = {FlagKind.WATCH_NAME, FlagKind.IMPOSTOR}

LIST_REASONS = {
    "work_mailbox": _("The confirmed mailbox belongs to the organisation"),
    "staff_page": _("A public page of the organisation names them"),
    "institution_record": _("Their institution's own record names them"),
    "two_signals": _("Two signals of different families agree"),
    "direct_contact": _("Reached through an address they did not supply"),
}
HOLD_REASONS = {
    "needs_second_look": _("Needs a second pair of eyes"),
    "watchlist_name": _("A name that impostors use"),
    "unclear_affiliation": _("The affiliation is unclear"),
}
ASK_REASONS = {
    "need_staff_page": _("Please send a page of your organisation that names you"),
    "need_work_address": _("Please confirm from an address of your organisation"),
    "need_identifier": _("Please send an ORCID iD or another public profile"),
    "need_details": _("Please tell us more about your role"),
}
DECLINE_REASONS = {
    "not_eligible": _("The letter's own rule does not include them"),
    "affiliation_not_found": _("What is printed after the name could not be confirmed"),
    "impostor": _("Somebody else signed in this name"),
    "not_a_person": _("Not a person"),
}
HIDE_REASONS = {
    "affiliation_withdrawn": _("The affiliation is not true any more"),
    "duplicate_person": _("The same person is listed already"),
    "impostor": _("Somebody else signed in this name"),
    "listed_by_mistake": _("Listed by mistake"),
}
# Why many are taken off together. Honest people may be among them and read it, so it accuses nobody.
INVALIDATE_REASONS = {
    "mass_invalidated": _("Looked at again together with many others"),
    "same_network": _("Many signatures came from one network at once"),
    "same_domain": _("Many signatures came from one mail domain at once"),
    "same_pattern": _("Many signatures follow one pattern"),
}
BACK_REASONS = {
    "new_information": _("New information came in"),
    "decided_by_mistake": _("Decided by mistake"),
}
# Reasons that no vetter chooses: the rule of the letter, and what signers do themselves.
OWN_REASONS = {
    "confirmed": _("Confirmed by email"),
    "invited": _("Confirmed through a personal invitation"),
    "founder": _("Signed as a founder, with the same line"),
    "founder_line": _("Signed as a founder, with another line"),
    "line_changed": _("The signer changed the line"),
    "rule": _("The letter lists everyone who confirmed"),
    "proposed": _("Waits for a second person"),
    "answered": _("The signer answered"),
    "withdrew": _("Withdrawn by the signer"),
    "flagged": _("Held by a flag"),
    "released": _("Released after a second look"),
    "hold_all": _("The team holds all new signatures"),
    "published": _("Names are published again"),
    "batch_undone": _("A batch was undone"),
    "own_question": _("The team asked a question"),
    "lapsed": _("The question was not answered in time"),
    "reaffirmed": _("Kept under the new version of the text"),
    "not_me": _("The owner of the mailbox did not sign"),
    "unconfirmed": _("Never confirmed"),
    "signed_again": _("Signed again"),
    "corrected": _("Corrected by the signer, what was checked stays"),
    "corrected_line": _("Corrected by the signer, with another line"),
    "unnamed": _("The signer does not want to be named"),
    "named": _("The signer wants to be named"),
    "forgotten": _("Not accepted, and forgotten after the time for that"),
    "kept_until": _("The letter keeps no more than the public line"),
}
# How a case ends.
CASE_OUTCOMES = {
    "kept": _("Looked at, the name stays as it is"),
    "hidden": _("The name is off the letter"),
    "impostor": _("An impostor: off the letter, and remembered"),
    "left": _("The signer withdrew"),
}
ALL: dict[str, str] = {
    **OWN_REASONS,
    **BACK_REASONS,
    **INVALIDATE_REASONS,
    **HIDE_REASONS,
    **DECLINE_REASONS,
    **ASK_REASONS,
    **HOLD_REASONS,
    **LIST_REASONS,
}

# Why a name left the list, in the words of the public record: the team's codes, class by class. A code that is not
# named here is the team's own business, and readers are told no more than `REVIEW`.
REVIEW = "review"
REMOVAL_CLASSES = {
    "not_the_person": _("not the person"),
    "affiliation": _("affiliation not true any more"),
    "duplicate": _("duplicate"),
    "mistake": _("listed by mistake"),
    "not_signed": _("the owner of the mailbox did not sign"),
    "withdrawn": _("withdrawn by the signer"),
    "line_changed": _("the signer changed the line, which is checked again"),
    "unnamed": _("the signer does not want to be named any more"),
    REVIEW: _("looked at again"),
}
REMOVED_FOR = {
    "impostor": "not_the_person",
    "not_a_person": "not_the_person",
    "affiliation_withdrawn": "affiliation",
    "duplicate_person": "duplicate",
    "listed_by_mistake": "mistake",
    "decided_by_mistake": "mistake",
    "batch_undone": "mistake",
    "not_eligible": "mistake",
    "not_me": "not_signed",
    "withdrew": "withdrawn",
    "line_changed": "line_changed",
    "unnamed": "unnamed",
}
# What may happen to a name that stays on the list, as readers see it; any other note of the team is its own business.
CORRECTIONS = {
    "founder": _("{who} now stands among the founding signatories"),
    "reaffirmed": _("{who} keeps the name under version {number} of the text"),
}


def in_english(labels: Mapping[Key, object]) -> dict[Key, str]:
    """Return labels as they stand in what leaves the house, which does not depend on who asks."""
    with translation.override("en"):
        return {key: str(label) for key, label in labels.items()}


def removal_class(reason: str) -> str:
    """Return the public class of the reason for which a name left the list."""
    return REMOVED_FOR.get(reason, REVIEW)


# What a signer reads in the history of the own page. An allow-list: a reason that is not named here is the team's
# own business, and the signer reads what became of the signature instead.
IN_HISTORY = {
    **{reason: OWN_REASONS[reason] for reason in ("confirmed", "invited", "founder", "founder_line", "signed_again")},
    "rule": _("On the letter, which lists everyone who confirmed"),
    "line_changed": _("Taken off the list until the new line is checked"),
    "answered": _("You answered the team’s question"),
    "reaffirmed": _("You kept your name under the new version of the text"),
    "withdrew": _("You withdrew"),
    "not_me": _("The owner of this mailbox said that they did not sign"),
    "unconfirmed": _("Not confirmed in time"),
    "corrected": _("You corrected what you had typed"),
    "corrected_line": _("You corrected your line, and the team looks at it again"),
    "unnamed": _("You chose not to be named"),
    "named": _("You chose to be named"),
    "forgotten": _("Not accepted, and forgotten"),
    "kept_until": _("All but the public line is forgotten"),
}
BECAME = {
    "pending": pgettext_lazy("a step of a signature", "Signed"),
    "expired": pgettext_lazy("a step of a signature", "Forgotten"),
    "confirmed": pgettext_lazy("a step of a signature", "Waits for a decision of the team"),
    "held": pgettext_lazy("a step of a signature", "Looked at again by the team"),
    "asked": pgettext_lazy("a step of a signature", "The team asked a question"),
    "declined": pgettext_lazy("a step of a signature", "The team decided not to print the name"),
    "listed": pgettext_lazy("a step of a signature", "Checked and accepted by the team"),
    "hidden": pgettext_lazy("a step of a signature", "Taken off the list by the team"),
    "withdrawn": pgettext_lazy("a step of a signature", "Withdrawn"),
}
# How a mail words a decision to a person who may well be honest.
IN_MAIL = {
    "not_eligible": _("The letter has a rule for who may sign, and the team did not find that it includes you"),
    "affiliation_not_found": _("What would be printed after your name could not be confirmed"),
    "impostor": _("The team could not make sure that it was the person of this name who signed"),
    "not_a_person": _("The team could not make sure that a person of this name signed"),
    "affiliation_withdrawn": _("What is printed after your name is not true any more, as far as the team knows"),
    "duplicate_person": _("The same person is listed already"),
    "listed_by_mistake": _("It was listed by mistake"),
}
NOT_SAID = _("Please ask for the reason by answering this mail")


def in_history(now: str, reason: str) -> str:
    """Return what a signer reads about one step: never the team's own reason."""
    return str(IN_HISTORY.get(reason) or BECAME[now])


def in_mail(reason: str) -> str:
    """Return how a mail words a reason, given by its code or by its English label"""
    if not reason or reason in IN_MAIL:  # nearly every mail; to put all labels into English takes longer than the mail
        return str(IN_MAIL.get(reason, NOT_SAID))
    codes = [code for code, label in in_english(ALL).items() if reason in {code, label}]
    return str(next((IN_MAIL[code] for code in codes if code in IN_MAIL), NOT_SAID))


def question(asked: str) -> str:
    """Return a question of the team, given by its code, by its English label or in words of the team's own."""
    codes = [code for code, label in in_english(ASK_REASONS).items() if asked in {code, label}]
    return str(ASK_REASONS[codes[0]]) if codes else asked
