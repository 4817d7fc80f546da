"""Run inside the demo: a letter with its founders and one that was delivered, so that every kind of page has something.

Prints the pages that need a state or a token, as JSON.
"""

import json
from datetime import timedelta
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
LINE: dict[str, Any] = {
    "role": "Lamplighter",
    "organisation": "Lantern Works",
    "former": False,
    "country": "GB",
    "discipline": "optics",
    "capacity": "personal",
    "profile_url": "",
    "publish": True,
    "updates": True,
}


def _confirmed(letter: Letter, name: str) -> Signature:
    address = addresses.canonical(f"{name.split()[0].lower()}@pier.example.org")
    mail = signing.sign(letter, address=address, typed={"name": name, **LINE})
    Mail.objects.filter(pk=mail.pk).update(state=Mail.State.SENT, times_sent=1)
    return signing.confirm(mail.pk, tokens.code(mail.pk), in_tab=True).signature


def _listed(letter: Letter, name: str) -> Signature:
    signature = _confirmed(letter, name)
    for family, account in (("M", "host:pier.example.org"), ("P", "https://pier.example.org/people")):
        evidence.record(signature, family=family, claim="affiliation", account=account)
    vetting.list_(signature, vetter=vera, level=2, reason="staff_page")
    return signature


olive, vera = (User.objects.get(email=f"{who}@example.org") for who in ("organiser", "vetter"))
sample = Letter.objects.get(slug="models-for-defenders")

founding = lifecycle.begin(owner=olive, slug="light-the-pier", title="Light the pier", **FRAME)
founding.members.create(user=vera, role="owner")
lifecycle.found(founding, actor=olive)
guest = {"email": "guest@pier.example.org", "name": "Gil Guest", "role": "Warden", "organisation": "Pier Works"}
[invitation] = invitations.invite(founding, rows=[{**guest, "country": "GB", "discipline": "optics"}], by=olive)
press = embargo.make(founding, reader="The Courier", expires_at=timezone.now() + timedelta(days=7), by=olive)

public = lifecycle.begin(owner=olive, slug="light-the-quay", title="Light the quay", **FRAME)
public.members.create(user=vera, role="vetter")
lifecycle.publish(public, actor=olive)
listed, reported, asked = (_listed(public, f"{name} Example") for name in ("Lena", "Rolf", "Dora"))
waiting, questioned = _confirmed(public, "Wanda Example"), _confirmed(public, "Quentin Example")
vetting.ask(questioned, vetter=vera, questions=["staff_page"], note="")
case = cases.open_(reported, kind=Case.Kind.REPORT, text="I know Rolf, and he did not sign.")
Draw.objects.create(letter=public, signature=asked, week=sampling.week_of(timezone.now()), level=asked.level or 2)
versions.translate(public.version, language="ar", by=olive, **ARABIC)
versions.begin(public, reason="meaning", note="Two lamps instead of one.", by=olive)
versions.save(public, body="## Light\n\nWe ask for *two* lights:\n\n- lamps\n", seen=None, by=olive)
versions.publish(public, actor=olive)
versions.begin(public, reason="typo", note="A missing full stop.", by=olive)
versions.translate(public.version, language="ar", by=olive, **ARABIC)
update = news.write(public, title="We were heard", body="On **Tuesday**.", by=olive)
news.publish(update)
draft = news.write(public, title="And again", body="On *Friday*.", by=olive)
tally.take(public)

delivered = lifecycle.begin(owner=olive, slug="light-the-buoy", title="Light the buoy", **FRAME)
delivered.members.create(user=vera, role="vetter")
lifecycle.publish(delivered, actor=olive)
_listed(delivered, "Benno Example")
lifecycle.close(delivered, actor=olive)
handed = delivering.deliver(delivered, actor=olive)
link = received.make_link(handed, addressee="The Harbour Master", days=30, actor=olive)
received.reply(link, author="The Harbour Master", text="The lamps stay on.")
tally.take(delivered)

session = SessionStore()
account = Account("orcid", "0000-0002-1825-0097", name="Wanda Example", url="https://orcid.example.org/wanda")
session["linked_account"] = "a word"
session.save()
said = {"word": "a word", "signature": str(waiting.pk), "account": account.as_dict()}
offer = urlencode({"offer": tokens.seal(json.dumps(said))})
batch = batches.begin(
    public,
    actor=vera,
    verb="hold",
    reason=next(iter(rules.REASONS["hold"])),
    choice={"pk": [str(waiting.pk)], "name": "nobody"},
)
hook, _ = webhooks.make(public, url="https://hooks.example.org/", events=["signature.listed"], by=olive)
webhooks.test(hook)
tried = {"state": "failed", "code": 500, "took": 812, "attempts": 1, "answer": "<h1>Not now</h1>"}
hook.deliveries.update(**tried)


def _mine(signature: Signature) -> str:
    return f"/mine/{tokens.make('mine', signature.pk)}/"


mail = signing.sign(public, address="new@pier.example.org", typed={"name": "Nora New", **LINE})
proving = Mail.objects.get(invitation=invitation)
print(
    json.dumps(
        {
            "session": session.session_key,
            "public": [
                "/letters/light-the-quay/",
                "/letters/light-the-quay/in/ar/",
                "/letters/light-the-quay/versions/",
                "/letters/light-the-quay/versions/2/",
                "/letters/light-the-quay/updates/",
                "/letters/light-the-quay/changes/",
                "/letters/light-the-quay/press/",
                "/letters/light-the-quay/methods/",
                f"/letters/light-the-quay/signatories/{reported.pk}/report/",
                "/letters/light-the-quay/reported/",
                "/letters/light-the-buoy/",
                "/letters/light-the-buoy/delivery/",
                f"/letters/light-the-quay/sent/?t={tokens.make('tab', mail.pk, at=public.slug)}",
                f"/confirm/{tokens.make('confirm', mail.pk)}/",
                _mine(listed),
                _mine(questioned),
                f"{_mine(asked)}audit/",
                f"{_mine(waiting)}link/?{offer}",
                f"{_mine(listed)}withdraw/",
                f"{_mine(listed)}copy/",
                "/letters/light-the-quay/privacy/",
                "/letters/light-the-quay/embed/",
                "/api/",
                f"/unsubscribe/{tokens.make('news', listed.pk)}/",
                f"/invitation/{tokens.make('invitation', proving.pk)}/",
                f"/embargo/{tokens.make('embargo', press.pk)}/",
                f"/received/{received.token(link)}/",
            ],
            "desk": [
                "/desk/light-the-quay/",
                "/desk/light-the-pier/schedule/",
                "/desk/light-the-quay/settings/",
                "/desk/light-the-quay/versions/",
                "/desk/light-the-quay/versions/next/",
                "/desk/light-the-quay/versions/2/in/ar/",
                "/desk/light-the-quay/updates/",
                f"/desk/light-the-quay/updates/{draft.pk}/",
                "/desk/light-the-pier/founders/",
                "/desk/light-the-quay/vetting/",
                "/desk/light-the-quay/vetting/?by=host",
                f"/desk/light-the-quay/vetting/{waiting.pk}/",
                f"/desk/light-the-quay/vetting/{questioned.pk}/",
                f"/desk/light-the-quay/vetting/{reported.pk}/",
                "/desk/light-the-quay/batches/",
                "/desk/light-the-quay/batches/new/?status=listed",
                f"/desk/light-the-quay/batches/{batch.pk}/",
                "/desk/light-the-quay/cases/",
                f"/desk/light-the-quay/cases/{case.pk}/",
                "/desk/light-the-quay/throughput/",
                "/desk/light-the-quay/watchlist/",
                "/desk/light-the-quay/organisations/?q=example",
                "/desk/light-the-quay/export/",
                "/desk/light-the-quay/webhooks/",
                f"/desk/light-the-quay/webhooks/{hook.pk}/",
                "/accounts/tokens/",
                "/desk/light-the-quay/team/",
                "/desk/light-the-quay/delivery/",
                "/desk/light-the-buoy/delivery/",
            ],
        }
    )
)
