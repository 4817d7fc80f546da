"""Who may have an account: people whom a team's owner has added. Signing never needs one."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class TeamAccounts(DefaultAccountAdapter):
    """Close the public sign-up; an owner adds members, and they log in with a code by mail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
