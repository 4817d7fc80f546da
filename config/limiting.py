"""The doors of accounts are limited in the database too: the limits of allauth are in the cache, which may be away."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from signatories import origins
from signatories.limits import clients
from signatories.views import limited

DOORS = ("/accounts/", "/admin/login/")
MOST = 60  # posts of one client in ten minutes; logging in takes two or three
View = Callable[[HttpRequest], HttpResponse]


def doors(get_response: View) -> View:
    """Answer 429 to a client that posts to the doors of accounts without end."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and request.path_info.startswith(DOORS):
            taken = clients.take("account", origins.of(request), most=MOST)
            if not taken.allowed:
                return limited.too_many(request, taken.retry_after, kept=False)
        return get_response(request)

    return middleware
