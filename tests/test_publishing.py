"""A team writes a letter and publishes it; what was published stays as it is."""

import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from petition import letterfile, lifecycle, text
from petition.models import Letter, Membership, Power, Role, Version
from petition.moves import NotAllowed
from signatories import invitations
from tests.conftest import LETTER

FORM = {
    "title": "Open the windows",
    "slug": "",
    "addressees": "The Mayor; Town Hall; Springfield",
    "ask": "Please open the windows.",
    "body": "# Why\n\nAir.",
    "disciplines": "Architecture\nair: Ventilation",
    "disclaimer": "In a personal capacity.",
    "organiser": "Friends of Air",
    "contact": "air@example.org",
    "listing": "vetted",
    "milestones": "10, 20",
}


def test_a_letter_is_written_previewed_saved_and_published_in_the_browser(organiser, at_desk):
    client = at_desk(organiser)
    assert "<h2>Why</h2>" in client.post("/desk/preview/", {"body": FORM["body"]}).content.decode()
    client.post("/desk/new/", FORM)
    letter = Letter.objects.get()
    assert (letter.slug, letter.status) == ("open-the-windows", "draft")
    assert letter.disciplines == {"architecture": "Architecture", "air": "Ventilation"}
    assert letter.addressees == [{"name": "The Mayor", "office": "Town Hall", "address": "Springfield"}]
    client.post("/desk/open-the-windows/edit/", {**FORM, "body": "Fresh air."})
    client.post("/desk/open-the-windows/publish/", {"sure": "on"})
    assert "Fresh air." in client.get("/letters/open-the-windows/").content.decode()
    assert list(letter.milestones.values_list("number", flat=True)) == [10, 20]


def test_a_draft_is_saved_with_its_title_alone_and_publishing_asks_for_the_rest(organiser, at_desk):
    client = at_desk(organiser)
    for _ in range(2):
        client.post("/desk/new/", {"title": "Open the windows", "listing": "vetted"})
    assert [*Letter.objects.order_by("pk").values_list("slug", flat=True)] == ["open-the-windows", "open-the-windows-2"]
    page = client.get("/desk/open-the-windows/").content.decode()
    assert "a contact address" in page
    client.post("/desk/open-the-windows/publish/", {"sure": "on"})
    assert {letter.status for letter in Letter.objects.all()} == {"draft"}
    ask = re.search(r'<label for="id_ask">(.*?)</label>', client.get("/desk/open-the-windows/edit/").content.decode())
    assert ask[1] == "The ask in one sentence"  # and not "optional"


def test_only_a_draft_has_a_form_to_be_changed_in(letter, organiser, at_desk):
    client = at_desk(organiser)
    assert client.get(f"/desk/{letter.slug}/edit/")["Location"] == f"/desk/{letter.slug}/"
    kept = client.post(f"/desk/{letter.slug}/edit/", {**FORM, "title": "Typed for an hour"})
    assert (kept.status_code, "Typed for an hour" in kept.content.decode()) == (409, True)


def test_a_page_that_says_who_an_addressee_is_stands_beside_the_name(organiser, at_desk, client):
    desk = at_desk(organiser)
    desk.post("/desk/new/", {**FORM, "addressees": "The Mayor; Town Hall; Springfield; https://town.example.org/mayor"})
    desk.post("/desk/open-the-windows/publish/", {"sure": "on"})
    assert 'href="https://town.example.org/mayor"' in client.get("/letters/open-the-windows/").content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "required"),
        ("title", "x" * 201, "at most 200"),
        ("slug", "Not a slug!", "valid"),
        ("slug", "new", "has this address"),
        ("slug", LETTER["slug"], "has this address"),
        ("addressees", "The Mayor; Town Hall; Springfield; not-a-page", "not a page on the web"),
        ("contact", "nobody", "valid email"),
        ("contact", "light@exam\u2064ple.org", "U+2064"),
        ("contact", f"light@{'x' * 70}.org", "valid email"),
        ("milestones", "many", "not a number"),
        ("milestones", "-5", "not a number"),
        ("disciplines", ":", "needs a name"),
        ("closes_at", "tomorrow", "valid date"),
        ("closes_at", "2020-01-01T00:00", "hour has passed"),
        ("language", "xx", "valid choice"),
        ("body", "Dear\u202eriS", "reading direction"),
    ],
)
def test_a_letter_with_a_mistake_is_explained_and_nothing_typed_is_lost(draft, organiser, at_desk, field, value, said):
    answer = at_desk(organiser).post("/desk/new/", {**FORM, "interests": "None at all", field: value})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "None at all" in answer.content.decode()
    assert Letter.objects.count() == 1


def test_publishing_an_incomplete_letter_says_what_is_missing(draft, organiser, at_desk):
    Letter.objects.update(ask="", addressees=[])
    client = at_desk(organiser)
    page = client.post(f"/desk/{draft.slug}/publish/", {"sure": "on"}, follow=True).content.decode()
    assert "an addressee, the ask in one sentence" in page
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_publishing_freezes_the_canonical_text_and_its_hash(letter: Letter):
    version = letter.version
    assert version is not None
    assert version.text.startswith("Keep the lights on\n\nTo: The Minister, Ministry of Examples, Springfield\n\n")
    assert text.sha256(version.text) == version.sha256


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE petition_version SET body = 'changed'",
        "UPDATE petition_version SET published_at = NULL",
        "DELETE FROM petition_version",
        "UPDATE petition_letterevent SET reason = 'changed'",
        "DELETE FROM petition_letterevent",
    ],
)
def test_the_database_itself_keeps_a_published_version_and_the_history(letter: Letter, sql: str):
    with (
        pytest.raises(DatabaseError, match="never changed or deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert Version.objects.get().body == LETTER["body"]


def test_the_database_keeps_the_history_of_a_signature(confirmed):
    confirmed()
    for sql in ("UPDATE signatories_signatureevent SET reason = ''", "DELETE FROM signatories_signatureevent"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_a_published_letter_is_not_edited(letter, organiser, at_desk):
    answer = at_desk(organiser).post(f"/desk/{letter.slug}/edit/", FORM)
    assert answer.status_code == 409
    letter.refresh_from_db()
    assert letter.title == LETTER["title"]


def test_publishing_twice_is_a_409_page_and_one_version(letter, organiser, at_desk):
    assert at_desk(organiser).post(f"/desk/{letter.slug}/publish/", {"sure": "on"}).status_code == 409
    assert letter.versions.count() == 1


def test_pause_reopen_close_each_leave_history(letter, organiser, at_desk):
    client = at_desk(organiser)
    for verb in ("pause", "reopen", "close", "reopen"):
        assert client.post(f"/desk/{letter.slug}/{verb}/", {"sure": "on"}).status_code == 303
    moves = [(event.was, event.now, event.actor) for event in letter.events.all()][1:]
    assert moves == [
        ("open", "paused", organiser),
        ("paused", "open", organiser),
        ("open", "closed", organiser),
        ("closed", "open", organiser),
    ]


def test_a_letter_closes_at_its_time_and_can_be_reopened(letter, organiser, at_desk):
    Letter.objects.update(closes_at=timezone.now())
    assert lifecycle.close_due() == 1
    assert lifecycle.close_due() == 0
    assert letter.events.last().reason == "closing_time"
    at_desk(organiser).post(f"/desk/{letter.slug}/reopen/")
    letter.refresh_from_db()
    assert letter.takes_signatures


def test_an_open_letter_is_not_closed_by_a_slip_of_the_year(letter, organiser, at_desk):
    form = {"contact": "light@example.org", "closes_at": "2020-01-01T00:00"}
    answer = at_desk(organiser).post(f"/desk/{letter.slug}/settings/", form)
    assert (answer.status_code, letter.closes_at) == (422, None)
    assert '<p class="error" id="id_closes_at_error">That hour has passed.</p>' in answer.content.decode()


def test_a_closed_letter_is_saved_with_the_closing_time_it_had(letter, organiser, at_desk):
    passed = timezone.now() - timedelta(days=1)
    Letter.objects.update(closes_at=passed, status="closed")
    form = {"contact": "new@example.org", "closes_at": f"{passed:%Y-%m-%dT%H:%M}"}
    assert at_desk(organiser).post(f"/desk/{letter.slug}/settings/", form).status_code == 303
    letter.refresh_from_db()
    assert (letter.contact, letter.closes_at) == ("new@example.org", passed)
    assert letter.events.last().reason == "adjusted: contact"


@pytest.mark.parametrize(("verb", "status"), [("publish", "draft"), ("found", "draft"), ("close", "open")])
def test_no_single_click_takes_a_step_that_is_not_taken_back(draft, organiser, at_desk, verb: str, status: str):
    if status == "open":
        lifecycle.publish(draft, actor=organiser)
    answer = at_desk(organiser).post(f"/desk/{draft.slug}/{verb}/")
    assert answer.status_code == 422
    assert f'<p class="error" id="{verb}_sure_error">Please tick this box.</p>' in answer.content.decode()
    draft.refresh_from_db()
    assert draft.status == status


def test_who_publishes_is_told_of_the_hour_and_of_founders_who_have_not_answered(draft, organiser, at_desk):
    lifecycle.found(draft, actor=organiser)
    lifecycle.schedule(draft, at=timezone.now() + timedelta(hours=1), least_founders=3, actor=organiser)
    row = dict.fromkeys(invitations.COLUMNS, "") | {"email": "ada@example.com", "name": "Ada"}
    invitations.invite(draft, rows=[row])
    page = at_desk(organiser).get(f"/desk/{draft.slug}/").content.decode()
    assert "An hour is set. Publishing now does not wait for it." in page
    assert "1 founder who was invited has not answered yet." in page
    assert "3 listed founders (0 so far)" in page


def test_a_draft_that_would_close_at_once_is_not_published(draft, organiser, at_desk):
    Letter.objects.update(closes_at=timezone.now() - timedelta(hours=1))
    page = at_desk(organiser).post(f"/desk/{draft.slug}/publish/", {"sure": "on"}, follow=True).content.decode()
    assert "still needs a closing time that has not passed" in page
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_move_that_is_not_in_the_table_changes_nothing(draft):
    for step in (lifecycle.pause, lifecycle.reopen, lifecycle.close):
        with pytest.raises(NotAllowed):
            step(draft)
    assert not draft.events.exists()


@pytest.mark.parametrize(
    ("markdown", "safe"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("[x](JaVaScRiPt&#58;alert(1))", "[x]"),
        ("[x](data:text/html,hi)", "[x](data:text/html,hi)"),
        ("![the plan](https://evil.example.com/p.png)", "<p>the plan</p>"),
        ("<img src=x onerror=alert(1)>", "&lt;img"),
        ("[ok](https://example.org)", 'href="https://example.org"'),
        ("# Big", "<h2>Big</h2>"),
    ],
)
def test_markdown_is_made_harmless(markdown: str, safe: str):
    html = text.to_html(markdown)
    assert safe in html
    for bad in ("<script", "<img", 'href="javascript', 'href="data'):
        assert bad not in html


@pytest.mark.parametrize("written", ["a\r\nb", "a\rb", "a  \nb\n\n\n", "\n\na\nb"])
def test_canonical_text_does_not_depend_on_line_ends_or_trailing_spaces(written: str):
    assert text.canonical(written) == "a\nb\n"


def test_canonical_text_is_composed():
    assert text.canonical("Zoe\u0308") == "Zoë\n"


FILE = """---
title: Open the windows
addressees:
  - name: The Mayor
    office: Town Hall
ask: Please open the windows.
disciplines: {air: Ventilation}
disclaimer: In a personal capacity.
organiser: Friends of Air
contact: air@example.org
milestones: [10]
closes: 2099-01-01
---
Air, *please*.
"""


def test_a_letter_is_made_from_a_file(tmp_path, db: None):
    (tmp_path / "letter.md").write_text(FILE)
    call_command("new_letter", tmp_path / "letter.md", publish=True)
    letter = Letter.objects.get()
    assert (letter.slug, letter.status, letter.listing) == ("open-the-windows", "open", "vetted")
    assert letter.closes_at.year == 2099
    assert letter.members.get().user.email == "air@example.org"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("title: Open the windows", ""), "title"),
        (("---\ntitle", "title"), "must begin"),
        (("disciplines: {", "disciplines: {{"), "YAML"),
        (("contact: air@example.org", "contact: nobody"), "contact"),
        (("organiser:", "organizer:"), "organizer"),
        (("milestones: [10]", "milestones: ten"), "milestones"),
        ((FILE[FILE.index("title") : FILE.index("---\nAir")], "- a\n- b\n"), "key: value"),
    ],
)
def test_a_file_with_a_mistake_names_it_and_makes_nothing(tmp_path, db: None, change, said):
    (tmp_path / "letter.md").write_text(FILE.replace(*change))
    with pytest.raises(CommandError, match=said):
        call_command("new_letter", tmp_path / "letter.md")
    assert not Letter.objects.exists()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"x" * 600_000])
def test_a_file_that_is_no_letter_is_refused(tmp_path, db: None, content):
    (tmp_path / "letter.md").write_bytes(content)
    with pytest.raises(letterfile.BadLetter):
        letterfile.read(tmp_path / "letter.md")


def test_the_sample_letter_is_one(db: None, settings):
    fields = letterfile.read(settings.BASE_DIR / "demo" / "letter.md")
    assert fields["addressees"]
    assert len(fields["disciplines"]) >= 8


def test_roles_have_their_powers(letter, stranger):
    member = Membership.objects.create(letter=letter, user=stranger, role=Role.EDITOR)
    assert [power for power in Power if member.may(power)] == ["see", "edit"]
    assert not Letter.objects.run_by(stranger, Power.MANAGE).exists()


def test_an_owner_adds_a_member_who_logs_in_by_mail_and_the_last_owner_stays(letter, organiser, at_desk):
    client = at_desk(organiser)
    client.post(f"/desk/{letter.slug}/team/", {"email": "New@Example.org", "name": "New", "role": "vetter"})
    member = letter.members.get(user__email="new@example.org")
    assert not member.user.has_usable_password()
    client.post(f"/desk/{letter.slug}/team/{member.pk}/remove/")
    client.post(f"/desk/{letter.slug}/team/{letter.members.get().pk}/remove/")
    assert letter.members.get().user == organiser
