"""Letters in every state beside the sample, so that every kind of page has something to show.

`furnish` runs inside an installation with the sample letter, and returns the pages that need a state or a token, by
name: the names are what the screenshots are called.
"""

import json
from datetime import timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from petition import lifecycle, news, tally, versions
from petition.delivery import received
from petition.models import Letter, User
from signatories import (
    addresses,
    batches,
    cases,
    delivering,
    embargo,
    evidence,
    invitations,
    sampling,
    signing,
    tokens,
    vetting,
    webhooks,
)
from signatories.batches import rules
from signatories.evidence.federated import Account
from signatories.models import Case, Draw, Mail, Signature
from tests import naming

Paths = dict[str, str]
ARABIC = {
    "title": "أبقوا المنارة مضاءة",
    "ask": "نرجو أن تبقى المنارة مضاءة.",
    "body": "## الضوء\n\nنطلب *ضوءا* في كل ليلة.\n",
    "reviewer": "Amal Example",
}
FRAME = {
    "addressees": [{"name": "The Harbour Master", "office": "Port Authority", "address": "Springfield"}],
    "ask": "Please keep the pier lit.",
    "eligibility": "People who use the pier.",
    "disciplines": {"optics": "Optics"},
    "disclaimer": "Organisations are named for identification only.",
    "organiser": "Friends of the Pier",
    "contact": "pier@example.org",
    "body": "## Light\n\nWe ask for *light*:\n\n- lamps\n- windows\n",
    "milestones": [1, 5],
}
NAMES = 1000
# With words that are wider than a phone.
LINE: dict[str, Any] = {
    "role": "Donaudampfschifffahrtsgesellschaftskapitänin",
    "organisation": "Rechtsschutzversicherungsgesellschaften e.V.",
    "former": False,
    "country": "GB",
    "discipline": "optics",
    "capacity": "personal",
    "profile_url": "",
    "publish": True,
    "updates": True,
}


def furnish() -> dict[str, Any]:
    """Make the letters, and return their pages as `public` and `desk`, and the `session` that some of them need."""
    olive, vera = (User.objects.get(email=f"{who}@example.org") for who in ("organiser", "vetter"))
    founding = _founding(olive, vera)
    still = _still(olive)
    quay = _quay(olive, vera)
    session, own = _own_pages(quay)
    handed = _delivered(olive, vera)
    return {
        "session": session,
        "public": {**founding["public"], **still, **_harbour(olive), **_read(quay), **own, **handed["public"]},
        "desk": {**_run(quay, olive, vera), **founding["desk"], **handed["desk"]},
    }


def _founding(olive: User, vera: User) -> dict[str, Paths]:
    letter = lifecycle.begin(owner=olive, slug="light-the-pier", title="Light the pier", **FRAME)
    letter.members.create(user=vera, role="owner")
    lifecycle.found(letter, actor=olive)
    guest = {"email": "guest@pier.example.org", "name": "Gil Guest", "role": "Warden", "organisation": "Pier Works"}
    [invitation] = invitations.invite(letter, rows=[{**guest, "country": "GB", "discipline": "optics"}], by=olive)
    mail = Mail.objects.get(invitation=invitation)
    press = embargo.make(letter, reader="The Courier", expires_at=timezone.now() + timedelta(days=7), by=olive)
    return {
        "public": {
            "invitation": f"/invitation/{tokens.make('invitation', mail.pk)}/",
            "embargo": f"/embargo/{tokens.make('embargo', press.pk)}/",
        },
        "desk": {
            "desk-schedule": "/desk/light-the-pier/schedule/",
            "desk-founders": "/desk/light-the-pier/founders/",
        },
    }


def _still(olive: User) -> Paths:
    """Letters on which nobody stands: just opened, paused, closed; and one that only its team sees."""
    for what, title in {"empty": "Light the jetty", "paused": "Light the mole", "closed": "Light the weir"}.items():
        letter = lifecycle.begin(owner=olive, slug=what, title=title, **FRAME)
        lifecycle.publish(letter, actor=olive)
        tally.take(letter)
        if what != "empty":
            {"paused": lifecycle.pause, "closed": lifecycle.close}[what](letter, actor=olive)
    return {
        "letter-empty": "/letters/empty/",
        "letter-paused": "/letters/paused/",
        "letter-closed": "/letters/closed/",
        "list-empty": "/letters/empty/signatories/",
        "list-none-found": "/letters/models-for-defenders/signatories/?search=nobody+of+that+name",
        "changes-empty": "/letters/empty/changes/",
        "updates-empty": "/letters/empty/updates/",
        "coalition-empty": "/letters/empty/coalition/",
    }


def _harbour(olive: User) -> Paths:
    """A letter of ordinary length with a thousand names on it, in the letters of Western and Central Europe."""
    sample = Letter.objects.get(slug="models-for-defenders")
    frame = {**FRAME, "title": "Light the harbour", "slug": "light-the-harbour", "disciplines": sample.disciplines}
    letter = lifecycle.begin(owner=olive, **{**frame, "body": sample.version.body})
    lifecycle.publish(letter, actor=olive)
    lines = list(sample.signatures.listed().values_list("role", "organisation", "country", "discipline"))
    people = []
    latin = (name for name in naming.combined("harbour", 3 * NAMES) if all(ord(letter) < 0x180 for letter in name))
    for number, name in enumerate(islice(latin, NAMES)):
        line = dict(zip(("role", "organisation", "country", "discipline"), lines[number % len(lines)], strict=True))
        one = Signature(letter=letter, version=letter.version, address_hash=f"{number:064d}")
        one.write_line({**LINE, **line, "name": name, "updates": False})
        people.append(one)
    Signature.objects.bulk_create(people)
    now = timezone.now()
    listed = {"status": "listed", "level": 2, "checked": "P", "checked_at": now, "confirmed_at": now}
    letter.signatures.update(**listed)
    tally.take(letter)
    at = "/letters/light-the-harbour/"
    return {"letter-thousand": at, "list-thousand": f"{at}signatories/"}


def _quay(olive: User, vera: User) -> Letter:
    letter = lifecycle.begin(owner=olive, slug="light-the-quay", title="Light the quay", **FRAME)
    letter.members.create(user=vera, role="vetter")
    lifecycle.publish(letter, actor=olive)
    for name in ("Lena", "Rolf", "Dora"):
        _listed(letter, f"{name} Example", vera)
    _confirmed(letter, "Wanda Example")
    vetting.ask(_confirmed(letter, "Quentin Example"), vetter=vera, questions=["need_staff_page"], note="")
    dora = _of(letter, "Dora")
    Draw.objects.create(letter=letter, signature=dora, week=sampling.week_of(timezone.now()), level=dora.level or 2)
    versions.translate(letter.version, language="ar", by=olive, **ARABIC)
    versions.begin(letter, reason="meaning", note="Two lamps instead of one.", by=olive)
    versions.save(letter, body="## Light\n\nWe ask for *two* lights:\n\n- lamps\n", seen=None, by=olive)
    versions.publish(letter, actor=olive)
    versions.begin(letter, reason="typo", note="A missing full stop.", by=olive)
    versions.translate(letter.version, language="ar", by=olive, **ARABIC)
    news.publish(news.write(letter, title="We were heard", body="On **Tuesday**.", by=olive))
    tally.take(letter)
    return letter


def _read(letter: Letter) -> Paths:
    """What anybody may read of it."""
    at = f"/letters/{letter.slug}/"
    pages = {
        "letter-short": "",
        "letter-translated": "in/ar/",
        "versions": "versions/",
        "version": "versions/2/",
        "updates": "updates/",
        "changes-short": "changes/",
        "press-short": "press/",
        "methods-short": "methods/",
        "report": f"signatories/{_of(letter, 'Rolf').pk}/report/",
        "reported": "reported/",
        "privacy": "privacy/",
        "embed": "embed/",
    }
    return {name: at + path for name, path in pages.items()} | {"api": "/api/"}


def _own_pages(letter: Letter) -> tuple[str, Paths]:
    """What signers see of their own, and the session in which one of them has logged in elsewhere."""
    mail = signing.sign(letter, address=addresses.canonical("new@pier.example.org"), typed={"name": "Nora New", **LINE})
    lena, waiting = _of(letter, "Lena"), _of(letter, "Wanda")
    session = SessionStore()
    account = Account("orcid", "0000-0002-1825-0097", name="Wanda Example", url="https://orcid.example.org/wanda")
    session["linked_account"] = "a word"
    session.save()
    said = {"word": "a word", "signature": str(waiting.pk), "account": account.as_dict()}
    offer = urlencode({"offer": tokens.seal(json.dumps(said))})
    return session.session_key or "", {
        "sent": f"/letters/{letter.slug}/sent/?t={tokens.make('tab', mail.pk, at=letter.slug)}",
        "confirm": f"/confirm/{tokens.make('confirm', mail.pk)}/",
        "mine-new": _mine(
            Signature.objects.filter(letter__slug="models-for-defenders", status="confirmed").earliest("pk")
        ),
        "mine-listed": _mine(lena),
        "mine-confirmed": _mine(waiting),
        "mine-asked": _mine(_of(letter, "Quentin")),
        "mine-audit": f"{_mine(_of(letter, 'Dora'))}audit/",
        "mine-link": f"{_mine(waiting)}link/?{offer}",
        "mine-withdraw": f"{_mine(lena)}withdraw/",
        "mine-copy": f"{_mine(lena)}copy/",
        "unsubscribe": f"/unsubscribe/{tokens.make('news', lena.pk)}/",
    }


def _run(letter: Letter, olive: User, vera: User) -> Paths:
    """What its team sees of it."""
    rolf, waiting, asked = (_of(letter, name) for name in ("Rolf", "Wanda", "Quentin"))
    case = cases.open_(rolf, kind=Case.Kind.REPORT, text="I know Rolf, and he did not sign.")
    draft = news.write(letter, title="And again", body="On *Friday*.", by=olive)
    choice = {"pk": [str(waiting.pk)], "name": "nobody"}
    batch = batches.begin(letter, actor=vera, verb="hold", reason=next(iter(rules.REASONS["hold"])), choice=choice)
    hook, _ = webhooks.make(letter, url="https://hooks.example.org/", events=["signature.listed"], by=olive)
    webhooks.test(hook)
    tried = {"state": "failed", "code": 500, "took": 812, "attempts": 1, "answer": "<h1>Not now</h1>"}
    hook.deliveries.update(**tried)
    at = f"/desk/{letter.slug}/"
    pages = {
        "webhooks": "webhooks/",
        "webhook": f"webhooks/{hook.pk}/",
        "letter": "",
        "settings": "settings/",
        "versions": "versions/",
        "version-next": "versions/next/",
        "translation": "versions/2/in/ar/",
        "updates": "updates/",
        "update": f"updates/{draft.pk}/",
        "queue-short": "vetting/",
        "queue-by-host": "vetting/?by=host",
        "person": f"vetting/{waiting.pk}/",
        "person-asked": f"vetting/{asked.pk}/",
        "person-listed": f"vetting/{rolf.pk}/",
        "batches": "batches/",
        "batch-new": "batches/new/?status=listed",
        "batch": f"batches/{batch.pk}/",
        "cases": "cases/",
        "case": f"cases/{case.pk}/",
        "throughput-short": "throughput/",
        "watchlist": "watchlist/",
        "organisations": "organisations/?q=example",
        "export": "export/",
        "mails": "mails/",
        "retention": "retention/",
        "team": "team/",
        "delivery": "delivery/",
    }
    return {f"desk-{name}": at + path for name, path in pages.items()}


def _delivered(olive: User, vera: User) -> dict[str, Paths]:
    letter = lifecycle.begin(owner=olive, slug="light-the-buoy", title="Light the buoy", **FRAME)
    letter.members.create(user=vera, role="vetter")
    lifecycle.publish(letter, actor=olive)
    _listed(letter, "Benno Example", vera)
    lifecycle.close(letter, actor=olive)
    handed = delivering.deliver(letter, actor=olive)
    link = received.make_link(handed, addressee="The Harbour Master", days=30, actor=olive)
    received.reply(link, author="The Harbour Master", text="The lamps stay on.")
    tally.take(letter)
    return {
        "public": {
            "letter-delivered": "/letters/light-the-buoy/",
            "delivered": "/letters/light-the-buoy/delivery/",
            "received": f"/received/{received.token(link)}/",
        },
        "desk": {"desk-delivered": "/desk/light-the-buoy/delivery/"},
    }


def _confirmed(letter: Letter, name: str) -> Signature:
    address = addresses.canonical(f"{name.split()[0].lower()}@pier.example.org")
    mail = signing.sign(letter, address=address, typed={"name": name, **LINE})
    Mail.objects.filter(pk=mail.pk).update(state=Mail.State.SENT, times_sent=1)
    return signing.confirm(mail.pk, tokens.code(mail.pk), in_tab=True).signature


def _listed(letter: Letter, name: str, vera: User) -> Signature:
    signature = _confirmed(letter, name)
    for family, account in (("M", "host:pier.example.org"), ("P", "https://pier.example.org/people")):
        evidence.record(signature, family=family, claim="affiliation", account=account)
    vetting.list_(signature, vetter=vera, level=2, reason="staff_page")
    return signature


def _of(letter: Letter, name: str) -> Signature:
    return letter.signatures.get(name=f"{name} Example")


def _mine(signature: Signature) -> str:
    return f"/mine/{tokens.make('mine', signature.pk)}/"
