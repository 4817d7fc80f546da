"""What the desk says in another language, and what stays English because it is stored."""

import pytest
from django.utils import translation

from petition import stored
from signatories import batches
from signatories.retention import rules
from signatories.sentences import inside as midsentence
from signatories.templatetags.phrases import in_history


def test_a_noun_keeps_its_capital_within_a_german_sentence():
    assert midsentence("Waits for a decision") == "waits for a decision"
    with translation.override("de"):
        assert midsentence("Wartet auf eine Entscheidung") == "Wartet auf eine Entscheidung"


def test_the_history_names_every_status_and_anything_else_as_it_is():
    assert in_history("confirmed") == "confirmed"
    assert in_history("erased long ago") == "erased long ago"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("adjusted: closes_at, contact, intere", "Einstellungen geändert: Schließt am, Kontaktadresse, Offengelegte"),
        ("scheduled: 2026-12-28T10:00Z", "28. Dezember 2026"),
        ("not scheduled", "von Hand"),
        ("not published: Before it can be publishe", "etwas fehlte"),
        ("version_2", "Fassung 2 veröffentlicht"),
    ],
)
def test_the_history_of_a_letter_is_read_in_ones_own_language(letter, organiser, at_desk, reason: str, said: str):
    letter.events.create(was="open", now="open", actor=organiser, reason=reason)
    page = at_desk(organiser).get(f"/de/desk/{letter.slug}/").content.decode()
    assert said in page
    assert "Entwurf → Offen für Unterschriften" in page


def test_every_line_of_the_table_of_retention_is_translated():
    for rule in rules.RULES:
        with translation.override("de"):
            german = (str(rule.what), str(rule.kept))
        assert german != (str(rule.what), str(rule.kept)), rule.name


def test_what_is_stored_is_recognised_by_the_sentence_it_was_made_of():
    sentences = ["%(host)s is at %(place)s (really).", "%(host)s is at %(place)s."]
    assert stored.said("a.example.org is at home (really).", sentences) == "a.example.org is at home (really)."
    with translation.override("de"):
        assert stored.said("Monday", words=[]) == "Montag"  # a word of Django's own catalogue
        assert stored.said("Moved since: Monday.", [batches.MOVED_SINCE], words=["why"]) == "Seitdem bewegt: Montag."
    assert stored.said("") == ""


def test_a_sentence_that_nobody_translated_is_shown_as_it_is_stored():
    with translation.override("de"):
        assert batches.said("A percent sign, 100 %(so)s, does no harm.") == "A percent sign, 100 %(so)s, does no harm."


def test_where_one_reads_leftwards_the_history_goes_leftwards(letter, organiser, at_desk):
    page = at_desk(organiser).get(f"/ar/desk/{letter.slug}/").content.decode()
    assert "مسودة ← مفتوحة للتوقيع" in page
