"""Which organisation is meant: by host, by name, by how a name begins; and what a host is worth."""

import pytest
from django.test import Client

from petition import tally
from petition.lines import names_nobody
from signatories import organisations
from signatories.organisations import hosts, keys
from tests.conftest import known_organisation as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed",
    [
        *("Lantern and Works", "the lantern & works", "LANTERN & WORKS, Inc.", "Lántern + Works GmbH"),
        *("Lantern & Works Co., Ltd.", "“Lantern” & Works", "Lantern  and   Works S.p.A.", "Lantern & Works (The)"),
    ],
)
def test_a_name_is_found_however_it_is_typed(typed: str):
    made = make("The Lantern & Works")
    assert [one.organisation for one in organisations.by_name(typed)] == [made]


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        *(("Uniwersytet Wrocławski", "Uniwersytet Wroclawski"), ("Dæmi Netvarnir ehf.", "Daemi Netvarnir")),
        *(("株式会社架空計算", "架空計算株式会社"), ("ТОВ Ліхтар", "тов ліхтар"), ("AG", "ag"), ("The", "the")),
    ],
)
def test_names_of_every_script_have_a_key(typed: str, same: str):
    assert keys.key(typed) == keys.key(same) != ""


@pytest.mark.parametrize(
    "typed", ["", "  ", "\x00", "—", "\ud800", "Independent", "self-employed", "N/A", "Unabhängig"]
)
def test_no_organisation_is_found_where_none_is_named(typed: str):
    assert names_nobody(typed)
    assert organisations.by_name(typed) == []


def test_who_names_none_is_counted_with_none():
    counted = {"Independent": 3, "Lantern & Works": 2, "lantern & works": 1, "N/A": 1, "Independent Ltd": 1}
    assert tally.figures({"organisation": counted})["organisations"] == [["Lantern & Works", 3], ["Independent Ltd", 1]]


def test_only_the_exact_host_stands_for_an_organisation():
    make("Example University", "example.edu")
    assert [row.organisation.name for row in organisations.by_host("Example.EDU.")] == ["Example University"]
    for other in ("mail.cs.example.edu", "alumni.example.edu", "edu", "xexample.edu", "example.edu.evil.example", ""):
        assert organisations.by_host(other) == []


def test_a_host_may_stand_for_a_university_and_its_hospital():
    make("Example University", "example.edu")
    make("Example University Hospital", "example.edu")
    assert len(organisations.by_host("example.edu")) == 2


def test_an_acronym_that_two_have_means_neither():
    one = make("Madeup Institute of Technology", acronym="MIT")
    assert organisations.meant_by("MIT") == [one]
    make("Mythical Institute of Tea", acronym="MIT")
    assert organisations.meant_by("MIT") == []
    assert organisations.is_known("MIT")
    assert organisations.meant_by("Madeup Institute of Technology (MIT)") == [one]


def test_a_name_is_stronger_than_the_acronym_of_another():
    make("Lamps, Lights and Candles", acronym="Lantern")
    named = make("Lantern")
    assert organisations.by_name("lantern")[0].organisation == named
    assert organisations.meant_by("lantern") == [named]


def test_a_second_employer_on_the_line_is_not_proven_by_the_first():
    make("Example University")
    for line in (
        "Example University, Evil Corp",
        "Department of Light, Example University",
        "Evil Corp (Example University)",
    ):
        assert organisations.meant_by(line) == []
        assert organisations.is_known(line)


def test_suggestions_begin_with_the_best_known_and_lead_from_an_acronym_to_the_name():
    make("Lantern Hill School", weight=1)
    make("Lantern University", acronym="LU", weight=40)
    offered = [(one.name, one.also) for one in organisations.suggest("lantern")]
    assert offered == [("Lantern University", ""), ("Lantern Hill School", "")]
    assert [(one.name, one.also) for one in organisations.suggest("lu")] == [("Lantern University", "LU")]


def test_suggestions_stop_at_eight_and_want_two_letters():
    for number in range(12):
        make(f"Lantern School {number}")
    assert len(organisations.suggest("lant")) == 8
    assert organisations.suggest("l") == []


@pytest.mark.parametrize("typed", ["100%", "a_b", "a\\", "%", "_", "\x00", "'", "x" * 500])
def test_signs_that_mean_something_to_a_database_are_only_letters(typed: str):
    make("Lantern Works")
    assert organisations.suggest(typed) == []


def test_the_form_gets_suggestions_without_a_session(client: Client):
    make("Université de la Lanterne")
    answer = client.get("/organisations/", {"q": "universite de la l"})
    assert answer.json()["organisations"][0]["name"] == "Université de la Lanterne"
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    assert client.post("/organisations/").status_code == 405


def test_a_long_or_broken_question_gets_an_empty_answer(client: Client):
    for asked in ("q=" + "a" * 5000, "q=%ED%A0%80", "", "q[]=1"):
        assert client.get(f"/organisations/?{asked}").json() == {"organisations": []}


def test_the_letter_page_asks_for_suggestions_with_a_file_of_its_own(client: Client, letter):
    page = client.get(f"/letters/{letter.slug}/").content.decode()
    assert 'data-suggest="/organisations/"' in page
    assert page.count("js/suggest.js") == 1


@pytest.mark.parametrize("host", ["gmail.com", "GMX.de", "qq.com", "yandex.ru", "web.de", "orange.fr", "uol.com.br"])
def test_a_mailbox_that_anybody_can_have_is_known_as_such(host: str):
    assert organisations.is_free_mail(host)
    assert "Anybody can have a mailbox" in hosts.problem(hosts.exact(host))


@pytest.mark.parametrize("host", ["example.org", "ox.ac.uk", "mail.gmail.com", "nus.edu.sg", "", "not a host"])
def test_an_organisation_is_not_taken_for_free_mail(host: str):
    assert not organisations.is_free_mail(host)


def test_the_list_of_free_mail_holds_plain_hosts_in_order():
    lines = [line for line in hosts.FREE_MAIL_FILE.read_text().splitlines() if not line.startswith("#")]
    assert lines == sorted(set(lines))
    assert all(hosts.exact(line) == line and not hosts.is_public_suffix(line) for line in lines)


@pytest.mark.parametrize("host", ["edu.cn", "ac.uk", "github.io", "co.jp", "com"])
def test_what_strangers_register_under_is_no_host_of_anybody(host: str):
    assert hosts.problem(hosts.exact(host))


def test_a_host_is_read_in_any_script():
    assert hosts.exact("Bücher.Example") == "xn--bcher-kva.example"
    assert hosts.label("mail.xn--bcher-kva.example") == "bücher"
    for no_host in ("localhost", "127.0.0.1", "a b.example", "-a.example", "a..example", "x" * 64 + ".example", "\x00"):
        assert hosts.exact(no_host) == ""
