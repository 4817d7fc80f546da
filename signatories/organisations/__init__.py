"""Organisations: who is meant by a host or a name, what a host is worth, and what the team teaches.

The rows are shared by all letters of an installation.
"""

from signatories.organisations.finding import (
    by_host,
    by_name,
    by_sector,
    is_known,
    look_up,
    meant_by,
    named_in,
    suggest,
)
from signatories.organisations.hosts import is_free_mail
from signatories.organisations.teaching import add, add_host, can_learn, remove_host, teach

__all__ = [
    "add",
    "add_host",
    "by_host",
    "by_name",
    "by_sector",
    "can_learn",
    "is_free_mail",
    "is_known",
    "look_up",
    "meant_by",
    "named_in",
    "remove_host",
    "suggest",
    "teach",
]
