"""What signers do with their own data: each wants the code from their mailbox."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.forms import LineField
from petition.models import Letter
from signatories import addresses, privacy, wordings
from signatories.forms.signers import CodeForm, LineForm, Worded, consent
from signatories.models import Signature

WHAT = {
    "copy": _("A copy of my data"),
    "correct": _("Correct my line"),
    "agree": _("Give a consent"),
    "hide": _("Be counted, and not named"),
    "withdraw": _("Withdraw my signature"),
    "erase": _("Erase everything about me on this site"),
}
PENDING = ("copy", "withdraw", "erase")


def open_to(signature: Signature) -> dict[str, str]:
    """Return what the owner of a signature can do, as it stands now."""
    if not signature.may_be_withdrawn:
        return {}
    if signature.status == Signature.Status.PENDING:
        return {what: str(WHAT[what]) for what in PENDING}
    agreed = [getattr(signature, purpose) for purpose in wordings.PURPOSES]
    shut = {"correct"} if signature.status not in privacy.MAY_CORRECT or not signature.address else set()
    shut |= {"agree"} if all(agreed) or not signature.address else set()
    shut |= set() if signature.publish else {"hide"}
    return {what: str(label) for what, label in WHAT.items() if what not in shut}


class AskForm(forms.Form):
    """Have a code sent. Nothing is chosen beforehand, so a scanner that sends forms as they stand causes no mail."""

    email = LineField(
        label=_("Your email"),
        max_length=254,
        help_text=_("We do not know it any more. Please type the address you signed with; the code goes there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )

    def __init__(self, signature: Signature, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if signature.address:
            del self.fields["email"]

    def clean_email(self) -> str:
        return addresses.canonical(self.cleaned_data["email"])


class ChangeForm(AskForm):
    """What somebody wants to do, on the own page."""

    what = forms.ChoiceField(
        label=_("What would you like to do?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one."), "invalid_choice": _("Please choose one of these.")},
    )
    field_order = ("what", "email")

    def __init__(self, signature: Signature, *args: Any, **kwargs: Any) -> None:
        super().__init__(signature, *args, **kwargs)
        self.fields["what"].choices = [*open_to(signature).items()]  # type: ignore[attr-defined]


class SendForm(AskForm):
    """The same on the page of one change, for the first mail or another one."""

    send = forms.BooleanField(
        label=_("Send a code to the mailbox I signed with"),
        error_messages={"required": _("Please tick the box if you want a code.")},
    )
    field_order = ("send", "email")


class CopyForm(CodeForm):
    """A copy of the data wants the code and nothing else."""


class HideForm(CodeForm):
    """Not to be named wants the code and nothing else."""


class AgreeForm(Worded, CodeForm):
    """Consents that are not given, each with a box of its own, unticked."""

    def __init__(self, signature: Signature, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purposes = [purpose for purpose in wordings.PURPOSES if not getattr(signature, purpose)]
        code = self.fields.pop("code")
        self.fields |= {purpose: consent(purpose, self.worded) for purpose in self.purposes}
        self.fields["code"] = code

    def given(self) -> list[str]:
        """Return the purposes that were ticked."""
        return [purpose for purpose in self.purposes if self.cleaned_data[purpose]]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.purposes and not self.errors and not any(data.get(purpose) for purpose in self.purposes):
            self.add_error(self.purposes[0], _("Please tick what you agree to."))
        return data


class WithdrawForm(CodeForm):
    """Leaving wants the code, and one tick, because it is final."""

    sure = forms.BooleanField(
        label=_("Yes, take my signature off this letter for good"),
        error_messages={"required": _("Please tick the box if you want to withdraw.")},
    )


class EraseForm(CodeForm):
    """Erasing is about all letters of this site."""

    sure = forms.BooleanField(
        label=_(
            "Yes, withdraw my signatures and erase all that is known of this mailbox, on every letter of this site"
        ),
        error_messages={"required": _("Please tick the box if you want everything erased.")},
    )
    no_more_mail = forms.BooleanField(label=_("Never write to this address again"), required=False)


class CorrectForm(CodeForm, LineForm):
    """The line; what was agreed to is given and taken back one by one, elsewhere."""

    field_order = ("name", "role", "organisation", "former", "country", "discipline", "capacity", "profile_url", "code")

    def __init__(self, letter: Letter, *args: Any, **kwargs: Any) -> None:
        super().__init__(letter, *args, **kwargs)
        for name in (*wordings.PURPOSES, "wording"):
            del self.fields[name]

    def typed(self) -> dict[str, Any]:
        """Return a value for each name in `privacy.LINE_ONLY`."""
        data = {"discipline": "", **self.cleaned_data}
        data["capacity"] = data["capacity"] or str(Signature.Capacity.PERSONAL)
        return {name: data[name] for name in privacy.LINE_ONLY}


class TakeBackForm(forms.Form):
    """Take a consent back: one tick, as easily as it was given."""

    sure = forms.BooleanField(
        label=_("I take this back"), error_messages={"required": _("Please tick the box if you want to take it back.")}
    )
