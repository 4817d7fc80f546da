"""The bar of a letter on the desk, and every other link there, by role."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from petition import versions
from petition.models import Letter, Role, User
from signatories import batches, cases
from signatories.models import Case

PAGES = ["", "versions/", "founders/", "vetting/", "cases/", "batches/", "throughput/"]
LINK = re.compile(r'href="(/desk/[^"#]+)"')


@pytest.mark.parametrize("role", Role.values)
def test_no_link_on_the_desk_leads_to_nothing(
    letter: Letter, organiser: User, stranger: User, at_desk: Callable[[User], Client], role: str
):
    letter.members.create(user=stranger, role=role)
    versions.begin(letter, reason="typo", note="A full stop.", by=organiser)
    browser = at_desk(stranger)
    shown = {
        link for page in PAGES for link in LINK.findall(browser.get(f"/desk/{letter.slug}/{page}").content.decode())
    }
    assert len(shown) >= 7
    assert [link for link in shown if browser.get(link.replace("&amp;", "&")).status_code != 200] == []


def test_the_bar_shows_a_vetter_where_they_are(letter: Letter, vetter: User, at_desk: Callable[[User], Client]):
    page = at_desk(vetter).get(f"/desk/{letter.slug}/throughput/").content.decode()
    found = re.findall(r'aria-current="(\w+)">([^<]+)', page)
    assert found == [("true", "Signatures"), ("page", "Work"), ("true", "English")]
    assert "Watchlist" in page
    for closed in ("Handing over", "/team/", "/updates/"):
        assert closed not in page


def test_the_bar_says_where_a_case_or_a_batch_waits_for_somebody(letter, vetter, confirmed, listed, begin, at_desk):
    def counts() -> dict[str, str]:
        page = at_desk(vetter).get(f"/desk/{letter.slug}/vetting/").content.decode()
        return dict(re.findall(r'<a href="[^"]*/(cases|batches)/">\w+ <span class="count">(\d+)</span></a>', page))

    assert counts() == {}
    people = [listed(confirmed(f"p{n}@example.com")) for n in range(batches.ALONE + 1)]
    case = cases.open_(people[0], kind=Case.Kind.REPORT, text="Not her.")
    begin("invalidate", choice={"status": ["listed"]})
    assert counts() == {"cases": "1", "batches": "1"}
    cases.close(case, by=vetter, outcome="kept")
    assert counts() == {"batches": "1"}
