"""A team keeps the names on its letter out of search engines."""

import pytest

from petition.models import Letter

pytestmark = pytest.mark.django_db
PAGES = ["signatories/", "signatories/?search=ada", "changes/", "changes.json", "changes.atom"]
META = '<meta name="robots" content="noindex">'


@pytest.fixture
def quiet(letter, confirmed, listed) -> Letter:
    listed(confirmed())
    Letter.objects.update(names_unsearchable=True)
    return letter


@pytest.mark.parametrize("page", PAGES)
def test_pages_with_names_ask_to_be_left_out(client, quiet, page):
    answer = client.get(f"/letters/{quiet.slug}/{page}")
    assert answer["X-Robots-Tag"] == "noindex"
    assert (META in answer.content.decode()) == answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("page", ["signatories", "changes"])
def test_what_programs_are_given_is_left_out_too(client, quiet, page):
    answer = client.get(f"/api/v1/letters/{quiet.slug}/{page}")
    assert "Ada Example" in answer.content.decode()
    assert answer["X-Robots-Tag"] == "noindex"


def test_the_letter_itself_is_found_and_leads_to_the_names(client, quiet):
    answer = client.get(f"/letters/{quiet.slug}/")
    page = answer.content.decode()
    assert "X-Robots-Tag" not in answer
    assert META not in page
    assert "Ada Example" not in page
    assert f'href="/letters/{quiet.slug}/signatories/"' in page


def test_the_site_map_leaves_the_list_out(client, quiet):
    assert f"/{quiet.slug}/signatories/" not in client.get("/sitemap.xml").content.decode()
    Letter.objects.update(names_unsearchable=False)
    assert f"/{quiet.slug}/signatories/" in client.get("/sitemap.xml").content.decode()
    assert "X-Robots-Tag" not in client.get(f"/letters/{quiet.slug}/signatories/")


def test_the_owner_turns_it_on_and_it_stands_in_the_history(at_desk, organiser, letter):
    fields = {"contact": letter.contact, "names_unsearchable": "on"}
    assert at_desk(organiser).post(f"/desk/{letter.slug}/settings/", fields).status_code == 303
    letter.refresh_from_db()
    assert letter.names_unsearchable
    assert letter.events.latest("at").reason == "adjusted: names_unsearchable"
