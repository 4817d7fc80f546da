"""The choice of a country: 250 of them, on nearly every form."""

from functools import cache
from typing import Any

from django import forms
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from signatories import countries

NONE = "–"


@cache
def _options(language: str) -> SafeString:
    return format_html_join("\n", '<option value="{}">{}</option>', countries.names(language).items())


class CountrySelect(forms.Select):
    """A list whose options are made once a language: one by one they were most of what a form took to be shown.

    Args:
        empty: what stands for no country.
    """

    template_name = "signatories/_countries.html"

    def __init__(self, *, empty: Any = NONE, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.empty = empty

    def optgroups(self, name: str, value: Any, attrs: dict[str, Any] | None = None) -> list[Any]:
        """Return nothing: the options are whole."""
        return []

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return what the template shows, with the chosen country marked."""
        context = super().get_context(name, value, attrs)
        options = format_html('<option value="">{}</option>\n{}', self.empty, _options(get_language() or "en"))
        for one in context["widget"]["value"] or [""]:
            option = f'value="{escape(one)}"'
            options = mark_safe(options.replace(option, f"{option} selected", 1))  # of what is safe already
        return {**context, "options": options}


class CountryField(forms.ChoiceField):
    """One of the countries, by its code.

    Args:
        empty: what stands for no country.
        kwargs: of any field.
    """

    def __init__(self, *, empty: Any = NONE, attrs: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(required=False, widget=CountrySelect(empty=empty, attrs=attrs), **kwargs)

    def valid_value(self, value: Any) -> bool:
        """Whether it is the code of one; asked without making choices of all of them."""
        return value in countries.names()
