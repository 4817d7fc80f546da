"""A signer looks at the own page and reads the mails about it."""

import pytest
from django.test import Client

from signatories import reasons, tokens, vetting
from tests.conftest import support

TEAMS_OWN = {**reasons.HOLD_REASONS, **reasons.DECLINE_REASONS, **reasons.HIDE_REASONS, **reasons.LIST_REASONS}
TEAMS_OWN |= {**reasons.BACK_REASONS, "proposed": reasons.OWN_REASONS["proposed"]}
TEAMS_OWN = reasons.in_english(TEAMS_OWN)


@pytest.fixture
def own_page(client: Client):
    def read(signature) -> str:
        return client.get(f"/mine/{tokens.make('mine', signature.pk)}/").content.decode()

    return read


@pytest.mark.parametrize("reason", reasons.HOLD_REASONS)
def test_why_the_team_holds_a_name_is_its_own_business(own_page, confirmed, vetter, deliver, reason):
    signature = confirmed()
    vetting.hold(signature, vetter=vetter, reason=reason, note="known to us")
    page = own_page(signature)
    assert "Looked at again by the team" in page
    for text in (page, deliver()[-1].body):
        assert str(reasons.HOLD_REASONS[reason]) not in text
        assert "known to us" not in text


def test_no_reason_of_the_team_stands_in_the_history_of_the_signer(own_page, confirmed, listed, listed_again, vetter):
    signature = confirmed()
    support(signature, "OP", by=vetter)
    vetting.list_(signature, vetter=vetter, level=4, reason="direct_contact")
    vetting.back(signature, vetter=vetter, reason="decided_by_mistake")
    listed(signature)
    for reason in reasons.HIDE_REASONS:
        vetting.hide(signature, vetter=vetter, reason=reason)
        vetting.back(signature, vetter=vetter, reason="new_information")
        listed_again(signature)
    page = own_page(signature)
    assert not [label for label in TEAMS_OWN.values() if label in page]
    assert "Checked and accepted by the team" in page


def test_a_reason_that_nobody_worded_for_signers_is_not_shown_to_them():
    assert reasons.in_history("held", "some_new_code") == "Looked at again by the team"
    assert reasons.in_mail("some_new_code") == reasons.NOT_SAID
    assert set(reasons.IN_MAIL) == {*reasons.DECLINE_REASONS, *reasons.HIDE_REASONS}


@pytest.mark.parametrize("reason", ["impostor", "not_a_person"])
def test_an_honest_person_is_not_called_an_impostor_by_mail(confirmed, vetter, deliver, reason):
    vetting.decline(confirmed(), vetter=vetter, reason=reason)
    body = deliver()[-1].body
    assert "could not make sure" in body
    assert str(reasons.DECLINE_REASONS[reason]) not in body


def test_steps_that_read_alike_are_one_for_the_signer(own_page, confirmed, vetter):
    signature = confirmed()
    for _ in range(3):
        vetting.hold(signature, vetter=vetter, reason="watchlist_name")
    assert own_page(signature).count("Looked at again by the team") == 1
