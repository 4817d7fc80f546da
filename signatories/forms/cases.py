"""The forms of a report and of a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.forms import TextField
from signatories import cases, reasons
from signatories.models import Case, Signature


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

    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"seen": cases.mark(case)})
        super().__init__(*args, **kwargs)
        signature = case.signature
        if signature.status != Signature.Status.LISTED:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") == "hidden" and "reason" in self.fields and not data.get("reason"):
            self.add_error("reason", _("Please choose why the name leaves the letter."))
        return data
