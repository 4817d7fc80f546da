"""Every form of every page leads somewhere."""

import html
import re
from urllib.parse import urljoin

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from petition.models import User
from signatories import sample
from tests.browser import furnishing, tour
from tests.browser.running import ORGANISER
from tests.conftest import logged_in

pytestmark = pytest.mark.django_db
FORM = re.compile(r"<form\b[^>]*>")
ACTION = re.compile(r'\baction="([^"]*)"')
NOWHERE = {404, 405, 500}


def lead_nowhere(client: Client, paths: dict[str, str]) -> set[str]:
    """Send each form of some pages with nothing typed, and return those that nobody takes."""
    found = set()
    for path in paths.values():
        if path.startswith("/styleguide/"):  # exhibits
            continue
        for form in FORM.findall(client.get(path).content.decode()):
            action = ACTION.search(form)
            where = urljoin(path, html.unescape(action[1])) if action else path
            send = client.post if 'method="post"' in form else client.get
            with transaction.atomic():
                if send(where).status_code in NOWHERE:
                    found.add(f"{path}: {where}")
                transaction.set_rollback(True)
    return found


def test_every_form_of_every_page_leads_somewhere(client: Client) -> None:
    sample.load()
    pages = furnishing.furnish()
    client.cookies["session"] = pages["session"]
    assert lead_nowhere(client, {**tour.PUBLIC, **tour.ANSWERS, **pages["public"]}) == set()
    assert lead_nowhere(logged_in(User.objects.get(email=ORGANISER)), {**tour.DESK, **pages["desk"]}) == set()


def routes(resolver: URLResolver) -> list[tuple[str, frozenset[str], str]]:
    """Name, arguments and defaults of every route below one."""
    found = []
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            found += [(f"{one.namespace or ''}:{name}", *rest) for name, *rest in routes(one)]
        elif isinstance(one, URLPattern) and one.name:
            given = frozenset(one.pattern.converters)
            found.append((one.name, given, repr(sorted(one.default_args.items()))))
    return found


def test_no_name_stands_for_two_addresses() -> None:
    """Django takes the last of two that take as much, and `{% url %}` says nothing of names when it is given values."""
    ours = [one for one in routes(get_resolver()) if one[0].partition(":")[0] in {"petition", "signatories"}]
    assert len(ours) > 150
    seen = [(name, len(given), defaults) for name, given, defaults in ours]
    assert [one for one in seen if seen.count(one) > 1] == []
