"""A reader signs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from petition import lifecycle
from petition.models import Letter
from signatories import privacy, retention, tokens
from signatories.models import Mail, Signature
from tests.conftest import LINE, code_in, owed_kinds


def test_signing_makes_a_pending_signature_and_owes_one_mail(post_sign, letter: Letter):
    answer = post_sign()
    assert answer.status_code == 303
    signature = letter.signatures.get()
    assert (signature.status, signature.name, signature.version.number) == ("pending", "Ada Example", 1)
    assert owed_kinds(signature) == ["confirm"]


def test_the_same_mailbox_in_another_spelling_is_the_same_signature(post_sign, letter: Letter):
    for spelling in ("ada.example@gmail.com", "Ada.Example+news@GMAIL.com", "adaexample@googlemail.com"):
        post_sign(spelling)
    assert letter.signatures.get().address == "adaexample@gmail.com"


def test_every_address_gets_the_same_answer(post_sign, confirmed, client: Client):
    withdrawn = confirmed("gone@example.com")
    privacy.withdraw(withdrawn)
    confirmed("known@example.com")
    post_sign("pending@example.com")
    places = []
    for email in ("new@example.com", "pending@example.com", "known@example.com", "gone@example.com"):
        answer = post_sign(email)
        places.append((answer.status_code, len(answer["Location"]), dict(answer.cookies)))
        page = client.get(answer["Location"])
        places[-1] += (page.status_code, page.content.replace(answer["Location"].partition("t=")[2].encode(), b""))
    assert len({str(place) for place in places}) == 1


def test_somebody_who_signed_already_is_told_by_mail_only(post_sign, confirmed, deliver):
    confirmed()
    deliver().clear()
    post_sign()
    assert [message.subject for message in deliver()] == ["You have signed Keep the lights on already"]


def test_somebody_who_withdrew_is_told_by_mail_and_nothing_comes_back(post_sign, confirmed, deliver, letter: Letter):
    privacy.withdraw(confirmed())
    deliver().clear()
    post_sign()
    (message,) = deliver()
    assert message.to == ["ada@example.com"]
    assert "withdrawn earlier" in message.body
    assert letter.signatures.get().name == ""


def test_another_wording_for_the_same_mailbox_is_confirmed_by_its_own_mail_only(post_sign, deliver, client: Client):
    post_sign(name="Mickey Example")
    answer = post_sign(name="Ada Example")
    first, second = deliver()
    assert ("Mickey Example" in first.body, "Ada Example" in second.body) == (True, True)
    client.post(answer["Location"], {"code": code_in(second)})
    assert Signature.objects.get().name == "Ada Example"


def test_a_stranger_cannot_rewrite_what_the_owner_of_the_mailbox_confirms(post_sign, deliver, client: Client):
    mine = post_sign(name="Ada Example")
    (message,) = deliver()
    post_sign(name="Rewritten by Mallory")
    client.post(mine["Location"], {"code": code_in(message)})
    assert Signature.objects.get().name == "Ada Example"


def test_whoever_signs_on_behalf_names_the_organisation_and_belongs_to_it(post_sign):
    page = post_sign(capacity="behalf", organisation="", former=True).content.decode()
    assert "on behalf of which organisation" in page
    assert "that they have left" in page
    assert post_sign(capacity="behalf").status_code == 303


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "required"),
        ("name", "x" * 121, "at most 120"),
        ("name", "Ada\u202eelpmaxE", "reading direction"),
        ("name", "Ada\u2064Example", "U+2064"),
        ("name", "Ada\x00Example", "U+0000"),
        ("name", "\u0301\u0301", "visible characters"),
        ("email", "ada", "not an address"),
        ("email", "ada@localhost", "not an address"),
        ("email", "ada@[127.0.0.1]", "not an address"),
        ("email", "ada@exam\u2064ple.com", "invisible"),
        ("email", "ada@ｅxample.com", "plain form"),
        ("email", "ada@mailinator.com", "thrown away"),
        ("discipline", "alchemy", "valid choice"),
        ("country", "ZZ", "valid choice"),
        ("capacity", "emperor", "valid choice"),
        ("profile_url", "javascript:alert(1)", "valid URL"),
        ("profile_url", "ftp://example.org/x", "https"),
        ("version", "9", "text has changed"),
    ],
)
def test_bad_input_is_explained_beside_its_field_and_nothing_typed_is_lost(post_sign, field, value, said):
    answer = post_sign(**{"role": "Keeper of the flame", field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert "Keeper of the flame" in page
    assert not Signature.objects.exists()
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    "name", ["李雷 (Li Lei)", "Ömer Çağlar", "محمد مثال", "María José de la Ñ", "Þóra", "O’Dravery", "X"]
)
def test_names_of_any_script_are_kept_as_typed(post_sign, letter: Letter, name: str):
    post_sign(name=name)
    assert letter.signatures.get().name == name


def test_html_in_a_field_is_shown_as_text(post_sign, confirmed, client: Client, letter: Letter):
    page = post_sign(name="<b>Ada</b>", email="nothing").content.decode()
    assert "&lt;b&gt;Ada&lt;/b&gt;" in page
    assert "<b>Ada" not in page


@pytest.mark.parametrize("step", [lifecycle.pause, lifecycle.close])
def test_a_letter_that_is_not_open_says_so_at_the_form_and_at_the_post(post_sign, client: Client, letter, step):
    step(letter)
    assert "takes no signatures" in client.get(f"/letters/{letter.slug}/sign/").content.decode()
    assert post_sign().status_code == 409
    assert not Signature.objects.exists()


def test_a_letter_past_its_closing_time_takes_no_signatures(post_sign, letter: Letter):
    Letter.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    assert post_sign().status_code == 409


def test_a_draft_cannot_be_read_or_signed(client: Client, draft: Letter):
    assert client.get(f"/letters/{draft.slug}/").status_code == 404
    assert client.post(f"/letters/{draft.slug}/sign/", LINE).status_code == 404


def test_an_oversized_body_is_refused(client: Client, letter: Letter):
    answer = client.post(f"/letters/{letter.slug}/sign/", {"name": "x" * 1_100_000})
    assert answer.status_code == 413


def test_signing_costs_a_fixed_number_of_queries(post_sign, letter, django_assert_num_queries):
    with django_assert_num_queries(9 + (connection.vendor == "postgresql")):  # which locks the mailbox
        post_sign()


def test_an_unconfirmed_signature_is_forgotten_after_seven_days_and_can_be_signed_again(
    post_sign, letter, deliver, client
):
    post_sign()
    assert retention.run(only={"unconfirmed"}, now=timezone.now() + timedelta(days=8)) == {"unconfirmed": 1}
    forgotten = letter.signatures.get()
    assert (forgotten.status, forgotten.name, forgotten.address) == ("expired", "", "")
    tab = post_sign(name="Ada Again")["Location"]
    assert letter.signatures.get().name == ""
    message = deliver()[-1]
    assert "Ada Again" in message.body
    assert letter.signatures.get().name == "Ada Again"
    client.post(tab, {"code": code_in(message)})
    assert letter.signatures.get().status == "confirmed"


def test_tokens_are_of_one_length_and_for_one_purpose(post_sign, letter: Letter):
    identifier = letter.pk and Signature(letter=letter).pk
    assert len(tokens.make("tab", identifier)) == len(tokens.make("mine", identifier)) == 59
    with pytest.raises(tokens.Invalid):
        tokens.read("mine", tokens.make("tab", identifier))


def test_a_changed_key_still_reads_old_tokens_and_codes_while_it_is_a_fallback(settings):
    identifier = Signature().pk
    settings.SECRET_KEY = "old" * 20
    token, code = tokens.make("confirm", identifier), tokens.code(identifier)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new" * 20, ["old" * 20]
    assert tokens.read("confirm", token) == identifier
    assert tokens.is_code(identifier, code)
    settings.SECRET_KEY_FALLBACKS = []
    assert not tokens.is_code(identifier, code)
