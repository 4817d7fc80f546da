"""Compose the two apps, the team's accounts and the admin pages."""

from allauth.urls import build_provider_urlpatterns
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import accounts, api, mailbox

admin.site.login = accounts.admin_login  # type: ignore[method-assign, assignment]
admin.site.has_permission = accounts.may_administer  # type: ignore[method-assign]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("petition.urls")),
    path("", include("signatories.urls")),
    path("api/", api.about, name="api"),
    path("api/v1/", api.api.urls),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    # Of log-ins elsewhere only the way there and back: nobody keeps one with a team account.
    path("accounts/", include(build_provider_urlpatterns())),
    path("admin/", admin.site.urls),
]
if settings.TRYING_OUT:
    urlpatterns += [
        path("dev/mailbox/", mailbox.mailbox, name="mailbox"),
        path("dev/mailbox/<str:name>/", mailbox.message, name="message"),
    ]
