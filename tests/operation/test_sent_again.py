"""An answer is lost and the request is sent again: it is the same signature and the same tab."""

import re

import pytest
from django.test import Client

from petition import idempotency
from petition.models import Answered
from signatories.models import Mail, Signature
from tests.conftest import LINE

FIELDS = {name: "on" if value is True else value for name, value in LINE.items() if value is not False}
KEY = {"Idempotency-Key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}


@pytest.fixture
def sign(client: Client, letter):
    def post(key: dict[str, str] | None = None, **fields: str):
        data = {**FIELDS, "email": "ada@example.com", **fields}
        return client.post(f"/letters/{letter.slug}/sign/", data, headers=key or {})

    return post


def test_the_same_key_is_the_same_signature_and_the_same_tab(sign):
    first, again = sign(KEY), sign(KEY)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first["Location"] == again["Location"]
    assert Signature.objects.count() == Mail.objects.count() == 1


def test_a_key_used_for_something_else_is_refused_and_nothing_is_done(sign):
    sign(KEY)
    answer = sign(KEY, email="zoe@example.com")
    assert answer.status_code == 422
    assert "Location" not in answer
    assert Signature.objects.count() == 1


def test_whoever_corrects_what_was_wrong_uses_the_key_again(sign):
    assert sign(KEY, email="nonsense").status_code == 422
    assert not Answered.objects.exists()
    assert sign(KEY).status_code == 303


def test_a_key_is_good_for_a_day(sign, time_machine):
    time_machine.move_to("2026-06-16T18:00:00Z")
    sign(KEY)
    time_machine.move_to("2026-06-17T18:00:01Z")
    assert sign(KEY, email="zoe@example.com").status_code == 303
    time_machine.move_to("2026-06-19T18:00:00Z")
    assert idempotency.forget() == 1


def test_a_key_opens_nothing_at_another_address(sign, client, organiser, letter):
    sign(KEY)
    assert client.post(f"/letters/{letter.slug}/report/", {}, headers=KEY).status_code != 303
    assert client.get(f"/letters/{letter.slug}/sign/", headers=KEY).status_code == 200


@pytest.mark.parametrize("key", ["", " ", '""', "ä", "x" * 300, '"a', 'a"b', "a b", "\x7f"])
def test_a_key_that_is_none_is_refused(sign, key: str):
    assert sign({"Idempotency-Key": key}).status_code == 400
    assert not Signature.objects.exists()


def test_what_is_kept_tells_nothing(sign):
    answer = sign(KEY)
    (row,) = Answered.objects.values_list("key", "body", "sealed")
    assert not [text for text in ("ada@", "8e03978e", answer["Location"].split("t=")[-1]) if text in "".join(row)]


def test_the_form_has_a_key_of_its_own_and_going_back_to_correct_a_name_is_another_request(sign, client, letter):
    page = client.get(f"/letters/{letter.slug}/sign/").content.decode()
    (key,) = re.findall(r'name="key" value="([^"]+)"', page)
    assert key not in client.get(f"/letters/{letter.slug}/sign/").content.decode()
    ada, zoe = ({**FIELDS, "email": f"{name}@example.com", "key": key} for name in ("ada", "zoe"))
    first, again, other = (client.post(f"/letters/{letter.slug}/sign/", sent) for sent in (ada, ada, zoe))
    assert first["Location"] == again["Location"] != other["Location"]
    assert Signature.objects.count() == 2


def test_the_form_on_the_letter_s_page_is_the_same_for_everybody(client, letter):
    page = f"/letters/{letter.slug}/"
    assert client.get(page).content == client.get(page).content


def test_without_any_key_the_same_form_sent_twice_is_one_signature(sign):
    assert sign().status_code == sign().status_code == 303
    assert Signature.objects.count() == Mail.objects.count() == 1


@pytest.mark.parametrize(("kept", "answered"), [(True, 303), (False, 422)])
def test_after_a_change_of_the_site_s_key_an_answer_is_read_until_the_old_one_goes(sign, settings, kept, answered):
    first = sign(KEY)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if kept else []
    settings.SECRET_KEY = "the key that came after it, quite another 9876543210"
    again = sign(KEY)
    assert again.status_code == answered
    assert again.headers.get("Location") == (first["Location"] if kept else None)
    assert Mail.objects.count() == 1
