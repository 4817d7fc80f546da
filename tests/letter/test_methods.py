"""A reader learns how the names were checked; a team sees how its work goes on."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from petition import tally
from signatories import reasons, tokens, vetting
from signatories.desk import work
from signatories.models import Decision

L = "/letters/keep-the-lights-on/"
WORK = "/desk/keep-the-lights-on/throughput/"


def test_the_methods_page_is_made_from_the_letters_own_rules(client: Client, letter, confirmed, listed):
    listed(confirmed())
    tally.take(letter)
    page = client.get(L + "methods/").content.decode()
    for shown in ("People who work with light.", "Optics, Policy", reasons.POLICY, "2 · Affiliation confirmed"):
        assert shown in page
    assert '<td class="num" data-label="Names">1</td>' in page
    for kind in reasons.FlagKind:
        assert str(kind.label).replace("'", "&#x27;") in page


def test_a_mass_petition_says_so(client: Client, letter):
    assert "mass petition" not in client.get(L + "methods/").content.decode()
    letter.listing = "confirmed"
    letter.save()
    assert "mass petition" in client.get(L + "methods/").content.decode()


def test_the_audit_is_published_with_its_numbers(client: Client, letter, confirmed, listed):
    signature = listed(confirmed())
    letter.draws.create(signature=signature, week="2030-01-07", level=2)
    assert "nobody has answered yet" in client.get(L + "methods/").content.decode()
    client.post(f"/mine/{tokens.make('mine', signature.pk)}/audit/", {"answer": "right"})
    assert "<strong>0 of 1</strong>" in client.get(L + "methods/").content.decode()


def test_the_page_may_be_kept_by_a_shared_cache_and_is_linked(client: Client, letter, confirmed, listed):
    listed(confirmed())
    tally.take(letter)
    answer = client.get(L + "methods/")
    assert "public" in answer["Cache-Control"]
    assert not answer.cookies
    for path in (L, L + "signatories/", L + "coalition/"):
        assert f'href="{L}methods/"' in client.get(path).content.decode()


def test_a_draft_has_no_methods_page(client: Client, draft):
    assert client.get(L + "methods/").status_code == 404


def test_each_name_says_level_kinds_of_evidence_and_date_in_words(client: Client, confirmed, listed, letter):
    signature = listed(confirmed(), level=3)
    page = " ".join(client.get(L + "signatories/").content.decode().split())
    assert "Identity checked" in page
    assert "organisation mailbox and public record, <time" in page
    assert f">{signature.checked_at:%-d %B %Y}</time>" in page


def test_a_hundred_entries_stay_light(client: Client, confirmed, listed, letter):
    listed(confirmed())
    page = client.get(L + "signatories/").content.decode()
    entry = page[page.index('<li class="entry">') : page.index("</li>", page.index('<li class="entry">'))]
    assert len(entry) < 600


def test_the_desk_shows_decisions_by_hour_and_day_and_what_waits(confirmed, listed, vetter, at_desk):
    listed(confirmed())
    vetting.hold(confirmed("b@example.com"), vetter=vetter, reason="needs_second_look")
    page = " ".join(at_desk(vetter).get(WORK).content.decode().split())
    assert '<td class="num" data-label="By hand">2</td>' in page
    assert "<dt>wait for a decision, held ones included</dt><dd>1</dd>" in page


def test_the_median_is_of_the_first_decision_of_each(confirmed, vetter, letter):
    for hours in (1, 2, 30):
        signature = confirmed(f"p{hours}@example.com")
        at = signature.confirmed_at + timedelta(hours=hours)
        for later in (0, 500):
            signature.decisions.create(outcome="hold", reason="x", vetter=vetter, at=at + timedelta(hours=later))
    confirmed("waits@example.com")
    assert work.median_time(letter, since=timezone.now() - timedelta(days=1)) == timedelta(hours=2)


def test_putting_back_is_no_decision_that_clears_anything(confirmed, listed, vetter, letter, at_desk):
    confirmed().decisions.create(outcome=Decision.Outcome.BACK, reason="new_information", vetter=vetter)
    assert work.median_time(letter, since=timezone.now() - timedelta(days=1)) is None
    assert "None." in at_desk(vetter).get(WORK).content.decode()


def test_only_owners_see_who_decided_how_much(confirmed, listed, vetter, organiser, at_desk):
    listed(confirmed())
    assert "By vetter" not in at_desk(vetter).get(WORK).content.decode()
    page = at_desk(organiser).get(WORK).content.decode()
    assert "By vetter" in page
    assert "Vera" in page
