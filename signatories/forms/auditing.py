"""The form of the weekly audit."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.forms import TextField


class AuditForm(forms.Form):
    """Nothing is chosen beforehand, so that a scanner that submits the form as it stands answers nothing."""

    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[
            ("right", _("I signed this, and the line is right")),
            ("wrong", _("I signed this, and something is not right")),
            ("not_me", _("I did not sign this")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose an answer.")},
    )
    text = TextField(
        label=_("What is not right?"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("answer") == "wrong" and not data.get("text") and "text" not in self.errors:
            self.add_error("text", _("Please say what is not right, so that the team can correct it."))
        return data
