"""Who may have an account: people whom a team's owner has added. Signing never needs one."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib.admin import AdminSite, site
from django.http import HttpRequest, HttpResponseBase

from petition.access import ask_for_factor, lacks_factor
from signatories import account_mail


class TeamAccounts(DefaultAccountAdapter):
    """Close the public sign-up; an owner adds members, and they log in with a code by mail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Owe a mail instead of sending it in the request; the settings say how the site is called, not the client."""
        site = {"name": "Undersigned", "domain": settings.SITE_URL}
        message = self.render_mail(template_prefix, email, {"email": email, "current_site": site, **context})
        account_mail.owe(to=email, subject=message.subject, body=message.body, code="code" in context)

    def get_reset_password_from_key_url(self, key: str) -> str:
        return f"{settings.SITE_URL}{urlsplit(super().get_reset_password_from_key_url(key)).path}"

    def is_safe_url(self, url: str | None) -> bool:
        """Whether to go on to an address that a form carried; one that cannot be read is not safe."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:  # such as http://[::1
            return False


def may_administer(request: HttpRequest) -> bool:
    """Whether somebody may see the admin pages: staff, with a second factor where the team asks for one."""
    return AdminSite.has_permission(site, request) and not lacks_factor(request.user)


def admin_login(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
    """The admin pages have no door of their own: the team's log-in, with its factor and its limits, is the only one."""
    if lacks_factor(request.user):
        return ask_for_factor(request)
    answer: HttpResponseBase = secure_admin_login(_own_door)(request, **kwargs)
    return answer


def _own_door(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
    return AdminSite.login(site, request, **kwargs)
