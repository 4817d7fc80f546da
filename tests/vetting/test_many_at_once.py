"""From the queue to a batch: what is decided about at once is what was shown, whatever the queue was narrowed to."""

import re
from html import unescape

import pytest
from django.http import QueryDict

from signatories.batches import choosing
from signatories.forms.batches import ChoiceForm
from signatories.forms.desk import FilterForm
from signatories.models import Signature
from signatories.vetting import waiting
from tests.conftest import support

DESK = "/desk/keep-the-lights-on/"


@pytest.fixture
def crowd(letter, confirmed, listed, vetter) -> None:
    """People who differ in what a queue can be narrowed to."""
    for number in range(3):
        listed(confirmed(f"listed{number}@uni.example.org", name=f"Fine {number}", organisation="University"))
    support(confirmed("waits@uni.example.org", name="Waiting Wim", organisation="University"), "M", by=vetter)
    confirmed("lone@nowhere.example.net", name="Lone Larry", organisation="Fine Wines").flags.create(kind="device")
    Signature.objects.filter(name="Lone Larry").update(risk=10)
    ready = support(confirmed("ready@uni.example.org", name="Ready Rita"), "M", by=vetter)
    Signature.objects.filter(pk=ready.pk).update(ready_at=ready.confirmed_at)


ASKED = [
    *("", "status=waiting&host=uni.example.org", "status=listed&name=fine", "status=ready", "evidence=nothing"),
    *("flag=any", "flag=none", "flag=device", "name=university", "name=fine", "evidence=affiliation&status=listed"),
]


@pytest.mark.parametrize("asked", ASKED)
def test_a_batch_is_about_those_whom_the_queue_showed(letter, crowd, asked):
    shown = FilterForm(letter, QueryDict(asked)).asked()
    form = ChoiceForm(letter, QueryDict(f"{shown.for_batch}&only=all"))
    assert form.is_valid(), form.errors
    found = choosing.chosen(letter, form.choice())
    names = set(waiting.chosen(letter, shown).values_list("name", flat=True))
    assert set(found.values_list("name", flat=True)) == names
    assert names


def test_the_link_beside_the_queue_leads_there_and_says_whom(letter, crowd, vetter, at_desk):
    client = at_desk(vetter)
    queue = client.get(f"{DESK}vetting/?evidence=nothing").content.decode()
    link = re.search(r'href="([^"]*/batches/new/\?[^"]*)"', queue)
    assert link
    page = client.get(unescape(link[1])).content.decode()
    assert "Lone Larry" in page
    assert "Waiting Wim" not in page
    assert "the one that was found" in page


def test_where_nobody_can_be_decided_on_there_is_no_link(letter, crowd, vetter, at_desk):
    assert "batches/new/" not in at_desk(vetter).get(f"{DESK}vetting/?status=withdrawn").content.decode()
