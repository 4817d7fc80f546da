"""A text is published while somebody still writes it."""

from functools import partial

import pytest
from django.test import Client

from petition import lifecycle, news, text
from petition.models import Letter, Update, User, Version
from petition.moves import NotAllowed
from tests.conftest import LETTER
from tests.test_publishing import FORM

ROUNDS = 10


def agrees_with_its_page(version: Version) -> bool:
    """Whether what was frozen and hashed is what readers are shown as the letter."""
    letter = version.letter
    shown = text.letter_text(title=letter.title, addressees=letter.addressees, ask=letter.ask, body=version.body)
    return version.text == shown and version.sha256 == text.sha256(shown)


@pytest.fixture
def drafts(organiser: User) -> list[Letter]:
    return [lifecycle.begin(owner=organiser, **{**LETTER, "slug": f"letter-{number}"}) for number in range(ROUNDS)]


@pytest.fixture
def desk(organiser: User, at_desk) -> list[Client]:
    """The organiser's two windows."""
    return [at_desk(organiser) for _ in range(2)]


def test_saving_the_draft_while_it_is_published_ends_in_one_wording_and_no_error(drafts, desk, at_once):
    for draft in drafts:
        save = partial(desk[0].post, f"/desk/{draft.slug}/edit/", FORM)
        publish = partial(desk[1].post, f"/desk/{draft.slug}/publish/", {"sure": "on"})
        saved, published = at_once([save, publish])
        assert saved.status_code in {303, 409}
        assert published.status_code == 303
        version = Version.objects.get(letter=draft)
        assert version.letter.status == "open"
        assert (version.letter.title == FORM["title"]) == (saved.status_code == 303)
        assert agrees_with_its_page(version)


def test_publishing_from_a_page_opened_before_the_last_change_freezes_the_last_change(draft: Letter, organiser: User):
    seen_before = Letter.objects.get(pk=draft.pk)
    fields = {name: value for name, value in LETTER.items() if name != "slug"}
    lifecycle.edit(draft, **{**fields, "title": "Keep all lights on", "ask": "Please keep them all on."})
    lifecycle.publish(seen_before, actor=organiser)
    assert "Keep all lights on" in draft.versions.get().text
    assert agrees_with_its_page(Version.objects.get(letter=draft))


def test_two_windows_that_save_at_once_keep_one_of_them_whole(draft: Letter, desk, at_once):
    forms = [{**FORM, "title": word, "body": f"{word}.", "milestones": n} for word, n in (("One", "7"), ("Two", "8"))]
    posts = [partial(client.post, f"/desk/{draft.slug}/edit/", form) for client, form in zip(desk, forms, strict=True)]
    assert [answer.status_code for answer in at_once(posts)] == [303, 303]
    letter = Letter.objects.get(pk=draft.pk)
    assert letter.draft.body == f"{letter.title}."
    assert [str(one) for one in letter.milestones.all()] == [{"One": "7", "Two": "8"}[letter.title]]


def test_two_windows_that_begin_the_same_letter_make_one(desk, at_once):
    answers = at_once([partial(client.post, "/desk/new/", FORM) for client in desk])
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    assert Letter.objects.get().members.count() == 1


def test_news_that_is_thrown_away_while_it_is_published_is_one_or_the_other(letter: Letter, organiser: User, at_once):
    for number in range(ROUNDS):
        update = news.write(letter, title=f"News {number}", body="Words", by=organiser)
        done = at_once([partial(_tried, news.publish, update), partial(_tried, news.discard, update)])
        assert sorted(done) == [False, True]
        assert Update.objects.filter(pk=update.pk, published_at__isnull=False).exists() == done[0]


def _tried(act, update: Update) -> bool:
    """Whether it was done; what is refused or gone was not."""
    try:
        act(Update.objects.get(pk=update.pk))
    except (NotAllowed, Update.DoesNotExist):
        return False
    return True
