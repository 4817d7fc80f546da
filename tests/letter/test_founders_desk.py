"""The team invites founders on the desk, sees where each stands, reminds once, sends again, takes back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from petition import lifecycle
from signatories import invitations, outbox, tokens
from signatories.models import Invitation, Mail
from tests.conftest import LINE, code_in, link_in

ADA = {"email": "ada@example.com", "name": "Ada Example", "role": "Lamplighter", "organisation": "Lantern Works"}


@pytest.fixture
def founding(draft, organiser):
    lifecycle.found(draft, actor=organiser)
    return draft


@pytest.fixture
def desk(founding, organiser, at_desk):
    client = at_desk(organiser)

    def do(path: str = "", **data):
        where = f"/desk/{founding.slug}/founders/{path}"
        return client.post(where, data) if path else client.get(where)

    return do


@pytest.fixture
def invited(desk):
    desk("invite/", **ADA)
    return Invitation.objects.get()


def test_one_founder_is_invited_by_a_form(desk, deliver):
    desk("invite/", **ADA)
    assert deliver()[0].to == ["ada@example.com"]
    assert "1 sent" in desk().content.decode()


@pytest.mark.parametrize(
    ("changes", "said"), [({"email": "nobody"}, "not an address"), ({"name": ""}, "required"), ({}, "invited before")]
)
def test_a_bad_invitation_is_explained_and_kept(invited, desk, changes, said):
    answer = desk("invite/", **{**ADA, **changes})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Lantern Works" in answer.content.decode()


@pytest.fixture
def first_click(founding):
    """The first of two clicks, which invites as soon as the second has looked who is invited."""
    done = []

    def invite(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        if "signatories_invitation" in sql and not done:
            done.append(sql)
            invitations.invite(founding, rows=[{**ADA, "country": "", "discipline": ""}])
        return answer

    with connection.execute_wrapper(invite):
        yield


@pytest.mark.usefixtures("first_click")
def test_a_double_click_invites_once_and_says_so(desk):
    answer = desk("invite/", **ADA)
    assert (answer.status_code, Invitation.objects.count(), Mail.objects.count()) == (422, 1, 1)
    assert "invited before" in answer.content.decode()


@pytest.mark.usefixtures("first_click")
@pytest.mark.parametrize(
    ("more", "status", "invited"), [("", 422, ["Ada Example"]), ("zoe@example.com,Zoe\n", 303, ["Ada Example", "Zoe"])]
)
def test_a_file_that_is_sent_twice_invites_everybody_once(desk, more, status, invited):
    rows = SimpleUploadedFile("f.csv", f"email,name\nada@example.com,Ada\n{more}".encode())
    answer = desk("import/", file=rows)
    assert answer.status_code == status
    assert [one.name for one in Invitation.objects.all()] == invited
    assert "invited before" in answer.content.decode() or more


def test_a_file_with_bad_rows_invites_nobody_until_the_rest_is_asked_for(desk):
    rows = "email,name\nada@example.com,Ada\nnobody,Zoe\n"
    answer = desk("import/", file=SimpleUploadedFile("f.csv", rows.encode()))
    assert "line 3, email" in answer.content.decode()
    assert not Invitation.objects.exists()
    desk("import/", file=SimpleUploadedFile("f.csv", rows.encode()), skip_bad="on")
    assert Invitation.objects.get().name == "Ada"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"name\nAda\n", b"email,name\n", b"x" * 600_000])
def test_a_file_that_is_no_list_is_explained(desk, content):
    answer = desk("import/", file=SimpleUploadedFile("f.csv", content))
    assert answer.status_code == 422
    assert not Invitation.objects.exists()


def test_a_reminder_goes_out_once_and_its_code_signs(desk, invited, deliver, client):
    deliver().clear()
    desk(f"{invited.pk}/remind/")
    assert desk(f"{invited.pk}/remind/").status_code == 409
    (message,) = deliver()
    assert message.subject.startswith("A reminder")
    line = {"name": "Ada", "discipline": "optics", "publish": "on", "agree": "on", "code": code_in(message)}
    assert client.post(link_in(message, "invitation"), line).status_code == 303
    assert "1 signed" in desk().content.decode()


def test_an_invitation_is_sent_again(desk, invited, deliver):
    assert desk(f"{invited.pk}/resend/").status_code == 409
    deliver().clear()
    desk(f"{invited.pk}/resend/")
    assert len(deliver()) == 1


def test_an_invitation_that_was_taken_back_opens_nothing(desk, invited, deliver, client):
    link = link_in(deliver()[0], "invitation")
    desk(f"{invited.pk}/revoke/")
    answer = client.get(link)
    assert answer.status_code == 410
    assert "taken back" in answer.content.decode()
    assert desk(f"{invited.pk}/remind/").status_code == 409


@pytest.mark.parametrize("over", ["revoked", "declined", "signed", "expired", "closed"])
def test_nothing_more_is_written_about_an_invitation_that_is_over(invited, desk, deliver, over):
    link = invited.mails.get()
    Mail.objects.update(state="failed")
    desk(f"{invited.pk}/remind/")
    if over == "revoked":
        desk(f"{invited.pk}/revoke/")
    elif over == "declined":
        invitations.decline(invited)
    elif over == "expired":
        Invitation.objects.update(expires_at=timezone.now())
    elif over == "closed":
        lifecycle.publish(invited.letter)
        lifecycle.close(invited.letter)
    else:
        invitations.accept(link.pk, code=tokens.code(link.pk), typed=LINE)
    outbox.try_again(Mail.objects.all())
    assert not [message.subject for message in deliver() if "invit" in message.subject.lower()]


def test_a_bounce_and_an_opening_are_seen(desk, invited, deliver, client):
    client.get(link_in(deliver()[0], "invitation"))
    assert "Opened" in desk().content.decode()
    Mail.objects.update(state="failed", problem="SMTPRecipientsRefused: 550")
    assert "Bounced: SMTPRecipientsRefused: 550" in desk().content.decode()


def test_a_founder_sees_who_is_listed_so_far(desk, invited, deliver, client, confirmed, listed, vetter):
    listed(confirmed("first@example.com", name="Firsta Founder"))
    assert "Firsta Founder" in client.get(link_in(deliver()[0], "invitation")).content.decode()


def test_a_file_that_is_wrong_in_every_row_is_not_answered_with_every_row(desk):
    rows = "email,name,role,organisation,country,discipline\n" + "nobody,x,,,,\n" * 500
    page = desk("import/", file=SimpleUploadedFile("f.csv", rows.encode())).content.decode()
    assert page.count("<li>") <= 120
    assert "And 400 more." in page
