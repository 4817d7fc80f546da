"""People agree to the words that stood beside the box, in the language in which they read them."""

import re

from django.utils import translation

from signatories import privacy, wordings
from signatories.forms.own_data import AgreeForm
from signatories.forms.signers import SignForm
from signatories.models import Proof, Signature
from tests.conftest import LINE, code_in

GERMAN = "2026-11.de"


def labels(form) -> list[str]:
    return [form[purpose].label for purpose in wordings.PURPOSES]


def in_words(version: str) -> list[str]:
    return [wordings.box(purpose, version)[0] for purpose in wordings.PURPOSES]


def test_the_boxes_stand_in_the_language_of_the_reader(letter):
    with translation.override("de"):
        form = SignForm(letter)
    assert labels(form) == in_words(GERMAN)
    assert re.search(r'name="wording" value="2026-11.de"', str(form["wording"]))


def test_who_reads_a_language_without_a_wording_reads_the_english_one(letter):
    with translation.override("nl"):
        assert labels(SignForm(letter)) == in_words(wordings.CURRENT)


def test_what_was_ticked_in_one_language_keeps_its_words_when_the_page_comes_back_in_another(letter):
    with translation.override("fr"):
        form = SignForm(letter, {"publish": "on", "wording": GERMAN})
    assert not form.is_valid()
    assert labels(form) == in_words(GERMAN)


def test_who_agrees_in_german_has_agreed_to_the_german_words(letter, client, deliver):
    line = {name: value for name, value in LINE.items() if not isinstance(value, bool)}
    asked = {**line, "email": "b@example.com", "contact": "on", "wording": GERMAN}
    sent = client.post(f"/letters/{letter.slug}/sign/", asked)
    client.post(sent["Location"], {"code": code_in(deliver()[-1])})
    (one,) = Signature.objects.get(address="b@example.com").consents.all()
    assert (one.wording, one.sha256) == (GERMAN, wordings.fingerprint("contact", GERMAN))
    assert one.text == wordings.text("contact", GERMAN)


def test_a_consent_that_is_given_later_in_german_is_kept_with_the_german_words(confirmed):
    signature = confirmed(contact=False)
    with translation.override("de"):
        form = AgreeForm(signature)
    assert form.fields["contact"].label == wordings.box("contact", GERMAN)[0]
    privacy.agree(signature, purpose="contact", given=True, wording=form.initial["wording"])
    assert signature.consents.last().wording == GERMAN


def test_what_is_said_of_a_proof_is_put_together_when_it_is_read():
    kept = Proof(message="x.example.org broke off.", said=[["%(host)s broke off.", {"host": "x.example.org"}]])
    assert kept.says == kept.message
    assert Proof(message="Kept as one.").says == "Kept as one."
