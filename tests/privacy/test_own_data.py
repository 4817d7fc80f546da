"""A signer's own data: consents, a copy, corrections, hiding, leaving, each with a code to the mailbox."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from petition import lifecycle
from signatories import (
    addresses,
    codes,
    collecting,
    delivering,
    limits,
    own_data,
    retention,
    tokens,
    vetting,
    watch,
    wordings,
)
from signatories.models import Consent, Mail, Origin, Signature, Suppression
from tests.conftest import LETTER, LINE, code_in


def mine(signature: Signature) -> str:
    return f"/mine/{tokens.make('mine', signature.pk)}/"


def test_each_consent_is_a_box_of_its_own_and_none_is_ticked(client, letter):
    page = client.get(f"/letters/{letter.slug}/sign/").content.decode()
    for purpose in wordings.PURPOSES:
        assert f'name="{purpose}"' in page
        assert wordings.WORDINGS[wordings.CURRENT][purpose][0] in page
    assert "checked" not in page.split('class="consents"')[1].split("</form>")[0]


def test_what_was_agreed_to_is_kept_with_its_words_once_the_mailbox_is_proven(post_sign, letter, deliver, client):
    post_sign(publish="on", contact="on")
    assert not Consent.objects.exists()
    line = {name: value for name, value in LINE.items() if not isinstance(value, bool)}
    sent = client.post(f"/letters/{letter.slug}/sign/", {**line, "email": "b@example.com", "contact": "on"})
    client.post(sent["Location"], {"code": code_in(deliver()[-1])})
    rows = {one.purpose: one for one in Signature.objects.get(address="b@example.com").consents.all()}
    assert set(rows) == {"contact"}
    one = rows["contact"]
    assert (one.given, one.wording, one.sha256) == (
        True,
        wordings.CURRENT,
        wordings.fingerprint("contact", wordings.CURRENT),
    )


def test_a_wording_that_somebody_agreed_to_is_never_changed():
    assert {
        version: [wordings.fingerprint(purpose, version)[:8] for purpose in wordings.PURPOSES]
        for version in wordings.WORDINGS
    } == {
        "2026-11": ["27ed458a", "9ae54328", "d22512ff"],
        "2026-11.de": ["54b5c701", "2ae81722", "a306491d"],
        "2026-11.fr": ["7f0b8cd1", "7212d521", "acda1248"],
        "2026-11.es": ["73818d0e", "6f63cb4f", "4adddabc"],
        "2026-11.ar": ["020b6d91", "b842bb9d", "da25530b"],
    }


def test_consents_are_taken_back_one_by_one_with_the_link_and_a_tick(confirmed, client):
    signature = confirmed(updates=True, contact=True)
    assert client.post(mine(signature) + "consents/contact/").status_code == 422
    client.post(mine(signature) + "consents/contact/", {"sure": "on"})
    signature.refresh_from_db()
    assert (signature.contact, signature.updates) == (False, True)
    last = signature.consents.last()
    assert (last.purpose, last.given, last.door) == ("contact", False, "own_page")


def test_the_link_in_a_mail_that_ends_news_takes_the_consent_back(confirmed, client):
    signature = confirmed(updates=True)
    client.post(f"/unsubscribe/{tokens.make('news', signature.pk)}/", {"List-Unsubscribe": "One-Click"})
    assert [(one.given, one.door) for one in signature.consents.filter(purpose="updates")] == [
        (True, "form"),
        (False, "mail"),
    ]


def test_consents_cannot_be_changed_or_deleted_in_the_database(confirmed):
    one = confirmed().consents.get()
    with pytest.raises(Exception, match="never changed"):
        Consent.objects.filter(pk=one.pk).update(given=False)


@pytest.mark.parametrize("what", ["copy", "correct", "agree", "hide", "withdraw", "erase"])
def test_whoever_finds_the_link_changes_and_reads_nothing_without_the_code(confirmed, listed, client, deliver, what):
    signature = listed(confirmed())
    before = Signature.objects.values().get()
    client.post(f"{mine(signature)}change/", {"what": what})
    form = {**LINE, "name": "Somebody Else", "sure": "on", "contact": "on"}
    for code in ("", "000000", "no"):
        answer = client.post(f"{mine(signature)}{what}/", {**form, "code": code})
        assert answer.status_code == 422
        assert signature.address not in answer.content.decode()
    assert Signature.objects.values().get() == before


def test_only_ten_codes_are_tried(confirmed, client, deliver):
    signature = confirmed()
    client.post(f"{mine(signature)}change/", {"what": "withdraw"})
    right = code_in(deliver()[-1])
    for _ in range(codes.MAX_TRIES):
        client.post(f"{mine(signature)}withdraw/", {"sure": "on", "code": "000000"})
    assert client.post(f"{mine(signature)}withdraw/", {"sure": "on", "code": right}).status_code == 422


def test_a_code_is_good_for_an_hour(confirmed, client, deliver, time_machine):
    signature = confirmed()
    client.post(f"{mine(signature)}change/", {"what": "withdraw"})
    right = code_in(deliver()[-1])
    time_machine.move_to(timezone.now() + timedelta(minutes=61))
    assert client.post(f"{mine(signature)}withdraw/", {"sure": "on", "code": right}).status_code == 422


def test_three_codes_a_day_go_out_whatever_strangers_post(confirmed, client, deliver, post_sign, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    signature = confirmed()
    for _ in range(5):
        post_sign()
        time_machine.shift(timedelta(minutes=2))
    deliver()
    for _ in range(5):
        client.post(f"{mine(signature)}change/", {"what": "copy"})
        time_machine.shift(timedelta(minutes=2))
    deliver()
    assert Mail.objects.filter(kind="change", state="sent").count() == codes.DAILY


def test_who_wants_no_more_mail_still_gets_the_code_they_ask_for(confirmed, own):
    signature = confirmed()
    Suppression.objects.create(address_hash=signature.address_hash)
    own(signature, "withdraw", sure="on")
    signature.refresh_from_db()
    assert signature.status == "withdrawn"


def test_the_copy_holds_what_is_stored_and_no_member_of_the_team(confirmed, listed, own, vetter):
    signature = listed(confirmed(profile_url="https://lantern.example.org/ada"))
    vetting.hide(signature, vetter=vetter, reason="duplicate_person", note="the same as another")
    answer = own(signature, "copy")
    assert "attachment" in answer["Content-Disposition"]
    copy = json.loads(answer.content)
    assert copy["signature"]["address"] == "ada@example.com"
    assert copy["signature"]["profile_url"] == "https://lantern.example.org/ada"
    assert copy["consents"][0]["words"] == wordings.text("publish")
    assert copy["evidence"][0]["account"].startswith("M:")
    assert copy["decisions"][-1]["note"] == "the same as another"
    assert {mail["kind"] for mail in copy["mails"]} >= {"confirm", "receipt", "change"}
    assert "Vera" not in answer.content.decode()
    assert vetter.email not in answer.content.decode()


def test_the_copy_says_what_was_flagged_and_points_at_nobody_else(confirmed, letter, vetter):
    ada, bob, cy = (confirmed(f"{name}@{name}.example.com", name=f"{name} Example") for name in ("ada", "bob", "cy"))
    for one in (ada, bob, cy):
        Origin.objects.create(signature=one, network="192.0.2.0/24", device="one")
    watch.add(letter, watched=["Example Cy"], by=vetter)
    collecting.run()
    kinds = {flag.kind for flag in cy.flags.all()}
    assert {"device", "watch_name"} <= kinds
    flags = own_data.copy(cy)["flags"]
    assert len(flags) == len(kinds)
    assert not any(str(one.pk) in repr(flags) for one in (ada, bob))
    assert "Example Cy" not in repr(flags)
    assert not any(flag["details"] for flag in flags if "watch" in flag["kind"] or "device" in flag["kind"])


def test_a_corrected_line_goes_back_to_the_vetters_without_its_affiliation(confirmed, listed, own):
    signature = listed(confirmed())
    own(signature, "correct", **{**LINE, "former": "", "organisation": "Lamp Works"})
    signature.refresh_from_db()
    assert (signature.status, signature.level, signature.organisation) == ("confirmed", 1, "Lamp Works")
    assert signature.publish
    assert not signature.evidence.filter(claim="affiliation", result=True).exists()


def test_who_hides_is_counted_and_not_named_and_may_come_back(confirmed, listed, own, client, letter, time_machine):
    signature = listed(confirmed())
    own(signature, "hide")
    assert "Ada Example" not in client.get(f"/letters/{letter.slug}/signatories/").content.decode()
    assert letter.signatures.unnamed().count() == 1
    assert "does not want to be named any more" in client.get(f"/letters/{letter.slug}/changes/").content.decode()
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    own(signature, "agree", publish="on")
    assert "Ada Example" in client.get(f"/letters/{letter.slug}/signatories/").content.decode()
    given = [one.given for one in signature.consents.filter(purpose="publish")]
    assert given == [True, False, True]


def test_nobody_is_added_to_a_delivered_letter_by_agreeing_to_be_named(confirmed, listed, own, letter, delivered):
    shy = Signature.objects.get(address="shy@example.com")
    assert own(shy, "agree", publish="on").status_code == 409
    assert not Signature.objects.get(pk=shy.pk).publish


def test_who_hides_after_delivery_is_an_amendment_that_counts_as_leaving(own, delivered):
    own(Signature.objects.get(address="ada@example.com"), "hide")
    from_delivery = delivered.amendments
    assert not from_delivery.exists()  # the clock writes it
    delivering.amend_all()
    assert [one.kind for one in from_delivery.all()] == ["withdrawn"]


@pytest.mark.parametrize("what", ["withdraw", "erase"])
def test_leaving_works_after_delivery(own, delivered, what):
    ada = Signature.objects.get(address="ada@example.com")
    own(ada, what, sure="on")
    ada.refresh_from_db()
    assert (ada.status, ada.name, ada.address) == ("withdrawn", "", "")


def test_erasing_takes_every_letter_of_the_site(confirmed, own, organiser):
    signature = confirmed()
    other = lifecycle.begin(owner=organiser, **{**LETTER, "slug": "another"})
    lifecycle.publish(other, actor=organiser)
    there = other.signatures.create(
        version=other.version,
        address=signature.address,
        address_hash=signature.address_hash,
        name="Ada Example",
        status="confirmed",
        level=1,
    )
    own(signature, "erase", sure="on", no_more_mail="on")
    there.refresh_from_db()
    assert (there.status, there.name, there.address) == ("withdrawn", "", "")
    assert Suppression.objects.filter(address_hash=signature.address_hash).exists()
    assert not Mail.objects.exclude(to="").exists()


def test_where_the_address_is_forgotten_the_owner_types_it_and_leaves(confirmed, listed, client, letter, deliver):
    signature = listed(confirmed())
    lifecycle.close(letter)
    letter.keep_until = letter.opened_at.date()
    letter.save()
    retention.run(only={"letter"}, now=letter.opened_at + timedelta(days=2))
    signature.refresh_from_db()
    assert (signature.address, signature.name, signature.status) == ("", "Ada Example", "listed")
    choice = {"what": "withdraw", "email": "mallory@example.com"}
    assert client.post(f"{mine(signature)}change/", choice).status_code == 422
    client.post(f"{mine(signature)}change/", {**choice, "email": "Ada@Example.com"})
    code = code_in(deliver()[-1])
    client.post(f"{mine(signature)}withdraw/", {"sure": "on", "code": code})
    signature.refresh_from_db()
    assert signature.status == "withdrawn"


def test_the_notice_says_who_is_responsible_and_until_when(client, letter):
    page = client.get(f"/letters/{letter.slug}/privacy/").content.decode()
    for words in (letter.organiser, letter.contact, str(retention.RULES[0].what), wordings.text("contact")):
        assert words in page
    assert f"/letters/{letter.slug}/privacy/" in client.get(f"/letters/{letter.slug}/sign/").content.decode()


def test_the_rate_of_corrections_is_limited(confirmed, own, letter):
    signature = confirmed()
    for _ in range(5):
        limits.take("correct", str(signature.pk), most=5, window=timedelta(days=1))
    assert own(signature, "correct", **{**LINE, "former": ""}).status_code == 409
    assert addresses.keyed_hash(signature.address) == signature.address_hash


@pytest.mark.parametrize(
    ("what", "typed", "said"),
    [
        ("correct", {**LINE, "former": "", "organisation": "Lamp Works"}, "Done: your line is corrected."),
        ("agree", {"contact": "on"}, "Done: what you agreed to is noted."),
        ("hide", {}, "Done: you are not named."),
        ("withdraw", {"sure": "on"}, "Done: your signature is withdrawn."),
        ("erase", {"sure": "on"}, "Done: everything about your mailbox is erased on this site."),
    ],
)
def test_what_was_done_is_said_on_top_of_the_next_page(confirmed, client, own, what, typed, said):
    page = client.get(own(confirmed(), what, **typed)["Location"])
    assert (page.status_code, page.context["notice"]) == (200, said)
    assert said in page.content.decode()
    assert not page.cookies


def test_who_is_not_named_is_told_so_and_that_nothing_is_printed(confirmed, client, own, deliver):
    signature = confirmed(publish=False)
    page = client.get(mine(signature)).content.decode()
    assert "You are counted, and not named" in page
    assert "You chose not to be named, so your name is printed nowhere." in page
    assert "every name before it is printed" not in page
    assert "It is not public yet" not in deliver()[-1].body


def test_a_word_in_the_address_says_nothing_that_is_not_so(confirmed, client):
    signature = confirmed()
    for word in ("hide", "withdraw", "erase", "you+have+won"):
        assert not client.get(f"{mine(signature)}?done={word}").context["notice"]


@pytest.mark.parametrize("first", ["copy", "hide"])
def test_who_asks_again_within_a_minute_is_told_that_the_earlier_code_works(confirmed, client, deliver, first):
    signature = confirmed()
    sent = client.post(f"{mine(signature)}change/", {"what": first})["Location"]
    (mail,) = [one for one in deliver() if "code" in one.subject]
    at = f"{Mail.objects.get(kind='change').sent_at:%H:%M} UTC</time>"
    assert f"{at}." in client.get(sent).content.decode().partition("We sent a code to your mailbox on")[2]
    again = client.post(f"{mine(signature)}change/", {"what": "withdraw"})["Location"]
    assert f"{at} still works." in client.get(again).content.decode()
    client.post(f"{mine(signature)}withdraw/", {"sure": "on", "code": code_in(mail)})
    assert Signature.objects.get().status == "withdrawn"


def test_three_requests_of_other_kinds_keep_nobody_from_leaving_that_day(confirmed, client, own, time_machine):
    time_machine.move_to(timezone.now().replace(hour=9), tick=False)
    signature = confirmed()
    for _ in range(codes.DAILY):
        own(signature, "copy")
        time_machine.shift(timedelta(minutes=70))
    none = client.post(f"{mine(signature)}change/", {"what": "copy"})["Location"]
    assert "No new code is sent just now." in client.get(none).content.decode()
    time_machine.shift(timedelta(minutes=2))
    own(signature, "withdraw", sure="on")
    assert Signature.objects.get().status == "withdrawn"
