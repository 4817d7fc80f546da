"""Whoever leaves takes everything along, also what a form that was sent in the same moment is about to keep."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from petition.models import User
from petition.moves import NotAllowed
from signatories import privacy, proving, vouching, workmail
from signatories.evidence import federated, found
from signatories.models import Evidence, Mail, Proof, Signature, VouchCode

DOORS: dict[str, Callable[[Signature, User], object]] = {
    "a page": lambda one, _: proving.offer(one, kind=Proof.Kind.PAGE, value="https://ada.example.com/"),
    "a mailbox": lambda one, _: workmail.ask(one, address="ada@lantern.example.org"),
    "an account": lambda one, _: federated.bind(one, federated.Account("github", "17", "ada")),
    "a code for colleagues": lambda one, _: vouching.code_for(one),
    "a record": lambda one, by: found.record(one, by=by, url="https://example.org/ada", claims=["identity"], note="A."),
    "a contact": lambda one, by: found.contact(one, by=by, how="The desk", on=timezone.now().date(), note="A."),
}


@pytest.mark.parametrize("door", DOORS)
def test_nothing_is_kept_about_somebody_who_left_since_the_signature_was_read(confirmed, vetter, door):
    read = confirmed()
    privacy.withdraw(read)
    with pytest.raises(NotAllowed):
        DOORS[door](read, vetter)
    assert not any(model.objects.exists() for model in (Proof, Evidence, VouchCode))
    assert list(Mail.objects.still_owed().values_list("kind", flat=True)) == ["withdrawn"]


def test_the_code_of_a_mailbox_that_is_typed_while_its_signer_leaves_proves_nothing(confirmed, monkeypatch):
    read = confirmed()
    workmail.ask(read, address="ada@lantern.example.org")
    Mail.objects.filter(kind="mailbox").update(times_sent=1)
    waits = workmail.waiting(read)  # as the request that crosses has read it
    monkeypatch.setattr(workmail, "waiting", lambda _: waits)
    privacy.withdraw(read)
    with pytest.raises(workmail.WrongCode):
        workmail.confirm(read, code=workmail.tokens.code(Mail.objects.get(kind="mailbox").pk))
    assert not Evidence.objects.exists()
    assert not Proof.objects.exists()
