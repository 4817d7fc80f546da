"""Founders are invited from a file, and sign with the code from their own mail."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from petition import lifecycle
from petition.models import Letter
from signatories import invitations, privacy
from signatories.models import Invitation, Signature
from tests.conftest import LINE, code_in, link_in

HEADER = "email,name,role,organisation,country,discipline\n"
GOOD = HEADER + "one@example.com,Ona One,Chief,Lantern Works,GB,optics\ntwo@example.com,Tom Two,,,,\n"


@pytest.fixture
def founding(draft: Letter, organiser) -> Letter:
    lifecycle.found(draft, actor=organiser)
    return draft


@pytest.fixture
def invited(founding: Letter, deliver):
    """The mail of the first of two founders."""
    invitations.invite(founding, rows=invitations.read(founding, GOOD.splitlines(keepends=True)).rows)
    return deliver()[0]


def accept(client: Client, message, **fields):
    ticks = {"publish": "on", "agree": "on"}
    data = {**{k: v for k, v in LINE.items() if v not in (True, False)}, **ticks, "code": code_in(message), **fields}
    return client.post(link_in(message, "invitation"), data)


def test_the_command_freezes_a_draft_and_mails_everyone_in_the_file(draft: Letter, tmp_path, deliver):
    (tmp_path / "founders.csv").write_text("\ufeff" + GOOD)
    call_command("invite", draft.slug, tmp_path / "founders.csv")
    draft.refresh_from_db()
    assert draft.status == "founding"
    assert [message.to for message in deliver()] == [["one@example.com"], ["two@example.com"]]
    assert not Signature.objects.exists()


BAD = (
    HEADER
    + "one@example.com,Ona One,,,GB,optics\n"
    + "not-an-address,Nat None,,,,\n"
    + "three@example.com,,,,,\n"
    + "four@example.com,Fay Four,,,Atlantis,\n"
    + "five@example.com,Fin Five,,,,alchemy\n"
    + "ONE@example.com,Ona Again,,,,\n"
    + "seven@example.com,Sam\u202eneveS,,,,\n"
    + "eight@example.com,Eve Eight,a,b,GB,optics,extra\n"
)


def test_every_bad_row_is_reported_with_its_line_and_reason_and_nobody_is_invited(draft, tmp_path, capsys):
    (tmp_path / "founders.csv").write_text(BAD)
    with pytest.raises(CommandError, match="Nobody was invited"):
        call_command("invite", draft.slug, tmp_path / "founders.csv")
    said = capsys.readouterr().err
    for line, what in (
        (3, "email"),
        (4, "name"),
        (5, "country"),
        (6, "discipline"),
        (7, "line 2"),
        (8, "direction"),
        (9, "comma"),
    ):
        assert any(f"line {line}" in row and what in row for row in said.splitlines()), (line, what)
    assert not Invitation.objects.exists()
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_the_rest_is_invited_only_when_told_to(draft, tmp_path):
    (tmp_path / "founders.csv").write_text(BAD)
    call_command("invite", draft.slug, tmp_path / "founders.csv", skip_bad=True)
    assert [one.name for one in draft.invitations.all()] == ["Ona One"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "header"),
        (b"name,role\nA,b\n", "lacks email"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b'email,name\n"unclosed,x\n', "CSV"),
        (b"email,name\na@example.com,\x00\n", "control"),
    ],
)
def test_a_file_that_is_no_list_of_people_is_explained(draft, tmp_path, capsys, content, said):
    (tmp_path / "founders.csv").write_bytes(content)
    with pytest.raises(CommandError) as problem:
        call_command("invite", draft.slug, tmp_path / "founders.csv")
    assert said in str(problem.value) + capsys.readouterr().err


def test_inviting_again_skips_nobody_silently(founding, invited):
    reading = invitations.read(founding, GOOD.splitlines(keepends=True))
    assert [str(problem) for problem in reading.problems] == [
        "line 2, email: This mailbox was invited before.",
        "line 3, email: This mailbox was invited before.",
    ]


def test_a_founder_reads_under_embargo_and_signs_with_the_code(client: Client, founding, invited):
    assert client.get(f"/letters/{founding.slug}/").status_code == 404
    page = client.get(link_in(invited, "invitation")).content.decode()
    assert "We ask for <em>light</em>" in page
    assert "embargo" in page
    assert code_in(invited) not in page
    landed = client.get(accept(client, invited, name="Dr Ona One")["Location"]).content.decode()
    assert "Confirmed, not public yet" in landed
    signature = founding.signatures.get()
    assert (signature.name, signature.status, signature.rank, signature.source) == (
        "Dr Ona One",
        "confirmed",
        1,
        "invitation",
    )


def test_without_code_or_tick_nothing_is_signed_and_nothing_typed_is_lost(client: Client, founding, invited):
    for change in ({"code": "000000" if code_in(invited) != "000000" else "111111"}, {"code": ""}, {"agree": ""}):
        answer = accept(client, invited, name="Dr Ona Kept", **change)
        assert answer.status_code == 422
        assert "Dr Ona Kept" in answer.content.decode()
    assert not founding.signatures.exists()


def test_an_invitation_is_single_use(client: Client, founding, invited):
    accept(client, invited)
    assert client.get(link_in(invited, "invitation")).status_code == 410
    assert accept(client, invited, name="Somebody Else").status_code == 410
    assert founding.signatures.get().name == LINE["name"]


def test_an_expired_invitation_says_so(client: Client, founding, invited):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = accept(client, invited)
    assert answer.status_code == 410
    assert "expired" in answer.content.decode()
    assert not founding.signatures.exists()


def test_declining_wants_a_tick_and_is_remembered(client: Client, founding, invited):
    path = link_in(invited, "invitation")
    client.post(path + "decline/")
    assert client.get(path).status_code == 200
    client.post(path + "decline/", {"sure": "on"})
    assert "declined" in client.get(path).content.decode()
    assert Invitation.objects.get(position=1).address == ""


def test_a_founder_who_withdrew_is_erased_from_the_invitation_too(client: Client, founding, invited):
    accept(client, invited)
    privacy.withdraw(founding.signatures.get())
    kept = Invitation.objects.get(position=1)
    assert (kept.name, kept.address) == ("", "")


def test_the_desk_shows_where_each_founder_stands(founding, invited, client, organiser, at_desk):
    accept(client, invited)
    page = at_desk(organiser).get(f"/desk/{founding.slug}/founders/").content.decode()
    assert "Signed: waits for a decision" in page
    assert "1 sent" in page


def test_a_closed_letter_invites_nobody(letter, tmp_path):
    lifecycle.close(letter)
    (tmp_path / "founders.csv").write_text(GOOD)
    with pytest.raises(CommandError, match="until the letter closes"):
        call_command("invite", letter.slug, tmp_path / "founders.csv")


@pytest.mark.parametrize("header", ["Email;Name;Country", "EMAIL ; Name ; country", '"Email";"Name";"Country"'])
def test_a_table_from_a_spreadsheet_of_the_continent_is_read(draft, header):
    reading = invitations.read(
        draft, [f"{header}\n", "one@example.com;One, Ona;de\n", "two@example.com;Tom Two;Germany\n"]
    )
    assert [(row["email"], row["name"], row["country"]) for row in reading.rows] == [
        ("one@example.com", "One, Ona", "DE")
    ]
    assert [str(problem) for problem in reading.problems] == [
        "line 3, country: GERMANY is not a country code of two letters."
    ]


@pytest.mark.parametrize("file", ['"email,name\nada@example.com,Ada\n', '"', "\n", ""])
def test_a_header_that_is_none_is_a_bad_row_and_no_fault(draft, file):
    reading = invitations.read(draft, file.splitlines(keepends=True))
    assert [problem.line for problem in reading.problems] == [1]


@pytest.mark.parametrize("written", ["optics", "Optics", "OPTICS", "Light and lenses"])
def test_a_discipline_is_known_by_its_key_and_by_what_the_letter_calls_it(draft, written):
    draft.disciplines = {"optics": "Light and lenses"}
    reading = invitations.read(draft, ["email,name,discipline\n", f"one@example.com,Ona One,{written}\n"])
    assert [row["discipline"] for row in reading.rows] == ["optics"]


def test_whoever_has_the_link_alone_does_not_try_all_codes(client: Client, invited):
    wrong = f"{(int(code_in(invited)) + 1) % 10**6:06d}"
    for _ in range(20):
        assert "not the code" in accept(client, invited, code=wrong).content.decode()
    assert "not the code" in accept(client, invited).content.decode()
    assert not Signature.objects.exists()


def test_somebody_whose_invitation_was_taken_back_or_has_expired_is_invited_again(founding, client, invited, deliver):
    first, second = Invitation.objects.order_by("position")
    row = {name: getattr(first, name) for name in invitations.COLUMNS if name != "email"} | {"email": first.address}
    assert invitations.invite(founding, rows=[row]) == []
    invitations.revoke(first)
    Invitation.objects.filter(pk=second.pk).update(expires_at=timezone.now() - timedelta(days=1))
    before = len(deliver())
    reading = invitations.read(founding, GOOD.splitlines(keepends=True))
    assert not reading.problems
    assert len(invitations.invite(founding, rows=reading.rows)) == 2
    assert [message.to for message in deliver()[before:]] == [["one@example.com"], ["two@example.com"]]
    assert [*Invitation.objects.order_by("position")] == [first, second]
    assert accept(client, deliver()[before]).status_code == 303


def test_somebody_who_declined_is_not_invited_again(founding, invited):
    first = Invitation.objects.order_by("position")[0]
    invitations.decline(first)
    (problem,) = invitations.read(founding, [HEADER, "one@example.com,Ona One,,,,\n"]).problems
    assert "invited before" in str(problem)


def test_a_first_line_longer_than_any_cell_is_explained(founding):
    (problem,) = invitations.read(founding, ["A" * 200_000]).problems
    assert "not valid CSV" in str(problem)
