"""Compose the two apps, the team's accounts and the admin pages."""

from allauth.urls import build_provider_urlpatterns
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import accounts, administration, api, failures, mailbox, styleguide
from signatories.desk import status

administration.furnish()
admin.site.login = accounts.admin_login  # type: ignore[method-assign, assignment]
admin.site.has_permission = accounts.may_administer  # type: ignore[method-assign]

handler400, handler500 = failures.unreadable, failures.fault

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/status/", status.status, name="status"),
    path("", include("signatories.urls")),  # signing stands before all that is asked for less often
    path("", include("petition.urls")),
    path("api/", api.about, name="api"),
    path("api/v1/openapi.json", api.description, name="openapi"),
    path("api/v1/", api.api.urls),
    path("accounts/password/set/", accounts.set_password, name="account_set_password"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    # Of log-ins elsewhere only the way back: the way there begins on a signer's own page, and nobody logs in to the
    # desk by one.
    path("accounts/", include(accounts.ways_back(build_provider_urlpatterns()))),
    path("admin/", admin.site.urls),
]
if settings.TRYING_OUT:
    urlpatterns += [
        path("dev/mailbox/", mailbox.mailbox, name="mailbox"),
        path("dev/mailbox/<str:name>/", mailbox.message, name="message"),
        path("styleguide/", styleguide.guide, name="styleguide"),
        path("styleguide/<int:code>/", styleguide.answer, name="answer"),
    ]
