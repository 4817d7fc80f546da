"""The words of the vetting desk: levels, signal families and reason codes, as PRACTICE gives them."""

from django.db import models

POLICY = "2026-11"  # the version of the rules on this page; a decision keeps the one it was made under

LEVELS = {
    0: "Not public",
    1: "Confirmed by email",
    2: "Affiliation confirmed",
    3: "Identity checked",
    4: "Confirmed directly",
}
LEVEL_MEANINGS = {
    1: "A code sent to the mailbox came back. Nothing else was checked.",
    2: "Confirmed by email, and one strong signal that the person belongs to the organisation.",
    3: "Two signals of different families, and a person's decision with a reason.",
    4: "As level 3, and contact through an address the signer did not supply, decided by two people.",
}


class Family(models.TextChoices):
    """Where a signal comes from; each family counts once."""

    MAILBOX = "M", "organisation mailbox"
    FEDERATED = "F", "federated login"
    WEB = "W", "own web page"
    KEY = "K", "published key"
    RECORD = "P", "public record"
    VOUCH = "V", "vouched for"
    OUT_OF_BAND = "O", "direct contact"


class FlagKind(models.TextChoices):
    """What makes a second look necessary (PRACTICE, "Risk flags hold and never reject")."""

    WATCH_NAME = "watch_name", "A name on the letter's watchlist"
    IMPOSTOR = "impostor", "An impostor signed from this mailbox before"
    LOOKALIKE = "lookalike", "The domain looks like another organisation's"
    MIXED_SCRIPTS = "mixed_scripts", "Letters of several scripts inside one word"
    BURST = "burst", "Many signatures from one network or domain at once"
    DEVICE = "device", "Several names from one device"
    DUPLICATE = "duplicate", "May be the same person as another signature"
    FREE_MAIL = "free_mail", "Free mail with an employer after the name"
    UNKNOWN_ORGANISATION = "unknown_organisation", "The organisation is not known here"
    SECONDS = "seconds", "Confirmed within seconds"


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
    "work_mailbox": "The confirmed mailbox belongs to the organisation",
    "staff_page": "A public page of the organisation names them",
    "institution_record": "Their institution's own record names them",
    "two_signals": "Two signals of different families agree",
    "direct_contact": "Reached through an address they did not supply",
}
HOLD_REASONS = {
    "needs_second_look": "Needs a second pair of eyes",
    "watchlist_name": "A name that impostors use",
    "unclear_affiliation": "The affiliation is unclear",
}
ASK_REASONS = {
    "need_staff_page": "Please send a page of your organisation that names you",
    "need_work_address": "Please confirm from an address of your organisation",
    "need_identifier": "Please send an ORCID iD or another public profile",
    "need_details": "Please tell us more about your role",
}
DECLINE_REASONS = {
    "not_eligible": "The letter's own rule does not include them",
    "affiliation_not_found": "What is printed after the name could not be confirmed",
    "impostor": "Somebody else signed in this name",
    "not_a_person": "Not a person",
}
HIDE_REASONS = {
    "affiliation_withdrawn": "The affiliation is not true any more",
    "duplicate_person": "The same person is listed already",
    "impostor": "Somebody else signed in this name",
    "listed_by_mistake": "Listed by mistake",
}
# Why many are taken off together. Honest people may be among them and read it, so it accuses nobody.
INVALIDATE_REASONS = {
    "mass_invalidated": "Looked at again together with many others",
    "same_network": "Many signatures came from one network at once",
    "same_domain": "Many signatures came from one mail domain at once",
    "same_pattern": "Many signatures follow one pattern",
}
BACK_REASONS = {
    "new_information": "New information came in",
    "decided_by_mistake": "Decided by mistake",
}
# Reasons that no vetter chooses: the rule of the letter, and what signers do themselves.
OWN_REASONS = {
    "confirmed": "Confirmed by email",
    "invited": "Confirmed through a personal invitation",
    "founder": "Signed as a founder, with the same line",
    "founder_line": "Signed as a founder, with another line",
    "line_changed": "The signer changed the line",
    "rule": "The letter lists everyone who confirmed",
    "proposed": "Waits for a second person",
    "answered": "The signer answered",
    "withdrew": "Withdrawn by the signer",
    "flagged": "Held by a flag",
    "released": "Released after a second look",
    "hold_all": "The team holds all new signatures",
    "published": "Names are published again",
    "batch_undone": "A batch was undone",
    "own_question": "The team asked a question",
    "lapsed": "The question was not answered in time",
    "reaffirmed": "Kept under the new version of the text",
    "not_me": "The owner of the mailbox did not sign",
    "unconfirmed": "Never confirmed",
    "signed_again": "Signed again",
    "corrected": "Corrected by the signer, what was checked stays",
    "corrected_line": "Corrected by the signer, with another line",
    "unnamed": "The signer does not want to be named",
    "named": "The signer wants to be named",
    "forgotten": "Not accepted, and forgotten after the time for that",
    "kept_until": "The letter keeps no more than the public line",
}
# How a case ends.
CASE_OUTCOMES = {
    "kept": "Looked at, the name stays as it is",
    "hidden": "The name is off the letter",
    "impostor": "An impostor: off the letter, and remembered",
    "left": "The signer withdrew",
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
    "not_the_person": "not the person",
    "affiliation": "affiliation not true any more",
    "duplicate": "duplicate",
    "mistake": "listed by mistake",
    "not_signed": "the owner of the mailbox did not sign",
    "withdrawn": "withdrawn by the signer",
    "line_changed": "the signer changed the line, which is checked again",
    "unnamed": "the signer does not want to be named any more",
    REVIEW: "looked at again",
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
    "founder": "now stands among the founding signatories",
    "reaffirmed": "keeps the name under version {number} of the text",
}


def removal_class(reason: str) -> str:
    """Return the public class of the reason for which a name left the list."""
    return REMOVED_FOR.get(reason, REVIEW)


# What a signer reads in the history of the own page. An allow-list: a reason that is not named here is the team's
# own business, and the signer reads what became of the signature instead.
IN_HISTORY = {
    **{reason: OWN_REASONS[reason] for reason in ("confirmed", "invited", "founder", "founder_line", "signed_again")},
    "rule": "On the letter, which lists everyone who confirmed",
    "line_changed": "Taken off the list until the new line is checked",
    "answered": "You answered the team’s question",
    "reaffirmed": "You kept your name under the new version of the text",
    "withdrew": "You withdrew",
    "not_me": "The owner of this mailbox said that they did not sign",
    "unconfirmed": "Not confirmed in time",
    "corrected": "You corrected what you had typed",
    "corrected_line": "You corrected your line, and the team looks at it again",
    "unnamed": "You chose not to be named",
    "named": "You chose to be named",
    "forgotten": "Not accepted, and forgotten",
    "kept_until": "All but the public line is forgotten",
}
BECAME = {
    "pending": "Signed",
    "expired": "Forgotten",
    "confirmed": "Waits for a decision of the team",
    "held": "Looked at again by the team",
    "asked": "The team asked a question",
    "declined": "The team decided not to print the name",
    "listed": "Checked and accepted by the team",
    "hidden": "Taken off the list by the team",
    "withdrawn": "Withdrawn",
}
# How a mail words a decision to a person who may well be honest.
IN_MAIL = {
    "not_eligible": "The letter has a rule for who may sign, and the team did not find that it includes you",
    "affiliation_not_found": "What would be printed after your name could not be confirmed",
    "impostor": "The team could not make sure that it was the person of this name who signed",
    "not_a_person": "The team could not make sure that a person of this name signed",
    "affiliation_withdrawn": "What is printed after your name is not true any more, as far as the team knows",
    "duplicate_person": "The same person is listed already",
    "listed_by_mistake": "It was listed by mistake",
}
NOT_SAID = "Please ask for the reason by answering this mail"


def in_history(now: str, reason: str) -> str:
    """Return what a signer reads about one step: never the team's own reason."""
    return IN_HISTORY.get(reason) or BECAME[now]


def in_mail(reason: str) -> str:
    """Return how a mail words a reason, given by its code or by its label for the team."""
    codes = [code for code, label in ALL.items() if reason in {code, label}]
    return next((IN_MAIL[code] for code in codes if code in IN_MAIL), NOT_SAID)
