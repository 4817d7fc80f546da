"""A decision teaches whose mailboxes are at a host, so that the next one from there is known."""

import pytest

from signatories import collecting, evidence
from signatories.models import OrganisationDomain
from tests.conftest import known_organisation, support

HOST = "lantern.example.org"


@pytest.fixture
def waits(confirmed, vetter):
    known_organisation("Lantern Works")
    return support(confirmed(f"ada@{HOST}"), "P", by=vetter)


def page(signature, verb: str = "") -> str:
    return f"/desk/{signature.letter.slug}/vetting/{signature.pk}/{verb and verb + '/'}"


def test_a_vetter_teaches_a_host_with_the_decision(waits, confirmed, vetter, at_desk):
    desk = at_desk(vetter)
    assert f"Mailboxes at {HOST} belong to" in desk.get(page(waits)).content.decode()
    desk.post(page(waits, "list"), {"level": "2", "reason": "staff_page", "teaches": "staff"})
    learned = OrganisationDomain.objects.get()
    assert (learned.host, learned.kind, learned.source) == (HOST, "staff", "decision")
    assert learned.learned_from == waits.decisions.get()
    later = confirmed(f"zoe@{HOST}", name="Zoe Other")
    collecting.run()
    assert [signal.family for signal in evidence.signals(later)] == ["M"]


def test_nothing_is_learned_unless_it_is_ticked(waits, vetter, at_desk):
    at_desk(vetter).post(page(waits, "list"), {"level": "2", "reason": "staff_page", "teaches": ""})
    waits.refresh_from_db()
    assert waits.status == "listed"
    assert not OrganisationDomain.objects.exists()


@pytest.mark.parametrize(("address", "organisation"), [("ada@gmail.com", "Lantern Works"), (f"ada@{HOST}", "")])
def test_private_mail_and_no_organisation_teach_nothing(confirmed, vetter, at_desk, address, organisation):
    signature = confirmed(address, organisation=organisation)
    assert "teaches" not in at_desk(vetter).get(page(signature)).content.decode()


def test_a_host_that_cannot_be_learned_is_said_and_nothing_is_decided(waits, vetter, at_desk):
    known_organisation("Lantern Works")  # two organisations of one name: whose host would it be?
    answer = at_desk(vetter).post(page(waits, "list"), {"level": "2", "reason": "staff_page", "teaches": "staff"})
    assert answer.status_code == 422
    waits.refresh_from_db()
    assert waits.status == "confirmed"
    assert not OrganisationDomain.objects.exists()
