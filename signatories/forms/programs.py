"""The forms by which a team lets programs in, and tells them of things."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from petition.forms import LineField
from signatories.evidence import fetching
from signatories.evidence.outcome import Refused
from signatories.models import AccessToken, Webhook


class TokenForm(forms.Form):
    """A personal token."""

    name = LineField(
        label=gettext_lazy("What it is for"),
        max_length=80,
        help_text=gettext_lazy("Such as the program or machine that gets it."),
        error_messages={"required": gettext_lazy("Please say what it is for.")},
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=AccessToken.Scope.choices,
        initial=[AccessToken.Scope.READ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Please tick what it may do.")},
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("It ends after"),
        coerce=int,
        initial=90,
        choices=[
            (7, gettext_lazy("7 days")),
            (30, gettext_lazy("30 days")),
            (90, gettext_lazy("90 days")),
            (180, gettext_lazy("180 days")),
            (365, gettext_lazy("365 days")),
        ],
    )


LONGEST = 500  # characters of a webhook's address


class WebhookForm(forms.Form):
    """An address that is told of events."""

    url = LineField(
        label=gettext_lazy("Address"),
        max_length=LONGEST,
        help_text=gettext_lazy("It has to be on the public internet, and is asked for nothing before the first event."),
        error_messages={"required": gettext_lazy("Please give the address.")},
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("It is told when"),
        choices=Webhook.Event.choices,
        initial=list(Webhook.Event),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Please tick at least one event.")},
    )

    def clean_url(self) -> Any:
        url = str(self.cleaned_data["url"])
        try:
            there = fetching.target(url)
        except Refused as problem:
            raise ValidationError(str(problem)) from None
        if there.scheme != "https" and not settings.TRYING_OUT:
            raise ValidationError(_("Please give an address that starts with https://."))
        if len(there.url) > LONGEST:  # signs that are no letters of an address are spelled with three
            raise ValidationError(_("At most %(number)s characters, please.") % {"number": LONGEST})
        return there.url
