"""Who may have an account: people whom a team's owner has added. Signing never needs one."""

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.account import views
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib.admin import AdminSite, site
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLResolver

from config import devices
from petition.access import MINUTES, ask_again, ask_for_factor, has_factor, is_fresh, lacks_factor
from signatories import account_mail, limits, outbox
from signatories.evidence.federated import Account
from signatories.models import Signature
from signatories.views import federated

log = logging.getLogger(__name__)
APP_TAKES = timedelta(minutes=30)  # to install an authenticator app and read its code


class TeamAccounts(DefaultAccountAdapter):
    """Close the public sign-up; an owner adds members, and they log in with a code by mail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Owe a mail instead of sending it in the request; the settings say how the site is called, not the client."""
        site = {"name": "Undersigned", "domain": settings.SITE_URL}
        if not self._may_write_to(email, template_prefix.rpartition("/")[2]):
            return
        message = self.render_mail(template_prefix, email, {"email": email, "current_site": site, **context})
        account_mail.owe(to=email, subject=message.subject, body=message.body, code="code" in context)

    def _may_write_to(self, email: str, kind: str) -> bool:
        """Whether one more mail may go to an account that somebody typed at the door; the page is the same if not.

        Links for a new password leave the codes alone, and what strangers ask for leaves those to whom the browser is
        known: else whoever knows an address could use up its mails and keep its owner out.
        """
        if self.request is not None and self.request.user.is_authenticated:
            return True
        who = devices.bucket(self.request, email) if self.request is not None else email.lower()
        most = outbox.DAILY_OVER_THE_SITE
        return limits.take(f"account mail {kind}", who, most=most, window=outbox.DAY).allowed

    def pre_login(
        self, request: HttpRequest, user: Any, *, email: str | None, **kwargs: Any
    ) -> HttpResponseBase | None:
        """Refuse to finish a log-in that began by an address which has been taken off the account since."""
        theirs = EmailAddress.objects.filter(user=user, verified=True)
        if email and theirs.exists() and not theirs.filter(email=email.lower()).exists():
            return redirect("account_login")
        answer: HttpResponseBase | None = super().pre_login(request, user, email=email, **kwargs)
        return answer

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponseBase:
        """Remember the browser, so that nobody else's wrong passwords keep its owner out."""
        response: HttpResponseBase = super().post_login(request, user, **kwargs)
        devices.remember(response, kwargs.get("email") or user.email)  # a second address is typed the next time too
        log.info("account %s logged in", user.pk)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note it; whose it was is not written down, because people type their password into the wrong field."""
        super().authentication_failed(request, **credentials)
        log.warning("a log-in by password failed, from %s", request.META.get("REMOTE_ADDR", "nowhere"))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return devices.bucket(request, str(credentials.get("email", "")))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask who one is before address or factor change, at least as the desk does before it gives something away.

        The library asks for more in one way, also right after the log-in, and for less in two: it takes a password from
        whoever has a factor, and asks nobody who has only codes by mail. With what is changed here somebody shows the
        desk who they are afterwards, so both would lead around it.
        """
        required = bool(super().is_reauthentication_required(app=app, **kwargs))
        if required and not is_fresh(self.request, APP_TAKES if _reads_an_app(self.request) else MINUTES):
            raise ImmediateHttpResponse(ask_again(self.request))
        return required

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """What somebody may show: with a second factor that one, for the password would not do."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [one for one in methods if one["id"] != "reauthenticate" or not has_factor(user)]

    def get_reset_password_from_key_url(self, key: str) -> str:
        return f"{settings.SITE_URL}{urlsplit(super().get_reset_password_from_key_url(key)).path}"

    def is_safe_url(self, url: str | None) -> bool:
        """Whether to go on to an address that a form carried; one that cannot be read is not safe."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:  # such as http://[::1
            return False


def _reads_an_app(request: HttpRequest) -> bool:
    """Whether somebody types the code of an app whose secret they were shown, after having been asked who they are."""
    at = request.resolver_match
    adds = at is not None and at.url_name == "mfa_activate_totp"
    return adds and request.method == "POST" and SECRET_SESSION_KEY in request.session


@login_required
def set_password(request: HttpRequest) -> HttpResponseBase:
    """Give an account without a password its first one; the library would not ask who one is.

    It is asked when the page opens: a password that was typed already would wait in the session for the answer.
    """
    if is_fresh(request, MINUTES):
        answer: HttpResponseBase = views.password_set(request)
        return answer
    return redirect("account_set_password") if request.method == "POST" else ask_again(request)


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


def ways_back(patterns: list[Any]) -> list[Any]:
    """Keep of the providers' addresses those to which a provider sends people back."""
    kept: list[Any] = []
    for one in patterns:
        if isinstance(one, URLResolver):
            kept.append(URLResolver(one.pattern, ways_back(one.url_patterns)))
        elif str(one.pattern).endswith("callback/"):
            kept.append(one)
    return kept


def _signature_of(state: Any) -> Signature | None:
    data = state.get("data") if isinstance(state, dict) else None
    pk = data.get("signature") if isinstance(data, dict) else None
    return Signature.objects.select_related("letter", "version").filter(pk=pk).first() if pk else None
