"""A person with a mark in every field lives through the site and is erased: the mark is nowhere any more."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from petition import lifecycle, tally
from petition.delivery import bundling
from petition.models import Tally
from signatories import (
    batches,
    cases,
    collecting,
    delivering,
    exporting,
    invitations,
    outbox,
    privacy,
    tasks,
    tokens,
    vetting,
    vouching,
    watch,
)
from signatories.evidence.federated import Account, bind
from signatories.models import Batch, Case, Evidence, Signature
from tests import planting
from tests.conftest import LINE, code_in, finish_batches, support

MARK = "zyxqvw"  # in no name or sentence of ours
EMAIL = "zyxqvwmail@zyxqvwhost.example.org"
LINE_OF_THEIRS = {
    "name": "Zyxqvwname Quill",
    "role": "Zyxqvwrole",
    "organisation": "Zyxqvworganisation",
    "profile_url": "https://zyxqvwprofile.example.org/zyxqvwpage",
    "updates": True,
    "contact": True,
}


def mine(signature: Signature) -> str:
    return f"/mine/{tokens.make('mine', signature.pk)}/"


@pytest.fixture
def planted(post_sign, letter, deliver, client: Client, vetter, at_desk) -> Signature:
    """Signs, with another wording from a second tab, answers a question, and offers proof, through the real pages."""
    tab = post_sign(EMAIL, **LINE_OF_THEIRS)["Location"]
    post_sign(EMAIL, **{**LINE_OF_THEIRS, "role": "Zyxqvwotherrole"})
    client.post(tab, {"code": code_in(deliver()[-1])})
    signature = Signature.objects.get(address=EMAIL)
    page = f"/desk/{letter.slug}/vetting/{signature.pk}/"
    asked = {"questions": ["need_details"], "question": "Zyxqvwquestion?", "note": "Zyxqvwasknote"}
    assert at_desk(vetter).post(f"{page}ask/", asked).status_code == 303
    client.post(f"{mine(signature)}answer/", {"answer": "Zyxqvwanswer", "url": "https://zyxqvwanswer.example.org/"})
    for kind, value in (("page", "https://zyxqvwproof.example.org/"), ("domain", "zyxqvwdomain.example.org")):
        assert client.post(f"{mine(signature)}proofs/{kind}/", {"value": value}).status_code == 303
    client.post(f"{mine(signature)}proofs/mailbox/", {"address": "zyxqvwwork@zyxqvwwork.example.org"})
    client.post(f"{mine(signature)}proofs/code/", {"code": code_in(deliver()[-1])})
    found = {
        "url": "https://zyxqvwrecord.example.org/",
        "claims": ["affiliation", "identity"],
        "note": "Zyxqvwrecordnote",
    }
    assert at_desk(vetter).post(f"{page}record/", found).status_code == 303
    contact = {"how": "Zyxqvwhow", "on": f"{timezone.now():%Y-%m-%d}", "note": "Zyxqvwcontactnote"}
    assert at_desk(vetter).post(f"{page}contact/", contact).status_code == 303
    signature.refresh_from_db()
    return signature


@pytest.fixture
def everywhere(planted, letter, vetter, confirmed, client, deliver, organiser, at_desk) -> Signature:
    """The same person listed, vouching, reported, in batches, on the watchlist, counted and exported."""
    bind(planted, Account("github", "17", "zyxqvwlogin", "Zyxqvwlogin Name", "https://zyxqvwlogin.example.org/"))
    support(planted, "MP", by=vetter)
    vetting.list_(planted, vetter=vetter, level=3, reason="two_signals", note="Zyxqvwlistnote")
    colleague = confirmed("bob@example.com", name="Bob Other")
    vouching.vouch(planted, code=vouching.code_for(colleague).code, line=vouching.seen(colleague))
    vouching.code_for(planted)
    client.post(f"/letters/{letter.slug}/signatories/{planted.pk}/report/", {"text": "Zyxqvwreport of Zyxqvwname"})
    cases.close(planted.cases.get(), by=vetter, outcome="kept", note="Zyxqvwclosing")
    cases.open_(planted, kind=Case.Kind.AUDIT, text="Zyxqvwopen")
    watch.remember(planted, by=vetter)
    collecting.run()
    batch = batches.begin(
        letter,
        verb="hold",
        reason="unclear_affiliation",
        choice={"name": "zyxqvw*"},
        actor=vetter,
        note="All Zyxqvwname Quill",
    )
    batches.begin(letter, verb="hold", reason="unclear_affiliation", choice={"host": planted.host}, actor=vetter)
    batches.begin(
        letter, verb="hold", reason="unclear_affiliation", choice={"organisation": "Zyxqvworganisation"}, actor=vetter
    )
    finish_batches()
    assert batch.items.count() == 1
    tally.take(letter)
    Tally.objects.update(hour=F("hour") - timedelta(hours=1), as_of=F("as_of") - timedelta(hours=1))
    for format in ("csv", "xlsx"):
        at_desk(organiser).post(f"/desk/{letter.slug}/export/", {"audience": "team", "format": format})
    deliver()
    planted.refresh_from_db()
    return planted


def clock() -> None:
    """What the clock does within a minute."""
    outbox.send()
    vouching.renew()
    tasks.give_up_goodbyes()
    tally.take_moved()
    delivering.amend_all()


def test_whoever_lives_through_the_site_is_in_many_places(everywhere):
    """Were the mark not planted, its absence would prove nothing."""
    found = planting.where(MARK, planting.stored())
    for table in ("signature", "signatory", "evidence", "proof", "decision", "case", "watchname", "batch", "mail"):
        assert f"signatories_{table}" in found, table
    assert "petition_tally" in found
    assert Evidence.objects.filter(details__voucher="Zyxqvwname Quill").exists()


@pytest.mark.parametrize("what", ["withdraw", "erase"])
def test_after_a_minute_the_person_is_nowhere(everywhere, own, what):
    assert own(everywhere, what, sure="on").status_code == 303
    clock()
    assert planting.where(MARK, planting.stored()) == {}
    everywhere.refresh_from_db()
    assert len(everywhere.address_hash) == 64


def test_an_invited_founder_who_never_answered_is_erased_with_the_other_letters(letter, own, planted, deliver):
    row = {
        "email": EMAIL,
        "name": "Zyxqvwinvited",
        "role": "Zyxqvwr",
        "organisation": "Zyxqvwo",
        "country": "",
        "discipline": "",
    }
    letter.refresh_from_db()
    invitations.invite(letter, rows=[row])
    deliver()
    own(planted, "erase", sure="on")
    clock()
    assert planting.where(MARK, planting.stored()) == {}


def test_an_unconfirmed_person_who_says_it_was_not_them_is_nowhere_at_once(post_sign, client, deliver):
    post_sign(EMAIL, **LINE_OF_THEIRS)
    post_sign(EMAIL, **{**LINE_OF_THEIRS, "role": "Zyxqvwotherrole"})
    deliver()
    client.post(f"{mine(Signature.objects.get())}not-me/", {"sure": "on"})
    assert planting.where(MARK, planting.stored()) == {}


def test_after_delivery_only_what_was_delivered_still_has_the_line(everywhere, own, letter, organiser, client, vetter):
    """The database refuses to change what was delivered; nothing of it is public any more."""
    Batch.objects.update(state="done")
    for case in everywhere.cases.filter(closed_at=None):
        cases.close(case, by=vetter, outcome="kept")
    Signature.objects.filter(pk=everywhere.pk).update(status="listed")
    letter.refresh_from_db()
    lifecycle.close(letter, actor=organiser)
    delivering.deliver(letter, actor=organiser)
    assert bundling.make_next()
    own(everywhere, "erase", sure="on")
    clock()
    found = planting.where(MARK, planting.stored())
    frozen = {name for name in found if "deliveries" not in name}
    assert frozen == {"petition_deliverypart", "petition_delivery"}
    lines = {word.casefold().rstrip(".") for words in found.values() for word in words}
    assert lines <= {"zyxqvwname", "zyxqvwrole", "zyxqvworganisation", "zyxqvworganisation."}
    page = client.get(f"/letters/{letter.slug}/delivery/").content.decode()
    assert MARK not in page.casefold()
    assert LINE["name"]


def test_nothing_is_left_in_what_an_export_wrote(everywhere, letter, tmp_path):
    privacy.erase(everywhere)
    with (tmp_path / "list.csv").open("wb") as file:
        exporting.write_bytes(letter, format="csv", audience="team", bom=False, file=file)
    assert planting.where(MARK, planting.files(tmp_path)) == {}
