"""Who may have an account: people whom a team's owner has added. Signing never needs one."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class TeamAccounts(DefaultAccountAdapter):
    """Close the public sign-up; an owner adds members, and they log in with a code by mail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Whether to go on to an address that a form carried; one that cannot be read is not safe."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:  # such as http://[::1
            return False
