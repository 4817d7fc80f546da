"""The forms of a report and of a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.forms import TextField
from signatories import cases, reasons
from signatories.models import Signature


class ReportForm(forms.Form):
    """What a reader thinks is wrong with a name."""

    text = TextField(
        label=_("What is wrong with it?"),
        max_length=1000,
        help_text=_("What you know, and how the team can check it."),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Please write what is wrong.")},
    )


class CloseForm(forms.Form):
    """How a case ends."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=list(cases.OUTCOMES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose how it ends.")},
    )
    reason = forms.ChoiceField(
        label=_("Why the name leaves the letter"),
        required=False,
        choices=[("", _("Only where it leaves")), *reasons.HIDE_REASONS.items()],
        help_text=_("Public, and told to the signer."),
    )
    note = TextField(
        label=_("Note for the team"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, signature: Signature, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signature = signature
        if signature.status != Signature.Status.LISTED:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") == "hidden" and "reason" in self.fields and not data.get("reason"):
            self.add_error("reason", _("Please choose why the name leaves the letter."))
        return data
