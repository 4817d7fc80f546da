"""The forms of the watchlist."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

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
                raise ValidationError(
                    _("“%(name)s…” is longer than %(number)s letters.") % {"name": row[:30], "number": MOST_LETTERS}
                )
            if not watch.is_comparable(row):
                raise ValidationError(_("“%(name)s” has no letters that could be compared.") % {"name": row})
        return rows


class WatchForm(forms.Form):
    """Names for the watchlist."""

    names = NamesField(
        label=_("Names to watch"),
        help_text=_("One a line, as the person writes it. Both forms of a name may stand on one line: 李雷 (Li Lei)"),
        error_messages={"required": _("Please write at least one name.")},
    )

    def __init__(self, letter: Letter, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.letter = letter

    def clean_names(self) -> list[str]:
        rows: list[str] = self.cleaned_data["names"]
        if self.letter.watch_names.in_force().count() + len(rows) > watch.MOST:
            said = _("A watchlist has at most %(number)s names. Please remove some first.")
            raise ValidationError(said % {"number": watch.MOST})
        return rows


class RemoveForm(forms.Form):
    """Why a name leaves the watchlist."""

    why = forms.ChoiceField(
        label=_("Why"),
        choices=[("", _("Please choose")), *WatchName.Why.choices],
        error_messages={"required": _("Please choose why.")},
    )
