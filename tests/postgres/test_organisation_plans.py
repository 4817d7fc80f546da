"""Suggestions and flags stay fast with every organisation of the world: what PostgreSQL says it would do."""

from functools import partial

import pytest
from django.db import connection

from signatories import organisations
from signatories.flags import affiliation
from signatories.models import Organisation, OrganisationDomain, OrganisationName, Signature, Source
from signatories.organisations import keys, teaching
from tests.postgres.reading import read_whole

LONG = {"organisation", "organisationname", "organisationdomain"}


@pytest.fixture(autouse=True)
def _many() -> None:
    """Five thousand organisations with two names and a host each."""
    made = [Organisation(name=f"Lantern {n * 7919 % 5_000:05d} School", source=Source.ROR) for n in range(5_000)]
    Organisation.objects.bulk_create(made)
    names = [(one, name) for one in made for name in (one.name, one.name.replace("School", "Academy"))]
    OrganisationName.objects.bulk_create(
        OrganisationName(organisation=one, name=name, key=keys.key(name), source=Source.ROR) for one, name in names
    )
    OrganisationDomain.objects.bulk_create(
        OrganisationDomain(organisation=one, host=host, source=Source.ROR, **teaching.looks(host))
        for one, host in ((one, f"{one.name.replace(' ', '').lower()}.example") for one in made)
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE " + ", ".join(f"signatories_{table}" for table in LONG))


def test_suggestions_are_chosen_in_the_index(plans):
    plan = plans(lambda: organisations.suggest("lantern 001"))
    assert "organisation_name_key" in plan, plan  # alone, or through a bitmap while pages are not all visible
    assert not read_whole(plan) & LONG, plan


def test_nothing_is_read_from_end_to_end_for_one_signature(plans):
    for host in ("lantern00017school.example", "login-lantern00017school.net", "unknown.example"):
        signature = Signature(host=host, organisation="Lantern 00017 School")
        plan = plans(partial(affiliation.look, signature)) + plans(partial(organisations.by_host, host))
        plan += plans(partial(organisations.meant_by, signature.organisation))
        assert not read_whole(plan) & LONG, (host, plan)
