"""A letter is read in several languages and signed in one."""

import pytest

from petition import versions
from petition.moves import NotAllowed

WORDS = {"title": "أبقوا الأنوار مضاءة", "ask": "نرجو إبقاء الأنوار.", "body": "نطلب *الضوء*."}


def translate(client, letter, language="ar", **fields):
    return client.post(f"/desk/{letter.slug}/versions/1/in/{language}/", {**WORDS, "reviewer": "", **fields})


def test_readers_choose_a_language_and_see_which_text_counts(letter, organiser, at_desk, client):
    translate(at_desk(organiser), letter)
    page = client.get(f"/letters/{letter.slug}/in/ar/").content.decode()
    assert 'lang="ar" dir="rtl"><p>نطلب' in page
    assert "<em>الضوء</em>" in page
    assert "nobody has reviewed yet" in page
    assert "authoritative text" in page
    assert "العربية" in client.get(f"/letters/{letter.slug}/").content.decode()


def test_a_review_is_named_and_ends_when_the_words_change(letter, organiser, at_desk, client):
    desk = at_desk(organiser)
    translate(desk, letter, reviewer="Rana Reviewer")
    assert "reviewed by Rana Reviewer" in client.get(f"/letters/{letter.slug}/in/ar/").content.decode()
    translate(desk, letter, body="نطلب الظلام.")
    assert "nobody has reviewed yet" in client.get(f"/letters/{letter.slug}/in/ar/").content.decode()


def test_signing_from_a_translation_binds_to_the_authoritative_text(letter, organiser, at_desk, client, post_sign):
    translate(at_desk(organiser), letter)
    assert 'name="language" value="ar"' in client.get(f"/letters/{letter.slug}/in/ar/").content.decode()
    post_sign(language="ar")
    signature = letter.signatures.get()
    assert (signature.language, signature.version.sha256) == ("ar", letter.version.sha256)


@pytest.mark.parametrize("language", ["", "xx", "de", "<b>", "ar\0"])
def test_a_language_that_nobody_could_read_is_not_recorded(letter, post_sign, language):
    post_sign(language=language)
    assert {one.language for one in letter.signatures.all()} <= {"en"}


@pytest.mark.parametrize("language", ["en", "xx", "klingon"])
def test_only_real_other_languages_are_translated_into(letter, organiser, at_desk, client, language):
    assert translate(at_desk(organiser), letter, language).status_code == 404
    assert client.get(f"/letters/{letter.slug}/in/{language}/").status_code == 404


def test_a_draft_is_not_translated(draft, organiser):
    with pytest.raises(NotAllowed):
        versions.translate(draft.versions.get(), language="de", by=organiser, **WORDS)
