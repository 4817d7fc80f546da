"""Who may have an account: people whom a team's owner has added. Signing never needs one."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import redirect

from signatories.evidence.federated import Account
from signatories.models import Signature
from signatories.views import federated


class TeamAccounts(DefaultAccountAdapter):
    """Close the public sign-up; an owner adds members, and they log in with a code by mail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SignersLinks(DefaultSocialAccountAdapter):
    """Log-ins at ORCID, GitHub and others are evidence for one signature; nobody gets an account here by them."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        signature = _signature_of(sociallogin.state)
        if signature is None:
            raise ImmediateHttpResponse(redirect("account_login"))
        found = sociallogin.account
        page = settings.ORCID_URL
        account = Account.from_login(found.provider, found.uid, found.extra_data, page=page)
        raise ImmediateHttpResponse(federated.ask(request, signature, account))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        signature = _signature_of((extra_context or {}).get("state"))
        raise ImmediateHttpResponse(federated.failed(request, signature, provider))


def _signature_of(state: Any) -> Signature | None:
    data = state.get("data") if isinstance(state, dict) else None
    pk = data.get("signature") if isinstance(data, dict) else None
    return Signature.objects.select_related("letter", "version").filter(pk=pk).first() if pk else None
