"""The forms of the desk."""

from typing import Any

from django import forms

from petition.forms import TextField
from signatories import reasons
from signatories.models import Export


class ReasonForm(forms.Form):
    """A decision's reason code, and a note for the team."""

    reason = forms.ChoiceField(label="Reason", error_messages={"required": "Please choose a reason."})
    note = TextField(
        label="Note for the team", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, choices: dict[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Please choose"), *choices.items()]


class ListForm(ReasonForm):
    """The level, and the signals it rests on."""

    level = forms.TypedChoiceField(
        label="Level",
        coerce=int,
        choices=[(level, f"{level} · {reasons.LEVELS[level]}") for level in (2, 3, 4)],
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose a level."},
    )
    signals = forms.MultipleChoiceField(
        label="What you checked",
        choices=reasons.Family.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Please tick what you checked."},
    )
    url = forms.URLField(
        label="Where it can be seen",
        max_length=300,
        required=False,
        assume_scheme="https",
        help_text="A staff page, a record.",
    )
    field_order = ("level", "signals", "url", "reason", "note")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "level" in data and "signals" in data:
            problem = reasons.level_problem(data["level"], data["signals"])
            if problem:
                self.add_error("signals", problem)
        return data


class ExportForm(forms.Form):
    """Which list leaves the house."""

    audience = forms.ChoiceField(choices=Export.Audience.choices, widget=forms.RadioSelect, initial="public")
    format = forms.ChoiceField(choices=Export.Format.choices, widget=forms.RadioSelect, initial="csv")
    bom = forms.BooleanField(label="For a spreadsheet that misreads UTF-8 (adds a byte order mark)", required=False)
