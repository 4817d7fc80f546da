"""What was checked and decided about one line does not stand for another one that its owner types afterwards."""

from datetime import timedelta

import pytest
from django.utils import timezone

from petition.models import Letter
from petition.switching import switch
from signatories import batches, collecting, privacy, proving, tokens, vetting, vouching, workmail
from signatories.evidence import web
from signatories.models import Mail, Signature
from signatories.vetting import waiting
from tests.conftest import LINE, finish_batches, known_organisation, support
from tests.network import answer
from tests.vetting.test_vetting_switches import paused as paused


def retype(signature: Signature, **fields: object) -> Signature:
    """Correct the line on the own page; return the signature as it is then."""
    typed = {**LINE, "organisation": "", **fields}
    privacy.correct(signature, typed={name: typed[name] for name in privacy.LINE_ONLY})
    return Signature.objects.select_related("letter").get(pk=signature.pk)


@pytest.fixture
def gardener(confirmed, vetter) -> Signature:
    return support(confirmed(organisation="", role="Gardener"), "FO", by=vetter)


def list_at_3(signature: Signature, vetter) -> None:
    looked = [flag.pk for flag in signature.flags.all()]
    vetting.list_(signature, vetter=vetter, level=3, reason="public_record", looked=looked)


def test_a_decision_that_waits_for_publishing_is_void_under_another_line(paused, gardener, vetter, organiser):
    gardener = Signature.objects.select_related("letter").get(pk=gardener.pk)
    list_at_3(gardener, vetter)
    retype(gardener, role="President of the United States", capacity="behalf")
    switch(paused, "publishing", on=True, actor=organiser)
    vetting.go_on()
    gardener.refresh_from_db()
    assert (gardener.status, gardener.ready_at, gardener.level) == ("confirmed", None, 1)


def test_two_people_decide_about_the_same_line(gardener, vetter, second):
    gardener.flags.create(kind="watch_name")
    list_at_3(gardener, vetter)
    assert vetting.proposal(gardener)
    gardener = retype(gardener, role="Prime Minister")
    assert vetting.proposal(gardener) is None
    list_at_3(gardener, second)
    gardener.refresh_from_db()
    assert (gardener.status, gardener.decisions.last().outcome) == ("held", "propose")


def test_a_batch_lists_nobody_under_another_line_than_was_chosen(gardener, begin):
    batch = begin("list", work=False, level=3, choice={"pk": [str(gardener.pk)], "as_of": timezone.now().isoformat()})
    gardener = retype(gardener, role="Prime Minister")
    finish_batches()
    gardener.refresh_from_db()
    assert gardener.status == "confirmed"
    assert batch.items.get().problem == "Somebody moved it in the meantime."


def test_what_was_found_while_the_line_was_changed_is_looked_for_again(confirmed, site):
    signature = confirmed()
    site.pages["/ada"] = answer(f'<a rel="me" href="{web.receipt_url(signature)}">I signed</a>')
    proof = proving.offer(signature, kind="page", value=site.url("/ada"))
    (leased,) = proving._lease(1)  # a task asks for the page, which may be as slow as its owner wants
    retype(signature, name="Somebody Else")
    proving._check(leased)
    proof.refresh_from_db()
    assert (proof.state, signature.evidence.count()) == ("waiting", 0)
    assert proof.check_after <= timezone.now()


def test_after_a_corrected_typo_a_page_is_looked_at_again(confirmed, site, time_machine):
    signature = confirmed(name="Ada Exmaple")
    site.pages["/ada"] = answer(f'<a rel="me" href="{web.receipt_url(signature)}">I signed</a>')
    proof = proving.offer(signature, kind="page", value=site.url("/ada"))
    proving.check_due()
    signature = retype(signature, name="Ada Example")
    proof.refresh_from_db()
    assert (proof.state, proof.message, signature.evidence.get().result) == ("waiting", "", False)
    time_machine.move_to(timezone.now() + timedelta(seconds=3))
    proving.check_due()
    assert signature.evidence.get().result


def test_a_vouch_is_for_the_name_that_was_shown_and_can_be_given_for_the_next(confirmed, listed, support_and_list):
    voucher, colleague = (
        support_and_list(confirmed("ada@example.com")),
        confirmed("bob@example.com", name="Bob Builder"),
    )
    code = vouching.code_for(colleague).code
    vouching.vouch(voucher, code=code, line=vouching.seen(vouching.find(voucher, code=code)))
    colleague = retype(colleague, name="Bob Baker")
    vouching.renew()
    assert not colleague.evidence.filter(result=True).exists()
    vouching.vouch(voucher, code=code, line=vouching.seen(vouching.find(voucher, code=code)))
    assert colleague.evidence.get(family="V").result


@pytest.fixture
def support_and_list(vetter):
    def do(signature: Signature) -> Signature:
        support(signature, "MP", by=vetter)
        list_at_3(signature, vetter)
        return Signature.objects.select_related("letter").get(pk=signature.pk)

    return do


def test_another_country_is_another_claim(confirmed, support_and_list):
    ada = support_and_list(confirmed(country="RU"))
    ada = retype(ada, organisation=ada.organisation, country="US")
    assert (ada.status, ada.level, ada.events.last().reason) == ("confirmed", 1, "corrected_line")


def test_what_an_undo_would_name_waits_while_publishing_is_paused(
    letter: Letter, several, listed, begin, vetter, organiser
):
    for one in several():
        listed(one)
    batch = begin("invalidate")
    switch(letter, "publishing", on=False, actor=organiser)
    batches.undo(batch, by=vetter)
    batches.go_on()
    batch.refresh_from_db()
    assert (batch.state, letter.signatures.listed().count()) == ("undoing", 0)
    switch(letter, "publishing", on=True, actor=organiser)
    finish_batches()
    assert letter.signatures.listed().count() == 3


def test_who_proposed_a_name_meets_it_again_under_another_line(letter: Letter, gardener, vetter):
    gardener.flags.create(kind="watch_name")
    list_at_3(gardener, vetter)
    mine = waiting.mine(vetter, letter.signatures.all())
    assert not mine.exists()
    retype(gardener, role="Prime Minister")
    assert mine.get() == gardener


def test_whether_one_is_named_is_no_other_line(gardener, vetter):
    gardener.flags.create(kind="watch_name")
    list_at_3(gardener, vetter)
    privacy.be_named(gardener, publish=False)
    assert vetting.proposal(gardener)


def test_a_void_decision_is_not_taken_up_by_the_letter_s_rule(letter, confirmed, vetter, organiser):
    Letter.objects.update(listing="confirmed", publishing=False)
    ada = support(confirmed(organisation="", role="Gardener"), "FO", by=vetter)
    collecting.run()
    list_at_3(fresh(ada), vetter)
    retype(fresh(ada), role="President of the United States", capacity="behalf")
    collecting.run()  # the rule makes the new line ready, at level 1
    switch(Letter.objects.get(), "publishing", on=True, actor=organiser)
    vetting.go_on()
    assert (fresh(ada).status, fresh(ada).level) == ("listed", 1)


def test_a_line_corrected_between_preview_and_start_is_not_listed(confirmed, vetter, begin):
    ada = support(confirmed(organisation="", role="Gardener"), "FO", by=vetter)
    seen = timezone.now().isoformat()  # as the preview says
    retype(ada, role="Prime Minister")
    batch = begin("list", level=3, choice={"pk": [str(ada.pk)], "as_of": seen})
    assert fresh(ada).status == "confirmed"
    assert batch.items.get().problem == "Somebody moved it in the meantime."


def test_a_work_mailbox_supports_the_line_that_stands_when_it_is_proven(confirmed):
    known_organisation("Lantern Works", "lantern.example.org")
    read = fresh(confirmed(organisation="Lantern Works"))  # as the request with the code has read it
    workmail.ask(read, address="ada@lantern.example.org")
    Mail.objects.filter(kind="mailbox").update(times_sent=1)
    retype(fresh(read), organisation="Ministry of Defence")  # meanwhile, in another tab
    workmail.confirm(read, code=tokens.code(Mail.objects.get(kind="mailbox").pk))
    collecting.run()
    assert not read.evidence.filter(claim="affiliation", result=True).exists()


def fresh(signature: Signature) -> Signature:
    return Signature.objects.select_related("letter", "version").get(pk=signature.pk)
