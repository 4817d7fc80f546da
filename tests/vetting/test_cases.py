"""Somebody says that a name is wrong."""

import re
import uuid

import pytest
from django.test import Client

from petition import lifecycle
from petition.models import Role
from petition.moves import NotAllowed
from signatories import cases, privacy, tokens, vetting
from signatories.models import Case, Signature, WatchName
from tests.conftest import LINE, owed_kinds

L = "/letters/keep-the-lights-on/signatories/"
DESK = "/desk/keep-the-lights-on/cases/"
SAID = {"text": "She told me that she never signed."}


@pytest.fixture
def name(confirmed, listed) -> Signature:
    return listed(confirmed())


def report(client: Client, signature: Signature, **fields):
    return client.post(f"{L}{signature.pk}/report/", {**SAID, **fields})


def test_each_name_of_the_list_leads_to_the_report_form(client: Client, name):
    page = client.get(L).content.decode()
    assert f'href="{L}{name.pk}/report/"' in page
    form = client.get(f"{L}{name.pk}/report/")
    assert form.status_code == 200
    assert "Ada Example" in form.content.decode()
    assert not form.cookies
    assert not Case.objects.exists()


def test_a_report_opens_a_case_and_hides_nobody(client: Client, name, letter):
    answer = report(client, name)
    case = letter.cases.get()
    assert (case.kind, case.text, case.signature) == ("report", SAID["text"], name)
    assert letter.signatures.listed().count() == 1
    page = client.get(answer["Location"])
    assert "Thank you" in page.content.decode()
    assert not page.cookies


def test_many_reports_of_one_name_are_one_case(client: Client, name):
    for words in ("one", "two"):
        report(client, name, text=words)
    case = Case.objects.get()
    assert (case.text, case.reports) == ("one\n\ntwo", 2)
    report(client, name, text="x" * 1000)
    for _ in range(2):
        cases.open_(name, kind=Case.Kind.REPORT, text="y" * 2000)
    assert len(Case.objects.get().text) == cases.MOST_TEXT


def test_a_client_reports_five_times_an_hour_and_is_told_when_to_come_back(client: Client, confirmed, listed):
    people = [listed(confirmed(f"p{n}@example.com")) for n in range(6)]
    answers = [report(client, one) for one in people]
    assert [one.status_code for one in answers] == [303] * 5 + [429]
    assert 0 < int(answers[5]["Retry-After"]) <= 3600
    page = answers[5].content.decode()
    assert "again in" in page
    assert SAID["text"] in page
    assert Case.objects.count() == 5
    assert Client().post(f"{L}{people[5].pk}/report/", SAID, REMOTE_ADDR="203.0.113.9").status_code == 303


def test_a_network_reports_twice_as_often_as_a_client(client: Client, name, settings):
    def ask(number: int) -> int:
        there = f"2001:db8:1:{number:x}::1"
        return client.post(f"{L}{name.pk}/report/", SAID, REMOTE_ADDR=there).status_code

    assert [ask(number) for number in range(11)] == [303] * 10 + [429]
    settings.LIMIT_FACTOR = 0
    assert ask(11) == 303


@pytest.mark.parametrize(("text", "said"), [("", "Please write"), ("x" * 1001, "at most 1000"), ("a\0b", "invisible")])
def test_a_report_that_says_nothing_is_explained(client: Client, name, text, said):
    answer = report(client, name, text=text)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_only_listed_names_of_public_letters_can_be_reported(client: Client, confirmed, listed, letter, draft):
    waits, shy = confirmed(), listed(confirmed("shy@example.com", publish=False))
    assert {report(client, one).status_code for one in (waits, shy)} == {404}
    name = listed(confirmed("l@example.com"))
    assert client.post(f"/letters/another/signatories/{name.pk}/report/", SAID).status_code == 404
    privacy.withdraw(name)
    assert report(client, name).status_code == 404


def test_who_reports_a_name_that_left_meanwhile_is_told_so_and_not_that_the_address_is_mistyped(client: Client, name):
    privacy.withdraw(name)
    said = client.get(f"{L}{name.pk}/report/").content.decode()
    assert "nothing was sent" in report(client, name).content.decode()
    assert "This name is not on the letter" in said
    assert "mistyped" not in said
    never = uuid.uuid4()
    assert client.get(f"{L}{never}/report/").content.decode() == said.replace(str(name.pk), str(never))


def test_the_owner_of_the_mailbox_hides_the_name_at_once_and_opens_a_case(client: Client, name):
    path = f"/mine/{tokens.make('mine', name.pk)}/not-me/"
    for _ in range(2):
        client.post(path, {"sure": "on"})
    name.refresh_from_db()
    case = Case.objects.get()
    assert (name.status, case.kind, case.reports) == ("hidden", "not_me", 1)


def test_what_was_never_confirmed_opens_no_case(post_sign, letter):
    post_sign()
    privacy.disown(letter.signatures.get())
    assert not Case.objects.exists()


def test_who_withdraws_ends_the_case_and_what_was_said_is_erased(client: Client, name):
    report(client, name)
    privacy.withdraw(name)
    case = Case.objects.get()
    assert (case.name, case.text, case.outcome, bool(case.closed_at)) == ("", "", "left", True)


@pytest.fixture
def case(name) -> Case:
    return cases.open_(name, kind=Case.Kind.REPORT, text=SAID["text"])


def close(client: Client, case: Case, **fields):
    return client.post(f"{DESK}{case.pk}/close/", fields)


def test_the_desk_shows_open_cases_with_the_signature_beside(case, vetter, at_desk):
    client = at_desk(vetter)
    assert "Ada Example" in client.get(DESK).content.decode()
    page = client.get(f"{DESK}{case.pk}/").content.decode()
    for shown in (SAID["text"], "ada@example.com", "Lamplighter, Lantern Works", "Close the case"):
        assert shown in page


def test_a_case_that_is_unfounded_leaves_the_name_where_it_is(case, vetter, at_desk, name):
    close(at_desk(vetter), case, outcome="kept", note="Called her")
    case.refresh_from_db()
    name.refresh_from_db()
    assert (case.outcome, case.closed_by, case.note, name.status) == ("kept", vetter, "Called her", "listed")


def test_who_closes_a_case_that_somebody_closed_meanwhile_reads_how_and_keeps_what_they_wrote(case, vetter, at_desk):
    cases.close(case, by=vetter, outcome="kept", note="Called her")
    answer = close(at_desk(vetter), case, outcome="hidden", reason="listed_by_mistake", note="Wrote to her twice")
    page = answer.content.decode()
    assert answer.status_code == 409
    for shown in ("closed by somebody else in the meantime", "Called her", "Wrote to her twice"):
        assert shown in page
    assert "Close the case" not in page


def test_a_case_takes_a_name_off_with_a_reason(case, vetter, at_desk, name):
    client = at_desk(vetter)
    assert close(client, case, outcome="hidden").status_code == 422
    close(client, case, outcome="hidden", reason="affiliation_withdrawn")
    name.refresh_from_db()
    assert (name.status, name.events.last().reason) == ("hidden", "affiliation_withdrawn")
    assert owed_kinds(name)[-1] == "hidden"


def test_an_impostor_is_taken_off_and_remembered(case, vetter, at_desk, name):
    close(at_desk(vetter), case, outcome="impostor")
    name.refresh_from_db()
    assert (name.status, name.events.last().reason) == ("hidden", "impostor")
    watched = WatchName.objects.get()
    assert (watched.name, watched.address_hash, watched.source) == ("Ada Example", name.address_hash, "impostor")


def test_an_impostor_who_corrects_the_line_meanwhile_is_remembered_by_both_names(
    client: Client, name, own, vetter, at_desk
):
    report(client, name)
    own(name, "correct", **{**LINE, "name": "Somebody Else"})
    case = Case.objects.get()
    assert (case.name, case.signature.name) == ("Ada Example", "Somebody Else")
    shown = at_desk(vetter).get(f"{DESK}{case.pk}/").content.decode()
    assert 'The name that was reported is <strong dir="auto">Ada Example</strong>.' in shown
    close(at_desk(vetter), case, outcome="impostor")
    assert {one.name for one in WatchName.objects.all()} == {"Ada Example", "Somebody Else"}


def test_who_told_us_is_not_told_that_it_was_somebody_else(confirmed, vetter):
    signature = confirmed()
    privacy.disown(signature)
    cases.close(Case.objects.get(), by=vetter, outcome="impostor")
    signature.refresh_from_db()
    assert signature.status == "declined"
    assert signature.mails.get(kind="declined").state == "dropped"


def test_nobody_closes_a_case_about_their_own_signature(confirmed, listed, second, vetter, at_desk):
    own = confirmed(second.email)
    case = cases.open_(listed(own), kind=Case.Kind.REPORT)
    assert "your own signature" in at_desk(second).get(f"{DESK}{case.pk}/").content.decode()
    with pytest.raises(NotAllowed):
        cases.close(case, by=second, outcome="kept")


def test_who_left_a_signature_to_others_closes_no_case_about_it(case, vetter, second, at_desk, name):
    vetting.recuse(name, vetter=vetter)
    page = at_desk(vetter).get(f"/desk/{name.letter.slug}/cases/{case.pk}/").content.decode()
    assert "left the decision to others" in page
    answer = at_desk(vetter).post(f"/desk/{name.letter.slug}/cases/{case.pk}/close/", {"outcome": "kept"})
    assert answer.status_code == 409
    case.refresh_from_db()
    assert case.closed_at is None
    cases.close(case, by=second, outcome="kept")


def test_a_closed_case_may_be_opened_again(case, vetter, name):
    cases.close(case, by=vetter, outcome="kept")
    assert cases.open_(name, kind=Case.Kind.REPORT).pk != case.pk


def test_other_roles_read_cases_and_close_none(case, letter, stranger, at_desk):
    letter.members.create(user=stranger, role=Role.OBSERVER)
    client = at_desk(stranger)
    assert "Close the case" not in client.get(f"{DESK}{case.pk}/").content.decode()
    assert close(client, case, outcome="kept").status_code == 404


def test_an_absurd_number_is_no_case(letter, vetter, at_desk):
    assert at_desk(vetter).get(f"{DESK}{10**30}/").status_code == 404


def test_reports_go_on_when_the_letter_is_closed(client: Client, name, letter):
    lifecycle.close(letter)
    assert report(client, name).status_code == 303


def test_what_is_added_while_a_case_is_open_at_the_desk_is_read_first(confirmed, listed, vetter, at_desk):
    ada = listed(confirmed())
    case = cases.open_(ada, kind=Case.Kind.REPORT, text="I have a feeling about this one.")
    desk, there = at_desk(vetter), f"/desk/{ada.letter.slug}/cases/{case.pk}/"
    shown = desk.get(there).content.decode()
    cases.open_(ada, kind=Case.Kind.REPORT, text="I am Ada, and I never signed.")
    sent = {"outcome": "kept", "note": "A feeling.", "seen": re.search(r'name="seen" value="([^"]+)"', shown)[1]}
    answer = desk.post(f"{there}close/", sent)
    text = answer.content.decode()
    assert answer.status_code == 409
    for said in ("Something was added while you had it open", "I am Ada, and I never signed.", "A feeling."):
        assert said in text
    again = {**sent, "seen": re.search(r'name="seen" value="([^"]+)"', text)[1]}
    assert desk.post(f"{there}close/", again).status_code == 303
