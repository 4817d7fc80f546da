"""The forms for founders and for the press, on the desk."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from petition.forms import LineField
from petition.models import Letter
from signatories import addresses, invitations
from signatories.forms.countries import CountryField

LARGEST = 512 * 1024  # bytes
COLUMNS = format_lazy(_("UTF-8, with a header row: {columns}."), columns=", ".join(invitations.COLUMNS))


class InviteForm(forms.Form):
    """One founder."""

    email = LineField(label=_("Email"), max_length=254, widget=forms.EmailInput)
    name = LineField(label=_("Name"), max_length=120)
    role = LineField(label=_("Role"), max_length=120, required=False)
    organisation = LineField(label=_("Organisation"), max_length=160, required=False)
    country = CountryField(label=_("Country"))
    discipline = forms.ChoiceField(label=_("Discipline"), required=False)

    def __init__(self, letter: Letter, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.letter = letter
        self.fields["discipline"].choices = [("", "–"), *letter.disciplines.items()]  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        address = addresses.canonical(self.cleaned_data["email"])
        if addresses.keyed_hash(address) in invitations.invited_before(self.letter):
            raise ValidationError(_("This mailbox was invited before."))
        return address


class InviteManyForm(forms.Form):
    """A CSV of founders."""

    file = forms.FileField(label=_("A CSV file"), help_text=COLUMNS)
    skip_bad = forms.BooleanField(label=_("Leave bad rows out and invite the rest"), required=False)

    def clean_file(self) -> str:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError(_("This file is larger than any list of founders."))
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise ValidationError(_("This file is not in UTF-8.")) from None


class EmbargoForm(forms.Form):
    """A link for the press."""

    reader = LineField(label=_("For whom"), max_length=120, help_text=_("Such as the name of a newspaper."))
    days = forms.TypedChoiceField(
        label=_("Works for"),
        coerce=int,
        choices=[(1, _("1 day")), (2, _("2 days")), (7, _("7 days")), (14, _("14 days"))],
        initial=2,
    )

    def expires_at(self) -> datetime:
        """Return when it ends."""
        return timezone.now() + timedelta(days=self.cleaned_data["days"])
