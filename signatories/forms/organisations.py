"""The forms of the organisations' page."""

from django import forms

from petition.forms import LineField
from signatories import countries
from signatories.models import OrganisationDomain


class HostForm(forms.Form):
    """One more host by which an organisation is known."""

    host = LineField(
        label="Host",
        max_length=253,
        help_text="What stands after the @, exactly: mail.example.org is another host than example.org.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(
        label="Whose mailboxes",
        choices=OrganisationDomain.Kind.choices,
        initial=OrganisationDomain.Kind.STAFF,
        widget=forms.RadioSelect,
        error_messages={"required": "Please say whose mailboxes are there."},
    )


class OrganisationForm(forms.Form):
    """An organisation that nobody knows here."""

    name = LineField(label="Name", max_length=160, help_text="As it is printed on letters.")
    country = forms.ChoiceField(label="Country", required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["country"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "–"), *countries.names().items()]
