"""Several people write one draft: it is saved as they go, and nobody overwrites anybody."""

import re

import pytest

from petition import news, versions
from petition.forms import AddresseesField
from petition.models import Letter, Membership, Role, User
from tests.test_publishing import FORM


@pytest.fixture
def editor(draft: Letter) -> User:
    user = User.objects.create_user("ed@example.org", name="Ed")
    Membership.objects.create(letter=draft, user=user, role=Role.EDITOR)
    return user


def write(client, letter: Letter, body: str, edits: int, where: str = "edit"):
    return client.post(f"/desk/{letter.slug}/{where}/", {**FORM, "body": body, "edits": str(edits)})


def body_of(letter: Letter) -> str:
    return letter.versions.get().body


def test_who_saves_second_sees_both_and_overwrites_nothing(draft, organiser, editor, at_desk):
    write(at_desk(editor), draft, "Ed wrote this.", 0)
    answer = write(at_desk(organiser), draft, "Olive wrote that.", 0)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Ed saved this draft while you were writing" in page
    assert "Ed wrote this." in page
    assert "Olive wrote that." in page
    assert body_of(draft) == "Ed wrote this."
    write(at_desk(organiser), draft, "Both wrote this.", 1)
    assert body_of(draft) == "Both wrote this."


def shown(client, path: str) -> dict[str, str]:
    """What the form for the last step carries besides its tick."""
    found = re.search(r'name="seen" value="(\d+)"', client.get(path).content.decode())
    return {"seen": found[1] if found else ""}


@pytest.mark.parametrize(("step", "status"), [("publish", "open"), ("found", "founding")])
def test_nobody_freezes_words_that_were_saved_after_the_page_was_opened(
    draft, organiser, editor, at_desk, step, status
):
    owner, path = at_desk(organiser), f"/desk/{draft.slug}/"
    read = shown(owner, path)
    write(at_desk(editor), draft, "Ed wrote this.", 0)
    answer = owner.post(f"{path}{step}/", {"sure": "on", **read})
    assert answer.status_code == 409
    assert "somebody else saved" in answer.content.decode().lower()
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert owner.post(f"{path}{step}/", {"sure": "on", **shown(owner, path)}).status_code == 303
    draft.refresh_from_db()
    assert draft.status == status


def test_nobody_publishes_a_next_version_in_other_words_than_were_shown(letter, organiser, at_desk):
    owner, path = at_desk(organiser), f"/desk/{letter.slug}/versions/"
    versions.begin(letter, reason="clarification", note="Clearer.", by=organiser)
    versions.save(letter, body="Clearer words.", seen=0, by=organiser)
    read = shown(owner, path)
    versions.save(letter, body="Quite other words.", seen=1, by=organiser)
    assert owner.post(f"{path}publish/", {"sure": "on", **read}).status_code == 409
    assert letter.versions.filter(published_at__isnull=False).count() == 1
    assert owner.post(f"{path}publish/", {"sure": "on", **shown(owner, path)}).status_code == 303
    assert letter.versions.latest("number").body == "Quite other words."


def test_nobody_mails_news_in_other_words_than_were_shown(letter, organiser, at_desk):
    written = news.write(letter, title="News", body="So far.", by=organiser)
    owner, path = at_desk(organiser), f"/desk/{letter.slug}/updates/{written.pk}/"
    read = shown(owner, path)
    news.rewrite(written, title="News", body="Quite other words.")
    answer = owner.post(f"{path}publish/", {"sure": "on", **read})
    assert answer.status_code == 409
    assert "has changed since you opened this page" in answer.content.decode()
    assert not letter.updates.exclude(published_at=None).exists()
    assert owner.post(f"{path}publish/", {"sure": "on", **shown(owner, path)}).status_code == 303
    assert letter.updates.exclude(published_at=None).exists()


def test_a_draft_is_saved_while_it_is_written(draft, organiser, at_desk):
    answer = write(at_desk(organiser), draft, "So far.", 0, "autosave")
    assert "Saved at" in answer.content.decode()
    assert 'value="1"' in answer.content.decode()
    assert body_of(draft) == "So far."
    assert "Last saved by Olive" in at_desk(organiser).get(f"/desk/{draft.slug}/edit/").content.decode()


def test_what_cannot_be_saved_yet_is_said_and_left_alone(draft, organiser, at_desk):
    answer = at_desk(organiser).post(f"/desk/{draft.slug}/autosave/", {**FORM, "title": "", "edits": "0"})
    assert "Not saved yet: Title" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.title == "Keep the lights on"


def test_autosave_never_overwrites_either(draft, organiser, editor, at_desk):
    write(at_desk(editor), draft, "Ed wrote this.", 0)
    answer = write(at_desk(organiser), draft, "Olive wrote that.", 0, "autosave")
    assert "Ed saved at" in answer.content.decode()
    assert body_of(draft) == "Ed wrote this."


def test_an_addressee_can_name_the_page_that_says_so(draft, organiser, at_desk):
    to = "The Mayor; Town Hall; Springfield; https://example.org/mayor"
    at_desk(organiser).post(f"/desk/{draft.slug}/edit/", {**FORM, "addressees": to, "edits": "0"})
    draft.refresh_from_db()
    assert draft.addressees[0]["source"] == "https://example.org/mayor"
    assert draft.addressee_lines == ["The Mayor, Town Hall, Springfield"]


def test_the_desk_names_what_may_be_left_out_and_publishing_does_not_wait_for_it(draft, organiser, at_desk, client):
    page = at_desk(organiser).get(f"/desk/{draft.slug}/").content.decode()
    for what in (
        "interests",
        "a closing time",
        "data are kept",
        "a source for every addressee",
    ):
        assert what in page
    assert "who may sign" not in page
    at_desk(organiser).post(f"/desk/{draft.slug}/publish/", {"sure": "on"})
    assert client.get(f"/letters/{draft.slug}/").status_code == 200


def test_an_addressee_without_an_office_keeps_the_source_where_it_was(draft):
    row = {"name": "The Minister", "office": "", "address": "", "source": "https://example.org/minister"}
    field = AddresseesField()
    assert field.prepare_value([row]) == "The Minister; ; ; https://example.org/minister"
    assert field.to_python(field.prepare_value([row])) == [row]
    assert field.prepare_value([{"name": "The Minister"}]) == "The Minister"
