"""A label, written with a capital where it stands alone, put into the middle of a sentence."""

from typing import Any

from django import template
from django.utils.translation import get_language

register = template.Library()

# These write a common noun with a small letter in a sentence; German does not, and Arabic has no capitals.
SMALL = {"en", "fr", "es"}


@register.filter
def midsentence(value: Any) -> str:
    """Return a label as it stands within a sentence of the language that is spoken."""
    said = str(value)
    return said.lower() if (get_language() or "en").split("-")[0] in SMALL else said
