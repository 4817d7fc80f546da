"""Decide about signatures: the verbs of the desk, and the rules that hold whoever calls them."""

from signatories.vetting.asking import answer, ask, lapse, open_question, remind
from signatories.vetting.claiming import claim, holder, holders, let_go
from signatories.vetting.deciding import back, decline, grounds_of, hide, hold, list_, list_by_rule, recuse
from signatories.vetting.publishing import Progress, go_on, progress
from signatories.vetting.rules import (
    TAKEN_FROM,
    Standing,
    has_recused,
    is_own,
    is_proposed,
    lists_by_rule,
    mark,
    nameless,
    own_hashes,
    proposal,
    refuse,
    standing,
    was_taken_off,
    why_two,
)

__all__ = [
    "TAKEN_FROM",
    "Progress",
    "Standing",
    "answer",
    "ask",
    "back",
    "claim",
    "decline",
    "go_on",
    "grounds_of",
    "has_recused",
    "hide",
    "hold",
    "holder",
    "holders",
    "is_own",
    "is_proposed",
    "lapse",
    "let_go",
    "list_",
    "list_by_rule",
    "lists_by_rule",
    "mark",
    "nameless",
    "open_question",
    "own_hashes",
    "progress",
    "proposal",
    "recuse",
    "refuse",
    "remind",
    "standing",
    "was_taken_off",
    "why_two",
]
