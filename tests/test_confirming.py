"""The owner of a mailbox confirms, or says that it was somebody else."""

import html
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from petition import lifecycle
from petition.models import Letter
from signatories import collecting, privacy, signing, tokens
from signatories.models import Mail, Signatory, Signature, Suppression
from tests.conftest import LETTER, code_in, link_in, owed_kinds


@pytest.fixture
def signed(post_sign, deliver):
    """Where the tab of signing is, and the mail that came."""
    answer = post_sign()
    (message,) = deliver()
    return answer["Location"], message


def test_the_code_in_the_same_tab_confirms_and_leads_to_the_status_page(signed, client: Client):
    tab, message = signed
    answer = client.post(tab, {"code": code_in(message)}, follow=True)
    assert "Confirmed, not public yet" in answer.content.decode()
    signature = Signature.objects.get()
    assert (signature.status, signature.level) == ("confirmed", 1)
    assert owed_kinds(signature) == ["confirm", "receipt"]


def test_confirming_costs_a_fixed_number_of_queries(signed, client: Client, django_assert_num_queries):
    tab, message = signed
    with django_assert_num_queries(15):  # two of them savepoints, or the transaction where a test is none
        client.post(tab, {"code": code_in(message)})


def test_spaces_in_the_code_and_digits_of_another_script_do_not_matter(signed, client: Client):
    tab, message = signed
    arabic = code_in(message).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    client.post(tab, {"code": f" {arabic[:3]} {arabic[3:]} "})
    assert Signature.objects.get().status == "confirmed"


def test_a_wrong_code_is_refused_and_five_of_them_close_the_tab_but_not_the_link(signed, client: Client):
    tab, message = signed
    wrong = f"{(int(code_in(message)) + 1) % 1_000_000:06d}"
    answers = [client.post(tab, {"code": wrong}) for _ in range(signing.MAX_TAB_TRIES)]
    answers.append(client.post(tab, {"code": code_in(message)}))
    assert {answer.status_code for answer in answers} == {422}
    closed = ["takes no more codes" in answer.content.decode() for answer in answers]
    assert closed == [False] * (signing.MAX_TAB_TRIES - 1) + [True] * 2
    assert 'name="code"' not in answers[-1].content.decode()
    assert Signature.objects.get().status == "pending"
    client.post(link_in(message, "confirm"), {"code": code_in(message), "agree": "on"})
    assert Signature.objects.get().status == "confirmed"


def test_opening_the_link_changes_nothing_and_shows_what_would_be_signed(signed, client: Client):
    _, message = signed
    page = client.get(link_in(message, "confirm")).content.decode()
    client.head(link_in(message, "confirm"))
    for shown in ("Keep the lights on", "The Minister", "Please keep the lights on.", "Lamplighter, Lantern Works"):
        assert shown in page
    assert code_in(message) not in page
    assert Signature.objects.get().status == "pending"


@pytest.mark.parametrize("sent", [{}, {"agree": "on"}, {"code": "right"}])
def test_the_link_wants_both_the_code_and_the_tick(signed, client: Client, sent):
    _, message = signed
    data = {name: code_in(message) if name == "code" else value for name, value in sent.items()}
    assert client.post(link_in(message, "confirm"), data).status_code == 422
    assert Signature.objects.get().status == "pending"


def test_a_mail_scanner_that_opens_every_link_and_submits_every_form_changes_nothing(signed, client: Client):
    _, message = signed
    for kind in ("confirm", "mine"):
        path = link_in(message, kind)
        for address in (path, path + "withdraw/", path + "change/", path + "not-me/", path + "answer/"):
            client.get(address)
            client.head(address)
            client.post(address, {"code": "", "answer": ""})
    assert Signature.objects.get().status == "pending"
    assert not Signature.objects.get().events.exists()


def test_confirming_again_is_harmless(signed, client: Client):
    tab, message = signed
    for _ in range(3):
        assert client.post(tab, {"code": code_in(message)}).status_code == 303
    assert "Already confirmed" in client.get(link_in(message, "confirm")).content.decode()
    assert Signature.objects.get().events.count() == 1
    assert Mail.objects.filter(kind="receipt").count() == 1


def test_a_pending_signer_may_confirm_while_the_letter_is_paused_or_closed(signed, client: Client, letter: Letter):
    tab, message = signed
    lifecycle.close(letter)
    client.post(tab, {"code": code_in(message)})
    assert Signature.objects.get().status == "confirmed"


def test_the_profile_is_written_only_after_the_mailbox_is_proven(signed, client: Client):
    tab, message = signed
    assert not Signatory.objects.exists()
    client.post(tab, {"code": code_in(message)})
    assert Signatory.objects.get().name == "Ada Example"


def test_the_mail_comes_again_with_the_same_code_but_not_within_a_minute_or_more_than_three_times(
    signed, client: Client, deliver, time_machine
):
    tab, message = signed
    time_machine.move_to(datetime.now(UTC), tick=True)
    again = html.unescape(re.search(r'action="([^"]+)"><button class="quiet"', client.get(tab).content.decode())[1])
    answers = [client.post(again)]
    assert len(deliver()) == 1
    for _ in range(4):
        time_machine.shift(timedelta(minutes=2))
        answers.append(client.post(again))
        deliver()
    assert len({(answer.status_code, answer["Location"]) for answer in answers}) == 1
    assert [code_in(one) for one in deliver()] == [code_in(message)] * 3


def test_not_me_forgets_an_unconfirmed_signature_and_can_stop_all_mail(signed, client: Client, post_sign, deliver):
    _, message = signed
    client.post(link_in(message, "mine") + "not-me/", {"sure": "on", "no_more_mail": "on"})
    signature = Signature.objects.get()
    assert (signature.status, signature.name, signature.address) == ("expired", "", "")
    assert Suppression.objects.count() == 1
    deliver().clear()
    assert post_sign().status_code == 303
    assert deliver() == []


def test_not_me_on_a_listed_signature_hides_it_at_once(confirmed, vetter, deliver, client: Client, listed):
    signature = listed(confirmed())
    client.post(f"/mine/{tokens.make('mine', signature.pk)}/not-me/", {"sure": "on"})
    signature.refresh_from_db()
    assert (signature.status, signature.events.last().reason) == ("hidden", "not_me")


def test_a_link_whose_signature_was_forgotten_says_what_to_do_next(signed, client: Client):
    _, message = signed
    privacy.disown(Signature.objects.get())
    answer = client.get(link_in(message, "confirm"))
    assert answer.status_code == 410
    assert "sign again" in answer.content.decode().lower()


@pytest.mark.parametrize(
    "path", ["/confirm/{}/", "/mine/{}/", "/invitation/{}/", "/letters/keep-the-lights-on/sent/?t={}"]
)
@pytest.mark.parametrize("token", ["x", "A" * 59, "é", "%F4%90", "../../etc"])
def test_an_unknown_token_is_a_404_page(client: Client, letter: Letter, path: str, token: str):
    answer = client.get(path.format(token))
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_the_tab_of_one_letter_opens_nothing_at_another(signed, client: Client, letter: Letter, organiser):
    tab, message = signed
    other = lifecycle.begin(owner=organiser, **{**LETTER, "slug": "another"})
    lifecycle.publish(other)
    elsewhere = tab.replace(letter.slug, other.slug)
    assert client.get(elsewhere).status_code == 404
    assert client.post(elsewhere, {"code": code_in(message)}).status_code == 404
    assert client.post(elsewhere.replace("/sent/", "/sent/again/")).status_code == 404
    assert Signature.objects.get().status == "pending"


def test_a_token_for_a_row_that_never_was_is_a_page_that_helps(client: Client, letter: Letter):
    nobody = uuid.uuid4()
    assert client.get(f"/confirm/{tokens.make('confirm', nobody)}/").status_code == 410
    assert client.get(f"/mine/{tokens.make('mine', nobody)}/").status_code == 404
    tab = f"/letters/{letter.slug}/sent/?t={tokens.make('tab', nobody, at=letter.slug)}"
    assert client.post(tab, {"code": "123456"}).status_code == 422


def test_a_mass_petition_lists_whoever_confirms_once_they_were_looked_at(post_sign, deliver, client, letter: Letter):
    Letter.objects.update(listing="confirmed")
    answer = post_sign()
    client.post(answer["Location"], {"code": code_in(deliver()[0])})
    assert [one.status for one in letter.signatures.all()] == ["confirmed"]
    Mail.objects.update(sent_at=timezone.now() - timedelta(minutes=1))  # typing six digits takes a person longer
    assert collecting.run() == 1
    assert [(one.status, one.level) for one in letter.signatures.listed()] == [("listed", 1)]
