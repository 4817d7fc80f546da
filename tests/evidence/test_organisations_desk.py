"""What the team teaches about organisations, on its page and by deciding."""

import pytest
from django.core.exceptions import ValidationError

from petition.models import Membership, Role
from signatories import organisations
from signatories.models import Decision, Organisation, OrganisationDomain, Signature
from tests.conftest import known_organisation


@pytest.fixture
def page(letter, vetter, at_desk):
    """The page, as a vetter works on it."""
    client, path = at_desk(vetter), f"/desk/{letter.slug}/organisations/"

    def visit(step: str = "", **sent: object):
        if step:
            return client.post(path + step, sent, follow=True)
        return client.get(path, sent)

    return visit


@pytest.fixture
def decided(confirmed, listed):
    """A decision about somebody with a mailbox at Lantern Works."""

    def make(email: str = "ada@lantern.example.org", **line) -> Decision:
        return Decision.objects.get(signature=listed(confirmed(email, **line)))

    return make


def test_a_vetter_finds_an_organisation_by_name_and_by_host(page):
    known_organisation("Lantern Works", "lantern.example.org")
    for typed in ("lantern", "The Lantern Works", "LANTERN.example.org", "ada@lantern.example.org"):
        assert "Lantern Works</a>" in page(q=typed).content.decode(), typed
    assert "Nobody is known" in page(q="mail.lantern.example.org").content.decode()
    assert "Anybody can have a mailbox" in page(q="gmail.com").content.decode()


def test_a_vetter_finds_an_organisation_by_a_word_inside_its_name(page):
    known_organisation("Harbour Lantern Security")
    known_organisation("Harbour Lanterns")
    assert "Harbour Lantern Security</a>" in page(q="lantern sec").content.decode()
    assert "Harbour Lanterns</a>" not in page(q="lantern sec").content.decode()


def test_a_vetter_adds_an_organisation_and_its_host(page, vetter):
    answer = page("add/", name="Candle Works", country="FR")
    one = Organisation.objects.get()
    assert answer.redirect_chain[0][0].endswith(f"?organisation={one.pk}")
    answer = page("add-host/", organisation=one.pk, host="Candle.Example.ORG", kind="alumni")
    row = one.domains.get()
    assert (row.host, row.kind, row.source, row.taught_by) == ("candle.example.org", "alumni", "team", vetter)
    assert [str(event) for event in one.events.all()] == ["candle.example.org added", "Candle Works added"]
    assert "Entered by the team, Vera" in answer.content.decode()


def test_the_page_says_that_all_letters_share_it(page):
    assert "All letters on this site share these entries" in page().content.decode()


def test_a_wrong_host_is_removed_with_history_and_may_come_back(page, vetter):
    one = known_organisation("Lantern Works", "lantern.example.org")
    row = one.domains.get()
    for _ in range(2):  # pressed twice
        page(f"{row.pk}/remove/")
    row.refresh_from_db()
    assert row.removed_by == vetter
    assert organisations.by_host("lantern.example.org") == []
    assert [event.what for event in one.events.all()] == ["removed"]
    page("add-host/", organisation=one.pk, host="lantern.example.org", kind="staff")
    assert [event.what for event in one.events.all()] == ["added", "removed"]
    assert organisations.by_host("lantern.example.org")


def test_whose_mailboxes_are_there_can_be_said_anew(page):
    one = known_organisation("Lantern Works", "lantern.example.org")
    page("add-host/", organisation=one.pk, host="lantern.example.org", kind="student")
    page("add-host/", organisation=one.pk, host="lantern.example.org", kind="student")
    assert one.domains.get().kind == "student"
    assert [event.what for event in one.events.all()] == ["kind"]


@pytest.mark.parametrize(
    ("host", "says"),
    [
        *(("gmail.com", "Anybody can have"), ("mailinator.com", "thrown away"), ("edu.cn", "different owners")),
        *(
            ("github.io", "different owners"),
            ("nonsense", "not a host"),
            ("a\x00b.example", "invisible"),
            ("", "required"),
        ),
    ],
)
def test_a_host_of_everybody_is_refused_beside_its_field_and_kept(page, host: str, says: str):
    one = known_organisation("Lantern Works")
    answer = page("add-host/", organisation=one.pk, host=host, kind="staff")
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not one.domains.exists()


@pytest.mark.parametrize(
    "sent", [{"name": ""}, {"name": "Independent"}, {"name": "x" * 161}, {"name": "Lantern Works", "country": "GB"}]
)
def test_what_is_no_new_organisation_is_refused(page, sent: dict[str, str]):
    known_organisation("Lantern Works")
    assert page("add/", **sent).status_code == 422
    assert Organisation.objects.count() == 1


@pytest.mark.parametrize("sent", [{}, {"organisation": "x"}, {"organisation": "9" * 99}])
def test_an_organisation_that_is_not_there_is_not_found(page, db, sent: dict[str, str]):
    assert page("add-host/", host="a.example", kind="staff", **sent).status_code == 404
    assert page(f"{10**30}/remove/").status_code == 404
    if sent:
        assert page(**sent).status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_only_those_who_vet_open_the_page(letter, stranger, at_desk, role: Role):
    Membership.objects.create(letter=letter, user=stranger, role=role)
    expected = 200 if role in {Role.OWNER, Role.VETTER} else 404
    assert at_desk(stranger).get(f"/desk/{letter.slug}/organisations/").status_code == expected


def test_a_decision_teaches_the_host(decided, vetter):
    decision = decided()
    row = organisations.teach(decision.signature, kind="staff", by=vetter, decision=decision)
    assert (row.host, row.organisation.name) == ("lantern.example.org", "Lantern Works")
    assert (row.source, row.learned_from, row.taught_by) == ("decision", decision, vetter)


def test_a_decision_teaches_the_organisation_that_is_known(decided, vetter):
    one, decision = known_organisation("Lantern Works", acronym="LW"), decided(organisation="the LANTERN works")
    assert organisations.teach(decision.signature, kind="staff", by=vetter, decision=decision).organisation == one


@pytest.mark.parametrize("email", ["ada@gmail.com", "ada@edu.cn"])
def test_a_decision_never_teaches_a_host_of_everybody(decided, vetter, email: str):
    decision = decided(email)
    with pytest.raises(ValidationError):
        organisations.teach(decision.signature, kind="staff", by=vetter, decision=decision)
    assert not Organisation.objects.exists()


def test_where_two_have_the_name_the_vetter_has_to_say_which(decided, vetter):
    _, second = known_organisation("Lantern Works"), known_organisation("Lantern Works")
    decision = decided()
    with pytest.raises(ValidationError, match="more than one"):
        organisations.teach(decision.signature, kind="staff", by=vetter, decision=decision)
    row = organisations.teach(decision.signature, kind="staff", by=vetter, decision=decision, organisation=second)
    assert row.organisation == second


def test_teaching_a_host_owes_evidence_to_those_who_wait(confirmed, decided, vetter):
    decision, waiting = decided(), confirmed("bob@lantern.example.org")
    elsewhere = confirmed("eve@example.org")
    Signature.objects.update(collect_after=None)
    organisations.teach(decision.signature, kind="staff", by=vetter, decision=decision)
    owed = set(Signature.objects.exclude(collect_after=None))
    assert owed == {waiting}
    assert elsewhere not in owed
    assert OrganisationDomain.objects.count() == 1
