"""The forms of a report and of a case."""

from typing import Any

from django import forms

from petition.forms import TextField
from signatories import cases, reasons
from signatories.models import Signature


class ReportForm(forms.Form):
    """What a reader thinks is wrong with a name."""

    text = TextField(
        label="What is wrong with it?",
        max_length=1000,
        help_text="What you know, and how the team can check it.",
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Please write what is wrong."},
    )


class CloseForm(forms.Form):
    """How a case ends."""

    outcome = forms.ChoiceField(
        label="Outcome",
        choices=list(cases.OUTCOMES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose how it ends."},
    )
    reason = forms.ChoiceField(
        label="Why the name leaves the letter",
        required=False,
        choices=[("", "Only where it leaves"), *reasons.HIDE_REASONS.items()],
        help_text="Public, and told to the signer.",
    )
    note = TextField(
        label="Note for the team", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, signature: Signature, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signature = signature
        if signature.status != Signature.Status.LISTED:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") == "hidden" and "reason" in self.fields and not data.get("reason"):
            self.add_error("reason", "Please choose why the name leaves the letter.")
        return data
