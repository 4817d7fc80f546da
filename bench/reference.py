"""What a bare Django can do on this machine: no middleware, one view that answers a constant, one that inserts a row.

gunicorn starts it with the settings that are shipped: `gunicorn bench.reference`. The row is about as long as a
signature, and the connection is kept. The length of an answer is said, which saves gunicorn sending it in chunks.
"""

import os
import uuid
from pathlib import Path

import dj_database_url
import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path

settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=None)},
    INSTALLED_APPS=[],
    USE_TZ=True,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402

BODY = Path(os.environ["BENCH_BODY"]).read_bytes() if "BENCH_BODY" in os.environ else b"constant"


class Row(models.Model):
    """A row with one unique key beside its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    address = models.CharField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=120)
    organisation = models.CharField(max_length=160)

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return self.name


def constant(request: HttpRequest) -> HttpResponse:
    """The same bytes for everybody."""
    return HttpResponse(BODY, headers={"Content-Length": len(BODY)})


def insert(request: HttpRequest) -> HttpResponse:
    """One row, committed."""
    sent = request.POST
    Row.objects.create(address=sent["email"], name=sent["name"], role=sent["role"], organisation=sent["organisation"])
    return HttpResponseRedirect("/", headers={"Content-Length": 0})


urlpatterns = [path("constant", constant), path("insert", insert), path("healthz", constant)]
application = get_wsgi_application()
