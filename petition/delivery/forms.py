"""The forms of a delivery. Each wants a tick, so that a program which submits forms as they stand does nothing."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from petition.forms import LineField, TextField
from petition.models import Delivery

TICK = {"required": _("Please tick this box.")}


class DeliverForm(forms.Form):
    """The last question before a letter is frozen."""

    sure = forms.BooleanField(
        label=_("Freeze this list and mark the letter as delivered. This cannot be undone."), error_messages=TICK
    )


class LinkForm(forms.Form):
    """A door for one addressee."""

    addressee = LineField(label=_("For whom"), max_length=600)
    days = forms.IntegerField(label=_("Opens for how many days"), min_value=1, max_value=730, initial=180)

    def __init__(self, delivery: Delivery, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = delivery.frame["addressees"][0] if delivery.frame["addressees"] else {}
        self.fields["addressee"].initial = ", ".join(part for part in (first.get("name"), first.get("office")) if part)


class AcknowledgeForm(forms.Form):
    """The letter has arrived."""

    name = LineField(label=_("Your name"), max_length=200, help_text=_("Shown to the organiser only."))
    sure = forms.BooleanField(label=_("We have received this letter."), error_messages=TICK)


class ReplyForm(forms.Form):
    """What the addressee answers."""

    author = LineField(
        label=_("Who replies"), max_length=200, help_text=_("Name and office, as they should be printed.")
    )
    text = TextField(
        label=_("The reply"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Plain text. Leave an empty line between paragraphs."),
    )
    sure = forms.BooleanField(label=_("Publish this reply on the letter’s page."), error_messages=TICK)


class EnteredReplyForm(forms.Form):
    """A reply that came by post, by mail or in a speech."""

    author = LineField(label=_("Who replied"), max_length=200)
    received_on = forms.DateField(label=_("Received on"), widget=forms.DateInput(attrs={"type": "date"}))
    text = TextField(
        label=_("The reply"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Word for word, in plain text."),
    )

    def __init__(self, delivery: Delivery, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.delivery = delivery

    def clean_received_on(self) -> Any:
        """A reply comes after the letter and not after today."""
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day has not come yet."))
        if day < timezone.localdate(self.delivery.as_of):
            raise ValidationError(_("This is before the letter was delivered."))
        return day
