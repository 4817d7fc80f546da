"""The cast: an organiser, two vetters, a stranger, and a letter that is open for signatures."""

import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.core import mail
from django.core.cache import caches
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test import Client
from django.utils import timezone

from petition import identifiers, lifecycle
from petition.delivery import bundling
from petition.models import Delivery, Letter, Membership, Role, User
from signatories import addresses, batches, delivering, dividing, evidence, outbox, signing, tokens, vetting
from signatories.batches import rules
from signatories.evidence import found
from signatories.models import Batch, Mail, Organisation, Signature, Source
from signatories.organisations import keys, teaching
from tests import migrated, network

LETTER = {
    "slug": "keep-the-lights-on",
    "title": "Keep the lights on",
    "addressees": [{"name": "The Minister", "office": "Ministry of Examples", "address": "Springfield"}],
    "ask": "Please keep the lights on.",
    "eligibility": "People who work with light.",
    "disciplines": {"optics": "Optics", "policy": "Policy"},
    "disclaimer": "Organisations are named for identification only.",
    "organiser": "Friends of Light",
    "contact": "light@example.org",
    "body": "We ask for *light*.\n\n1. Lamps\n2. Windows\n",
    "milestones": [2, 5],
}
LINE: dict[str, Any] = {
    "name": "Ada Example",
    "role": "Lamplighter",
    "organisation": "Lantern Works",
    "former": False,
    "country": "GB",
    "discipline": "optics",
    "capacity": "personal",
    "profile_url": "",
    "publish": True,
    "updates": False,
    "contact": False,
}

# A core has nothing to do while another runs the last test, so these begin. What commits leaves nothing behind
# (tests/postgres/emptying.py) and need not come last.
LONG = (
    *("test_queries.py", "test_upgrading.py", "test_time_tells_nothing.py", "test_matrix.py", "test_fuzzing.py"),
    "test_killed.py",
    "tests/postgres/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks for a database: the rest would do the same on PostgreSQL as on SQLite.

    Begin with what is long, and then with what asks for none: meanwhile another process makes it.
    """
    for item in items:
        asked = {"db", "transactional_db"}.intersection(getattr(item, "fixturenames", ()))
        if asked or item.get_closest_marker("django_db"):
            item.add_marker("database")
    items.sort(key=lambda item: (_turn(item), item.get_closest_marker("database") is not None))


def _turn(item: pytest.Item) -> int:
    return next((n for n, long in enumerate(LONG) if long in item.nodeid), len(LONG))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any, pytestconfig: pytest.Config
) -> Iterator[None]:
    """What pytest-django calls before it makes the test database: 57 migrations take longer than 200 tests."""
    with django_db_blocker.unblock(), migrated.copied(pytestconfig.cache.mkdir("migrated")):
        yield


def keep_the_connection() -> None:
    """Say before a response is closed or WSGI is asked: a test is one transaction, and must not lose its connection.

    Django's test client says so for the time of a request, and takes it back.
    """
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Passwords are hashed as they are in production, with a thousandth of the work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScryptPasswordHasher, "work_factor", ScryptPasswordHasher.work_factor // 1024)
        yield


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> None:
    """How often the API was asked is kept by the process, which outlives a test."""
    caches["process"].clear()


@pytest.fixture(autouse=True)
def _no_static_files(settings: Any) -> None:
    """Each test client would otherwise read the whole folder of style sheets again: a third of the suite's time."""
    settings.WHITENOISE_USE_FINDERS = False


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let the tests empty the history by TRUNCATE, which the database refuses otherwise.

    With DIVIDED in the environment all of them run on tables that are divided by letter.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname, tgrelid::regclass FROM pg_trigger WHERE tgname LIKE '%_is_whole_truncate'")
            for name, table in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name} ON {table}")
            if os.environ.get("DIVIDED"):
                dividing.divide()


@pytest.fixture(autouse=True)
def _identifiers_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Identifiers never go back, so a test that travels ahead would leave its date to all that come after it."""
    monkeypatch.setattr(identifiers, "_last", 0)


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Bundles of a test lie in its own folder, and are set in our own fonts on every machine.

    Few tests write one, so it is made by whoever does.
    """
    folder = tmp_path_factory.getbasetemp() / secrets.token_hex(8)
    settings.DELIVERY_DIR, settings.FONT_DIR = folder / "deliveries", folder / "no-fonts"


@pytest.fixture
def organiser(db: None) -> User:
    return User.objects.create_user("olive@example.org", name="Olive")


@pytest.fixture
def draft(organiser: User) -> Letter:
    return lifecycle.begin(owner=organiser, **LETTER)


@pytest.fixture
def letter(draft: Letter, organiser: User) -> Letter:
    lifecycle.publish(draft, actor=organiser)
    return draft


def _member(letter: Letter, email: str, role: Role) -> User:
    user = User.objects.create_user(email, name=email.partition("@")[0].title())
    Membership.objects.create(letter=letter, user=user, role=role)
    return user


@pytest.fixture
def vetter(letter: Letter) -> User:
    return _member(letter, "vera@example.org", Role.VETTER)


@pytest.fixture
def second(letter: Letter) -> User:
    return _member(letter, "sam@example.org", Role.VETTER)


@pytest.fixture
def stranger(db: None) -> User:
    return User.objects.create_user("mallory@example.org", name="Mallory")


@pytest.fixture
def at_desk() -> Callable[[User], Client]:
    """A browser in which somebody is logged in."""

    def log_in(user: User) -> Client:
        return logged_in(user)

    return log_in


def logged_in(user: User, *, ago: float = 0, factor: bool = True, **kwargs: Any) -> Client:
    """A browser in which somebody logged in, some seconds ago, with a second factor or with a code by mail."""
    client = Client(**kwargs)
    client.force_login(user)
    session = client.session
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [{"method": "mfa" if factor else "code", "at": time.time() - ago}]
    session.save()
    return client


@pytest.fixture
def post_sign(client: Client, letter: Letter) -> Callable[..., Any]:
    """Send the public form as a browser would; a False tick is not sent."""

    def post(email: str = "ada@example.com", **fields: Any) -> Any:
        data = {**LINE, "email": email, **fields}
        sent = {name: "on" if value is True else value for name, value in data.items() if value is not False}
        return client.post(f"/letters/{letter.slug}/sign/", sent)

    return post


@pytest.fixture
def confirmed(letter: Letter) -> Callable[..., Signature]:
    """Somebody who has signed and typed the code."""

    def make(email: str = "ada@example.com", **fields: Any) -> Signature:
        owed = signing.sign(letter, address=addresses.canonical(email), typed={**LINE, **fields})
        Mail.objects.filter(pk=owed.pk).update(state="sent", times_sent=1)
        return signing.confirm(owed.pk, tokens.code(owed.pk), in_tab=True).signature

    return make


@pytest.fixture
def listed(vetter: User) -> Callable[..., Signature]:
    """Put a name on the letter."""

    def make(signature: Signature, level: int = 2) -> Signature:
        support(signature, "M" if level == 2 else "MP", by=vetter)
        vetting.list_(signature, vetter=vetter, level=level, reason="staff_page")
        return signature

    return make


@pytest.fixture
def listed_again(vetter: User, second: User) -> Callable[..., Signature]:
    """Put back a name that was hidden, which takes two people."""

    def make(signature: Signature, level: int = 2) -> Signature:
        support(signature, "MP", by=vetter)
        for person in (vetter, second):
            vetting.list_(signature, vetter=person, level=level, reason="staff_page")
        return signature

    return make


@pytest.fixture
def deliver() -> Callable[[], list[Any]]:
    """Let the outbox send what is due, and return what arrived."""

    def send() -> list[Any]:
        while outbox.send():
            pass
        return mail.outbox

    return send


@pytest.fixture
def own(client: Client, deliver: Callable[[], list[Any]]) -> Callable[..., Any]:
    """Do something on the own page, with the code that was mailed for it."""

    def do(signature: Signature, what: str, code: str = "", **fields: Any) -> Any:
        path = f"/mine/{tokens.make('mine', signature.pk)}/"
        assert client.post(f"{path}change/", {"what": what}).status_code == 303
        code = code or code_in(deliver()[-1])
        return client.post(f"{path}{what}/", {"code": code, **fields})

    return do


@pytest.fixture
def site(settings: Any) -> Iterator[network.Site]:
    """Somebody's web server, which the safe client may open though it is on this machine."""
    with network.website() as site:
        settings.FETCH_ALLOW = [("127.0.0.1", site.port)]
        yield site


@pytest.fixture
def names(settings: Any) -> Iterator[network.Names]:
    """The name server that is asked."""
    with network.name_server() as names:
        settings.DNS_SERVER = ("127.0.0.1", names.port)
        yield names


@pytest.fixture
def closed(letter: Letter, confirmed: Any, listed: Any, organiser: User) -> list[Signature]:
    """The two people on a closed letter; another is not named, and one waits."""
    people = [
        listed(confirmed("ada@example.com", name="Ada Example"), level=3),
        listed(confirmed("zoe@example.com", name="Zoë <b>Ångström</b>", role="=HYPERLINK(1)", discipline="policy")),
    ]
    listed(confirmed("shy@example.com", name="Shy Shirin", publish=False))
    confirmed("waiting@example.com", name="Waiting Wim")
    lifecycle.close(letter, actor=organiser)
    return people


@pytest.fixture
def frozen(letter: Letter, closed: list[Signature], organiser: User) -> Delivery:
    """The letter of the two, delivered; its bundle is owed."""
    return delivering.deliver(letter, actor=organiser)


@pytest.fixture
def delivered(frozen: Delivery) -> Delivery:
    """The same with its bundle."""
    assert bundling.make_next()
    frozen.bundle.refresh_from_db()
    return frozen


def support(signature: Signature, families: str, *, by: User) -> Signature:
    """Write down what tasks (M, F) and vetters (P, O) find, a letter a family."""
    for family in families:
        if family == "P":
            found.record(signature, by=by, url="https://lantern.example.org/people", claims=["affiliation"])
        elif family == "O":
            found.contact(signature, by=by, how="The switchboard", on=timezone.now().date())
        else:
            claim = "affiliation" if family == "M" else "identity"
            account = f"{family}:{signature.address}"
            evidence.record(signature, family=family, claim=claim, account=account, public_before=family != "M")
    return signature


def code_in(message: Any) -> str:
    """The six digits in a mail."""
    found = re.search(r"\b\d{6}\b", message.body)
    assert found, message.body
    return found[0]


def link_in(message: Any, kind: str) -> str:
    """The path of the link of one kind in a mail."""
    found = re.search(rf"https?://[^/\s]+(/{kind}/\S+)", message.body)
    assert found, message.body
    return found[1]


def owed_kinds(signature: Signature) -> list[str]:
    """The kinds of mail that are owed or were sent about a signature, oldest first."""
    return list(Mail.objects.filter(signature=signature).order_by("created_at").values_list("kind", flat=True))


@pytest.fixture
def several(confirmed):
    """Several people, each with a mailbox that speaks for the organisation on their line."""

    def make(number: int = 3, host: str = "lantern.example.org", **fields) -> list[Signature]:
        people = [confirmed(f"p{n}@{host}", name=f"Person {n}", **fields) for n in range(number)]
        for one in people:
            evidence.record(one, family="M", claim="affiliation", account=f"host:{host}")
        return people

    return make


@pytest.fixture
def begin(letter, vetter):
    """Begin a batch about everybody, and let the clock do it unless told otherwise."""

    def start(verb: str = "list", *, work: bool = True, choice=None, reason: str = "", **kwargs) -> Batch:
        kwargs = {"actor": vetter, "level": 2, **kwargs}
        reason = reason or next(iter(rules.REASONS[verb]))
        batch = batches.begin(letter, verb=verb, reason=reason, choice=choice or {}, **kwargs)
        if work:
            finish_batches()
        batch.refresh_from_db()
        return batch

    return start


def finish_batches() -> None:
    """Let the clock do what is begun."""
    while batches.go_on():
        pass


def known_organisation(
    name: str, host: str = "", *, kind: str = "staff", also: tuple[str, ...] = (), acronym: str = "", weight: int = 0
) -> Organisation:
    """An organisation as an import leaves it, or with a host of another kind."""
    made = Organisation.objects.create(name=name, country="GB", source=Source.ROR)
    names = [(name, "label"), *((one, "alias") for one in also), *([(acronym, "acronym")] if acronym else [])]
    for one, its_kind in names:
        made.names.create(name=one, key=keys.key(one), kind=its_kind, weight=weight, source=Source.ROR)
    if host:
        made.domains.create(host=host, kind=kind, source=Source.ROR, **teaching.looks(host))
    return made
