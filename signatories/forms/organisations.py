"""The forms of the organisations' page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from petition.forms import LineField
from signatories.forms.countries import CountryField
from signatories.models import OrganisationDomain


class HostForm(forms.Form):
    """One more host by which an organisation is known."""

    host = LineField(
        label=_("Host"),
        max_length=253,
        help_text=_("What stands after the @, exactly: mail.example.org is another host than example.org."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(
        label=_("Whose mailboxes"),
        choices=OrganisationDomain.Kind.choices,
        initial=OrganisationDomain.Kind.STAFF,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please say whose mailboxes are there.")},
    )


class OrganisationForm(forms.Form):
    """An organisation that nobody knows here."""

    name = LineField(label=_("Name"), max_length=160, help_text=_("As it is printed on letters."))
    country = CountryField(label=_("Country"))
