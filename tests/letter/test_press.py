"""A journalist looks for a number that can be printed."""

import json
import re

import pytest
from django.core.management import call_command
from django.template import Context, Template

from petition import lifecycle, tally
from petition.models import Letter, Tally
from signatories import press

L = "/letters/keep-the-lights-on/"


@pytest.fixture
def counted(letter: Letter, time_machine):
    """A count of the sixteenth of June."""
    time_machine.move_to("2026-06-16T18:05:00Z", tick=False)

    def make(**figures) -> Tally:
        taken = tally.take(letter)
        taken.figures |= figures
        taken.save()
        return taken

    return make


def shown(client, path: str) -> str:
    return " ".join(client.get(L + path).content.decode().split())


def test_the_sentence_to_quote_is_made_from_the_count(letter, counted):
    taken = counted(listed=76, experts=76, confirmed=1204, disciplines=[["optics", 40], ["policy", 36]])
    assert press.sentence(letter, taken) == (
        "As of 16 June 2026, 18:05 UTC, 76 experts whose affiliation or identity was checked, among them 40 in optics "
        "and 36 in policy, have signed “Keep the lights on”, an open letter to The Minister, Ministry of Examples, "
        "Springfield, organised by Friends of Light. 1,204 further supporters confirmed by email and are not listed."
    )


def test_one_person_reads_as_one_person(letter, counted):
    taken = counted(listed=1, experts=1, confirmed=1)
    said = press.sentence(letter, taken)
    assert "1 expert whose affiliation or identity was checked has signed" in said
    assert "1 further supporter confirmed by email and is not listed." in said


def test_a_mass_petition_says_what_was_checked(letter, counted):
    letter.listing = "confirmed"
    said = press.sentence(letter, counted(listed=3000, experts=2, confirmed=0))
    assert "3,000 people who confirmed by email have signed" in said


def test_while_a_burst_is_looked_at_the_sentence_breaks_nothing_down(letter, counted):
    letter.listing = "confirmed"
    said = press.sentence(letter, counted(listed=8, listed_review=6, confirmed=0, disciplines=[["optics", 8]]))
    assert "2 people who confirmed by email have signed" in said


@pytest.mark.parametrize(
    ("language", "label", "said"),
    [("en", "Vulnerability research", "v"), ("en", "AI security", "A"), ("de", "Kryptographie", "K")],
)
def test_a_discipline_is_written_as_its_language_writes_it(letter, counted, language, label, said):
    letter.language, letter.disciplines = language, {"x": label}
    assert f"4 in {said}" in press.sentence(letter, counted(disciplines=[["x", 4]]))


def test_the_page_has_what_outlets_got_wrong(client, letter, confirmed, listed):
    listed(confirmed())
    tally.take(letter)
    page = shown(client, "press/")
    for fact in ("The Minister, Ministry of Examples, Springfield", "Friends of Light", "light@example.org"):
        assert fact in page
    for part in (
        "Listed by name",
        "Affiliation confirmed",
        letter.version.sha256,
        "As of <time",
        "Please keep the lights",
    ):
        assert part in page


def test_the_link_to_cite_opens_the_list_of_that_moment(client, counted):
    counted(listed=0)
    assert "/signatories/?as_of=2026-06-16T18:05:00Z" in shown(client, "press/")
    assert "?as_of=2026-06-16T18:05:00Z" in shown(client, "")


def test_a_small_number_of_people_who_are_not_named_is_shown_nowhere(client, letter, confirmed, listed):
    for n in range(4):
        listed(confirmed(f"{n}@example.com", publish=False))
    tally.take(letter)
    for path in ("", "signatories/", "coalition/", "press/", "changes/"):
        page = shown(client, path)
        assert "more were checked and asked not to be named" not in page
        assert "Not named by choice" not in page
    assert "once there are at least 5 of them" in shown(client, "press/")
    assert "once there are at least 5 of them" in shown(client, "coalition/")


def test_a_delivery_and_an_archive_tell_no_small_number_either(client, letter, delivered, tmp_path):
    assert delivered.figures["unnamed"] == 1
    assert "not to be named" not in shown(client, "delivery/")
    call_command("archive", letter.slug, output=str(tmp_path / "copy"))
    assert json.loads((tmp_path / "copy/tally.json").read_text())["unnamed"] == 0
    assert "not to be named" not in (tmp_path / "copy/index.html").read_text()


def test_from_five_on_they_are_counted(client, counted):
    counted(unnamed=5)
    assert "5 more were checked and asked not to be named." in shown(client, "coalition/")
    assert "Not named by choice" in shown(client, "press/")


def test_before_the_first_count_the_page_says_so(client, letter):
    assert "The first count is being made." in shown(client, "press/")


def growth(letter: Letter) -> str:
    return Template("{% load figures %}{% growth letter %}").render(Context({"letter": letter}))


def test_the_chart_of_growth_has_a_title_a_description_and_its_numbers(letter, counted, time_machine):
    Letter.objects.filter(pk=letter.pk).update(opened_at="2026-06-10T00:00Z")
    letter.refresh_from_db()
    assert "once there is a count of a second hour" in growth(letter)
    counted(listed=10)
    time_machine.move_to("2026-06-17T18:05:00Z", tick=False)
    counted(listed=1500)
    chart = growth(letter)
    assert "<title" in chart
    assert "10 on 16 June 2026, 18:05 UTC; 1,500 on 17 June 2026, 18:05 UTC." in chart
    assert 'd="M0 99.50H1000.0V25.00"' in chart
    assert '<td class="n">1,500</td>' in chart
    assert " style=" not in chart


def test_on_its_first_day_the_chart_says_the_hours(letter, counted, time_machine):
    time_machine.move_to("2026-06-16T10:05:00Z", tick=False)
    letter.opened_at = counted(listed=10).as_of
    time_machine.move_to("2026-06-16T14:05:00Z", tick=False)
    counted(listed=20)
    assert re.findall(r'<text class="scale[^>]*>([^<]*:[^<]*)</text>', growth(letter)) == ["10:05 UTC", "14:05 UTC"]


def test_the_chart_marks_milestones_texts_and_closings(letter, counted, time_machine):
    counted()
    letter.opened_at = Tally.objects.get().as_of
    letter.milestones.filter(number=2).update(reached_at="2026-06-16T20:00Z")
    time_machine.move_to("2026-06-16T21:00Z", tick=False)
    lifecycle.close(letter)
    time_machine.move_to("2026-06-17T18:05:00Z", tick=False)
    counted()
    chart = growth(letter)
    assert "2 names, 16 June 2026, 20:00 UTC. Closed, 16 June 2026, 21:00 UTC." in chart
    assert chart.count('<circle class="dot"') == 2


def test_the_first_name_is_one_name_in_the_chart(letter, counted, time_machine):
    letter.opened_at = counted().as_of
    letter.milestones.create(number=1, reached_at="2026-06-16T20:00Z")
    time_machine.move_to("2026-06-17T18:05:00Z", tick=False)
    counted(listed=1)
    assert "1 name, 16 June 2026, 20:00 UTC." in growth(letter)


def test_a_long_time_is_thinned_out_and_keeps_its_ends(letter):
    hours = [letter.opened_at + n * tally.RECOUNT for n in range(1, 3000)]
    rows = [Tally(letter=letter, hour=at, as_of=at, figures={"listed": n}) for n, at in enumerate(hours)]
    Tally.objects.bulk_create(rows)
    chart = growth(letter)
    assert chart.count('<td class="n">') == 96
    assert '<td class="n">0</td>' in chart
    assert '<td class="n">2,998</td>' in chart
