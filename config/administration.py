"""What the admin pages show of the libraries' rows: nothing by which somebody else's account could be taken over."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.base.internal.flows import delete_dangling_recovery_codes
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from petition.admin import ReadOnly

# Addresses prove who somebody is, and log-ins elsewhere give nobody an account: neither is edited by hand.
NOT_SHOWN = (Group, EmailAddress, SocialAccount, SocialApp, SocialToken)


def furnish() -> None:
    """Take off the admin what the libraries put there, and show two of them in our way."""
    for model in (*NOT_SHOWN, Authenticator, UserSession):
        admin.site.unregister(model)
    admin.site.register(Authenticator, AuthenticatorAdmin)
    admin.site.register(UserSession, UserSessionAdmin)


class UserSessionAdmin(ReadOnly):
    """Where somebody is logged in, to log them out there."""

    list_display = ("user", "created_at", "ip")
    fields = ("user", "created_at", "ip", "user_agent")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def delete_model(self, request: HttpRequest, obj: UserSession) -> None:
        obj.end()

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for session in queryset:
            session.end()


class AuthenticatorAdmin(ReadOnly):
    """Second factors, to be taken away from somebody who has lost theirs; what they hold is not shown.

    With the last one go its recovery codes, without which nobody who has lost those too could add a new one.
    """

    list_display = ("user", "type", "created_at", "last_used_at")
    fields = ("user", "type", "created_at", "last_used_at")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        obj.delete()
        delete_dangling_recovery_codes(obj.user)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for authenticator in queryset.select_related("user"):
            self.delete_model(request, authenticator)
