"""Compose the two apps, the team's accounts and the admin pages."""

from allauth.urls import build_provider_urlpatterns
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import accounts, failures, mailbox
from signatories.desk import status

admin.site.login = accounts.admin_login  # type: ignore[method-assign, assignment]
admin.site.has_permission = accounts.may_administer  # type: ignore[method-assign]

handler400, handler500 = failures.unreadable, failures.fault

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/status/", status.status, name="status"),
    path("", include("petition.urls")),
    path("", include("signatories.urls")),
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
