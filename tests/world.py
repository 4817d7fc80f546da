"""Two letters with one of everything, and everybody who may try a door: what the matrix of access is tried in."""

import re
import uuid
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from config.failures import BELOW_PAGES
from petition import lifecycle
from petition.delivery import received
from petition.models import Delivery, Membership, Role, User
from signatories import access_tokens, addresses, delivering, evidence, signing, tokens, vetting, webhooks
from signatories.models import Mail, Signature
from tests.conftest import LETTER, LINE, known_organisation, logged_in, support

TABLE = Path(__file__).parent / "data/access.txt"
ACTORS = (
    *("anonymous", "stranger", "owner", "editor", "vetter", "exporter", "observer"),
    *("other", "ex", "bare", "superbare", "super"),
)


def routes(patterns: list[Any] | None = None, prefix: str = "") -> list[str]:
    """Every address this site answers to, as the resolver has it."""
    found: list[str] = []
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            found += routes(one.url_patterns, prefix + str(one.pattern))
        elif isinstance(one, URLPattern):
            found.append(prefix + str(one.pattern))
    return found


class Thing:
    """One letter and one row of everything that hangs on a letter."""

    def __init__(self, owner: User, slug: str) -> None:
        self.owner = owner
        self.letter = letter = lifecycle.begin(owner=owner, **{**LETTER, "slug": slug})
        vetter = User.objects.create_user(f"v-{slug}@example.org")
        Membership.objects.create(letter=letter, user=vetter, role=Role.VETTER)
        lifecycle.publish(letter, actor=owner)
        self.signature = signature = self._sign(f"ada-{slug}@example.com")
        support(signature, "M", by=vetter)
        vetting.list_(signature, vetter=vetter, level=2, reason="staff_page")
        self.waiting = self._sign(f"wim-{slug}@example.com")
        self.update = letter.updates.create(title="News", body="Some", author=owner)
        self.link = letter.embargo_links.create(reader="A paper", expires_at=timezone.now() + timedelta(days=1))
        self.invitation = letter.invitations.create(
            address=f"i-{slug}@example.com",
            address_hash=slug.ljust(64, "0")[:64],
            position=1,
            expires_at=timezone.now() + timedelta(days=1),
        )
        self.case = signature.cases.create(letter=letter, kind="report")
        self.watched = letter.watch_names.create(name="Imp Oster", keys=[])
        self.alarm = letter.alarms.create(
            kind="host", key="example.com", count=50, since=timezone.now(), until=timezone.now()
        )
        self.evidence = evidence.record(signature, family="P", claim="affiliation", account=f"P:{slug}") or (
            signature.evidence.last()
        )
        lifecycle.close(letter, actor=owner)
        self.delivery: Delivery = delivering.deliver(letter, actor=owner)
        self.batch = letter.batches.create(actor=owner, verb="hold", reason="unclear_affiliation")
        self.addressee = self.delivery.links.create(
            addressee="The Minister", made_by=owner, expires_at=timezone.now() + timedelta(days=1)
        )
        self.reply = self.delivery.replies.create(
            entered_by=owner, author="The Minister", text="No.", received_on=timezone.now().date()
        )
        self.member = letter.members.get(user=vetter)
        self.invited = Mail.objects.create(
            kind=Mail.Kind.INVITATION, key=f"i-{slug}", to=self.invitation.address, invitation=self.invitation
        )
        self.webhook = webhooks.make(letter, url="https://hooks.example.org/", events=["test"], by=owner)[0]
        self.told = webhooks.test(self.webhook)
        assert letter.version is not None
        letter.version.translations.create(
            language="de", title="Licht an", ask="Bitte.", body="Bitte.", state="reviewed", reviewer="Rita"
        )

    def _sign(self, email: str) -> Signature:
        owed = signing.sign(self.letter, address=addresses.canonical(email), typed={**LINE, "name": email})
        Mail.objects.filter(pk=owed.pk).update(state="sent", times_sent=1)
        return signing.confirm(owed.pk, tokens.code(owed.pk), in_tab=True).signature

    def nested(self, route: str) -> uuid.UUID | int | None:
        """The identifier of its own row that stands in an address below a letter, or None where none does."""
        rest = route.partition("<slug:slug>/")[2]
        for part, row in {
            "updates/<uuid:pk>": self.update,
            "team/<int:pk>": self.member,
            "delivery/links/<uuid:pk>": self.addressee,
            "delivery/replies/<uuid:pk>": self.reply,
            "vetting/<uuid:pk>": self.signature,
            "batches/<uuid:batch>": self.batch,
            "cases/<int:case>": self.case,
            "watchlist/<int:pk>": self.watched,
            "alarms/<int:pk>": self.alarm,
            "webhooks/<uuid:pk>": self.webhook,
            "founders/press/<uuid:pk>": self.link,
            "founders/<uuid:pk>": self.invitation,
            "signatories/<uuid:pk>": self.signature,
            "versions/<int:number>": self.letter.version,
        }.items():
            if rest.startswith(part):
                return row.number if "number" in part else row.pk  # type: ignore[union-attr,attr-defined]
        return None


class World:
    """The two letters, a browser for everybody, and a filled address for every route."""

    def __init__(self) -> None:
        make = User.objects.create_user
        self.users: dict[str, User | None] = {"anonymous": None, "stranger": make("stranger@example.org")}
        for role in Role:
            self.users[role.value] = make(f"{role}@example.org")
        self.users |= {name: make(f"{name}@example.org") for name in ("other", "ex", "bare")}
        boss = partial(User.objects.create_superuser)
        self.users |= {name: boss(f"{name}@example.org") for name in ("superbare", "super")}
        self.mine = Thing(self.get("owner"), "keep-the-lights-on")
        self.theirs = Thing(self.get("other"), "another-letter")
        for role in set(Role) - {Role.OWNER}:
            Membership.objects.create(letter=self.mine.letter, user=self.get(role.value), role=role)
        Membership.objects.create(letter=self.mine.letter, user=self.get("bare"), role=Role.OWNER)
        Membership.objects.create(letter=self.mine.letter, user=self.get("ex"), role=Role.OWNER).delete()
        for name, user in self.users.items():
            if user and name not in {"bare", "superbare"}:
                totp.TOTP.activate(user, totp.generate_totp_secret())
        self.token = access_tokens.issue(self.get("owner"), name="A program", scopes=["read"], days=7)[0]
        self.organisation = known_organisation("Lantern Works", "lantern.example.org")

    def get(self, name: str) -> User:
        """An actor who has an account."""
        found = self.users[name]
        assert found is not None
        return found

    def browser(self, name: str, **kwargs: Any) -> Client:
        """A browser in which an actor is logged in, just now and with the factor they have."""
        user = self.users[name]
        return logged_in(user, **kwargs) if user else Client(**kwargs)

    def path(self, route: str, thing: Thing | None = None, *, rows: Thing | None = None) -> str:
        """Fill a route with a letter, and with rows that are its own unless another's are asked for."""
        thing = thing or self.mine
        rows = rows or thing
        given = {
            "slug": thing.letter.slug,
            "language": "de",
            "provider": "orcid",
            "provider_id": "campus",
            "batch": rows.batch.pk,
            "delivery": rows.told.pk,
            "id": rows.signature.pk,
            "case": rows.case.pk,
            "name": "1.log",
            "code": 404,
            "content_type_id": "1",
            "object_id": "1",
            "app_label": "petition",
            "url": "nowhere/",
            "uidb36": "1",
            "key": "1-abc",
            "token": self._token(route, rows),
            "pk": rows.nested(route) or self.organisation.domains.get().pk,
            "number": rows.evidence.pk if "strike" in route else rows.nested(route) or 1,
        }
        if route.startswith("accounts/tokens/"):
            given["pk"] = self.token.pk
        if "cases" in route or "strike" in route:
            given["pk"] = rows.signature.pk
        plain = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^)]*\))*\)", r"<\1>", route).replace("^", "").removesuffix("$")
        path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(given[match[1]]), plain)
        if "/sent/" in path:
            path += f"?t={tokens.make('tab', rows.waiting.mails.get(kind='confirm').pk, at=thing.letter.slug)}"
        return path

    def _token(self, route: str, rows: Thing) -> str:
        first = route.partition("/")[0]
        made: dict[str, Any] = {
            "confirm": rows.waiting.mails.filter(kind="confirm").first(),
            "mine": rows.waiting,
            "unsubscribe": rows.waiting,
            "signed": rows.signature,
            "invitation": rows.invited,
            "embargo": rows.link,
        }
        if first == "received":
            return received.token(rows.addressee)
        purposes: dict[str, Any] = {"unsubscribe": "news"}
        row = made.get(first)
        return tokens.make(purposes.get(first, first), row.pk) if row else "x" * 59


def answer(response: Any) -> str:
    """One letter for what came back.

    Y a page or a file, R on to another page, L to the log-in, F to where a second factor is added, A to where one says
    once more who one is, I a form with something to correct, C a conflict, X forbidden, U no token, N not found, M
    another method: the address is a form's, and says so or leads to the page on which the form stands.
    """
    status, where = response.status_code, response.headers.get("Location", "")
    if status in {301, 302, 303}:
        if where.startswith("/accounts/login/?"):
            return "L"
        if "reauthenticate" in where:
            return "A"
        asked = response.request["PATH_INFO"]
        if status == 303 and response.request["REQUEST_METHOD"] == "GET" and asked.startswith(BELOW_PAGES):
            return "M"
        return "F" if where.startswith("/accounts/2fa/") and "/2fa/" not in response.request["PATH_INFO"] else "R"
    kinds = {
        200: "Y",
        400: "I",
        403: "X",
        401: "U",
        404: "N",
        405: "M",
        409: "C",
        410: "G",
        422: "I",
        429: "T",
        503: "D",
    }
    return kinds.get(status, str(status))


def rows() -> dict[str, tuple[str, str]]:
    """What stands in the table: for each route the letters of GET and of POST."""
    found = {}
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            route, get, post = line.split()
            found[route.removeprefix("/")] = (_whole(get), _whole(post))
    return found


def row(route: str, get: str, post: str) -> str:
    """One line of the table; a single letter stands for everybody."""
    return f"/{route} {get if len(set(get)) > 1 else get[0]} {post if len(set(post)) > 1 else post[0]}\n"


def _whole(said: str) -> str:
    return said * len(ACTORS) if len(said) == 1 else said
