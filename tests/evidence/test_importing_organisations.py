"""A data dump of the Research Organization Registry is taken over, and again when there is a newer one."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from petition import tally
from signatories import organisations
from signatories.models import Organisation, OrganisationDomain, OrganisationName, Signature

pytestmark = pytest.mark.django_db


def record(number: int, name: str = "Lantern Works", *domains: str, **changed: Any) -> dict[str, Any]:
    """A record in ROR's shape; the identifier holds letters that no ROR iD has."""
    names = [{"value": name, "lang": "en", "types": ["ror_display", "label"]}]
    names += [{"value": value, "lang": None, "types": [kind]} for value, kind in changed.pop("also", [])]
    return {
        "id": f"https://ror.org/0lights{number:02}",
        "status": "active",
        "names": names,
        "domains": list(domains),
        "locations": [{"geonames_details": {"country_code": "IS", "country_name": "Iceland"}}],
        "relationships": [{}] * 3,
        "links": [{"type": "website", "value": "https://www.lantern.example/"}],
        **changed,
    }


@pytest.fixture
def take(tmp_path: Path):
    """Import these records and return what the command says."""

    def run(*records: Any, pack: bool = False) -> str:
        data, file, said = json.dumps(records).encode(), tmp_path / "ror.json", io.StringIO()
        file.write_bytes(gzip.compress(data) if pack else data)
        call_command("import_organisations", str(file), stdout=said)
        return said.getvalue()

    return run


def rows() -> list[Any]:
    models = (Organisation, OrganisationName, OrganisationDomain)
    return [list(model.objects.order_by("pk").values()) for model in models]


def hosts() -> list[str]:
    known = OrganisationDomain.objects.filter(removed_at=None).order_by("host")
    return list(known.values_list("host", flat=True))


@pytest.mark.parametrize("pack", [False, True])
def test_a_record_becomes_an_organisation_with_its_names_and_hosts(take, pack: bool):
    also = [("LW", "acronym"), ("Ljósaverk", "label"), ("Lantern  Works", "alias")]
    said = take(record(1, "Lantern Works", "Lantern.Example", "mail.lantern.example", also=also), pack=pack)
    one = Organisation.objects.get()
    assert (one.name, one.country, one.ror, one.source, one.active) == ("Lantern Works", "IS", "0lights01", "ror", True)
    kinds = set(one.names.values_list("key", "kind"))
    assert kinds == {("lantern works", "label"), ("lw", "acronym"), ("ljosaverk", "label")}
    assert hosts() == ["lantern.example", "mail.lantern.example"]
    assert said.startswith("1 records: 1 organisations added")


def test_the_country_that_tells_branches_apart_is_no_part_of_the_name(take):
    take(record(1, "Lantern Works (Iceland)"))
    assert organisations.by_name("Lantern Works")[0].organisation.name == "Lantern Works"


def test_the_host_of_a_website_is_no_host_of_mailboxes(take):
    take(record(1))
    assert hosts() == []


def test_hosts_of_everybody_are_left_out_and_counted(take):
    bad = ["edu.cn", "ac.uk", "github.io", "me.wordpress.com", "facebook.com", "gmail.com", "mailinator.com", "no host"]
    said = take(record(1, "Lantern Works", "lantern.example", *bad))
    assert hosts() == ["lantern.example"]
    for line in (
        "3  a domain under which names have different owners, such as edu.cn; ac.uk; github.io",
        "2  a domain of a shared website, such as me.wordpress.com; facebook.com",
        "2  a domain at which anybody can have a mailbox, such as gmail.com; mailinator.com",
        "1  a domain that is not a host, such as no host",
    ):
        assert line in said


def test_the_same_dump_again_changes_nothing(take):
    records = [record(n, f"Lantern {n}", f"l{n}.example", also=[(f"L{n}", "acronym")]) for n in range(5)]
    take(*records)
    before = [
        list(model.objects.order_by("pk").values()) for model in (Organisation, OrganisationName, OrganisationDomain)
    ]
    assert "0 organisations added, 0 changed, 0 withdrawn. 0 names added. 0 hosts added, 0 withdrawn." in take(*records)
    after = [
        list(model.objects.order_by("pk").values()) for model in (Organisation, OrganisationName, OrganisationDomain)
    ]
    assert before == after


def test_a_newer_dump_renames_adds_and_withdraws(take):
    take(record(1, "Lantern Works", "old.example", "stays.example", also=[("LW", "acronym")]))
    said = take(record(1, "Lantern Group", "new.example", "stays.example", also=[("Lantern Works", "alias")]))
    assert "1 changed" in said
    assert "1 hosts added, 1 withdrawn" in said
    assert hosts() == ["new.example", "stays.example"]
    assert Organisation.objects.get().name == "Lantern Group"
    assert set(OrganisationName.objects.values_list("key", "kind")) == {
        ("lantern group", "label"),
        ("lantern works", "alias"),
    }
    take(record(1, "Lantern Group", "old.example"))
    assert hosts() == ["old.example"]


def test_what_the_team_entered_learned_or_took_away_stays(take, vetter):
    take(record(1, "Lantern Works", "lantern.example", "wrong.example"))
    one = Organisation.objects.get()
    organisations.add_host(one, host="team.example", kind="staff", by=vetter)
    organisations.add_host(one, host="lantern.example", kind="student", by=vetter)
    organisations.remove_host(one.domains.get(host="wrong.example"), by=vetter)
    said = take(record(1, "Lantern Works", "wrong.example"))
    assert hosts() == ["lantern.example", "team.example"]
    assert one.domains.get(host="lantern.example").kind == "student"
    assert "1  a domain that the team took away, such as wrong.example (Lantern Works)" in said


def test_a_closed_organisation_keeps_its_name_and_no_host(take):
    take(record(1, "Lantern Works", "lantern.example"))
    said = take(record(1, "Lantern Works", "lantern.example", status="inactive"))
    assert organisations.is_known("Lantern Works")
    assert hosts() == []
    assert not Organisation.objects.get().active
    assert "closed down" in said


def test_a_withdrawn_record_goes_unless_the_team_built_on_it(take, vetter):
    take(record(1, "Lantern Works", "lantern.example"), record(2, "Candle Works", "candle.example"))
    organisations.add_host(Organisation.objects.get(ror="0lights02"), host="team.example", kind="staff", by=vetter)
    withdrawn = [record(n, "x", "x.example", status="withdrawn") for n in (1, 2, 3)]
    assert "2 withdrawn" in take(*withdrawn)
    assert Organisation.objects.get().ror == "0lights02"
    assert hosts() == ["team.example"]


def test_what_a_part_of_the_dump_does_not_hold_stays(take):
    take(record(1), record(2, "Candle Works", "candle.example"))
    take(record(1))
    assert hosts() == ["candle.example"]


@pytest.mark.parametrize(
    "odd",
    [
        *({"names": [{}]}, {"names": [None, 1]}, {"names": None}, {"status": None}, {"id": "https://ror.org/x"}),
        *({"names": [{"value": "\x00", "types": ["label"]}]}, {"names": [{"value": "x" * 400, "types": ["label"]}]}),
    ],
)
def test_a_record_that_cannot_be_used_is_counted_and_the_rest_goes_on(take, odd: dict[str, Any]):
    said = take(record(1), record(2, "Candle Works", "candle.example") | odd, record(3, "Wick Works", "wick.example"))
    assert hosts() == ["wick.example"]
    assert Organisation.objects.count() == 2
    assert "Left out:\n" in said


@pytest.mark.parametrize(
    "odd",
    [
        *({"locations": []}, {"locations": None}, {"locations": [{}]}, {"relationships": None}, {"domains": None}),
        *({"domains": [None, 5, "\x00", "x" * 300]}, {"locations": [{"geonames_details": {"country_code": "??"}}]}),
    ],
)
def test_odd_parts_of_a_record_are_left_empty(take, odd: dict[str, Any]):
    take(record(1) | odd)
    assert Organisation.objects.get().name == "Lantern Works"


def test_a_new_host_owes_evidence_to_those_who_wait(take, confirmed):
    confirmed("ada@lantern.example.org")
    Signature.objects.update(collect_after=None)
    take(record(1, "Lantern Works", "lantern.example.org"))
    assert Signature.objects.exclude(collect_after=None).count() == 1


def test_an_organisation_is_of_the_first_type_that_is_a_kind(take):
    take(record(1, types=["funder", "education"]), record(2, types=["no such"]), record(3, types="company"), record(4))
    assert list(Organisation.objects.order_by("ror").values_list("sector", flat=True)) == ["education", "", "", ""]
    assert "1 changed" in take(record(1, types=["company"]))
    assert Organisation.objects.get(ror="0lights01").sector == "company"


def test_people_are_counted_by_the_sector_of_what_they_name(take):
    take(
        record(1, "Lantern Works", types=["company"], also=[("LW", "acronym")]),
        record(2, "Lantern University", types=["education"]),
        record(3, "Lighthouse Lab", types=["facility"]),
        record(4, "Lighthouse Lab", types=["company"]),
        record(5, "Dark Works"),
    )
    named = [("LANTERN works Ltd", 3), ("Lighthouse Lab", 9), ("Lantern University", 4), ("Dark Works", 8), ("LW", 2)]
    counted = organisations.by_sector([*named, ("Nobody knows", 7)])
    assert list(counted.items()) == [("company", 5), ("education", 4)]


def test_the_coalition_page_has_a_chart_of_sectors_where_one_is_known(client, letter, confirmed, listed, take):
    listed(confirmed("a@example.com", organisation="Lantern University"))
    tally.take(letter)
    page = f"/letters/{letter.slug}/coalition/"
    assert "<h2>Sectors</h2>" not in client.get(page).content.decode()
    take(record(1, "Lantern University", types=["education"]))
    assert "<h2>Sectors</h2>" in (shown := client.get(page).content.decode())
    assert "<bdi>Universities and schools</bdi>" in shown
    assert "<bdi>Hochschulen und Schulen</bdi>" in client.get(f"/de{page}").content.decode()
