"""The forms of the watchlist."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from petition.forms import RowsField
from petition.models import Letter
from petition.text import clean
from signatories import watch
from signatories.models import WatchName

MOST_LETTERS = 120


class NamesField(RowsField):
    """One name a line."""

    def to_python(self, value: Any) -> Any:
        rows = [clean(row) for row in self.rows(value)]
        for row in rows:
            if len(row) > MOST_LETTERS:
                raise ValidationError(f"“{row[:30]}…” is longer than {MOST_LETTERS} letters.")
            if not watch.is_comparable(row):
                raise ValidationError(f"“{row}” has no letters that could be compared.")
        return rows


class WatchForm(forms.Form):
    """Names for the watchlist."""

    names = NamesField(
        label="Names to watch",
        help_text="One a line, as the person writes it. Both forms of a name may stand on one line: 李雷 (Li Lei)",
        error_messages={"required": "Please write at least one name."},
    )

    def __init__(self, letter: Letter, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.letter = letter

    def clean_names(self) -> list[str]:
        rows: list[str] = self.cleaned_data["names"]
        if self.letter.watch_names.in_force().count() + len(rows) > watch.MOST:
            raise ValidationError(f"A watchlist has at most {watch.MOST} names. Please remove some first.")
        return rows


class RemoveForm(forms.Form):
    """Why a name leaves the watchlist."""

    why = forms.ChoiceField(
        label="Why",
        choices=[("", "Please choose"), *WatchName.Why.choices],
        error_messages={"required": "Please choose why."},
    )
