"""What the desk says in another language, and what stays English because it is stored."""

from django.utils import translation

from petition import stored
from signatories import batches
from signatories.sentences import inside as midsentence
from signatories.templatetags.phrases import in_history


def test_a_noun_keeps_its_capital_within_a_german_sentence():
    assert midsentence("Waits for a decision") == "waits for a decision"
    with translation.override("de"):
        assert midsentence("Wartet auf eine Entscheidung") == "Wartet auf eine Entscheidung"


def test_the_history_names_every_status_and_anything_else_as_it_is():
    assert in_history("confirmed") == "confirmed"
    assert in_history("erased long ago") == "erased long ago"


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
