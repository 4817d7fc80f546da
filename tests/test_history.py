"""What happened cannot be changed afterwards: not by a page, not by the admin, not in the database."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import Error, connection, transaction
from django.urls import reverse

from petition.admin import ReadOnly
from petition.models import LetterEvent
from signatories import privacy
from signatories.models import Decision, Export, SignatureEvent
from tests.world import World

HISTORY = {
    "signatories_signatureevent": "reason = 'x'",
    "signatories_decision": "reason = 'x'",
    "signatories_export": "signatures = 0",
    "petition_letterevent": "reason = 'x'",
    "petition_version": "body = 'x'",
    "petition_delivery": "signatories = 0",
    "petition_deliverypart": "lines = ''",
}


@pytest.fixture
def happened(db: None) -> World:
    everybody = World()
    Export.objects.create(
        letter=everybody.mine.letter, actor=everybody.get("owner"), audience="team", format="csv", signatures=2
    )
    return everybody


@pytest.mark.usefixtures("happened")
def test_the_database_refuses_to_change_or_delete_history(subtests: pytest.Subtests):
    for table, change in HISTORY.items():
        for statement in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}"):
            with (
                subtests.test(statement),
                pytest.raises(Error, match="never changed or deleted"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)


def test_the_admin_only_shows():
    assert reverse("admin:index")  # what takes pages away has been read with the addresses
    free = {"petition.User"}
    for model, page in admin.site._registry.items():
        if model._meta.label not in free:
            assert isinstance(page, ReadOnly), model
    for model in (LetterEvent, SignatureEvent, Decision, Export):
        assert model in admin.site._registry
    assert apps.get_model("petition.Membership") in admin.site._registry


def test_erasure_blanks_the_words_and_keeps_what_was_decided(happened):
    signature = happened.mine.signature
    before = signature.decisions.values_list("outcome", "level", "reason", "vetter", "at").get()
    privacy.withdraw(signature)
    after = signature.decisions.get()
    assert (after.note, after.signals) == ("", [])
    assert signature.decisions.values_list("outcome", "level", "reason", "vetter", "at").get() == before


def test_a_proposal_that_becomes_a_listing_is_no_change_of_what_was_decided(happened):
    decision = happened.mine.signature.decisions.get()
    assert Decision.objects.filter(pk=decision.pk).update(outcome="ready") == 1
