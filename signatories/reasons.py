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
BACK_REASONS = {
    "new_information": "New information came in",
    "decided_by_mistake": "Decided by mistake",
}
# Reasons that no vetter chooses: the rule of the letter, and what signers do themselves.
OWN_REASONS = {
    "confirmed": "Confirmed by email",
    "invited": "Confirmed through a personal invitation",
    "rule": "The letter lists everyone who confirmed",
    "proposed": "Waits for a second person",
    "answered": "The signer answered",
    "withdrew": "Withdrawn by the signer",
    "flagged": "Held by a flag",
    "hold_all": "The team holds all new signatures",
    "published": "Names are published again",
    "batch_undone": "A batch was undone",
    "own_question": "The team asked a question",
    "lapsed": "The question was not answered in time",
    "not_me": "The owner of the mailbox did not sign",
    "unconfirmed": "Never confirmed",
    "signed_again": "Signed again",
}
ALL: dict[str, str] = {
    **OWN_REASONS,
    **BACK_REASONS,
    **HIDE_REASONS,
    **DECLINE_REASONS,
    **ASK_REASONS,
    **HOLD_REASONS,
    **LIST_REASONS,
}
