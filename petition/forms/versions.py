"""The forms for what comes after the first publication: next wordings, translations, settings, news."""

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from petition.forms import Closing, LetterForm, LineField, TextField
from petition.languages import OF_TEXTS
from petition.models import Letter, Version
from petition.text import sha256

KINDS = [
    (Version.Reason.TYPO, _("Typing error: signatures stay, and signers are told")),
    (Version.Reason.CLARIFICATION, _("Clarification: signers are told, and may leave in one step")),
    (Version.Reason.MEANING, _("Change of meaning: every signer is asked whether to keep their name")),
]


class BeginForm(forms.Form):
    """What kind of change the next wording is."""

    reason = forms.ChoiceField(label=_("What kind of change"), choices=KINDS, widget=forms.RadioSelect)
    note = LineField(
        label=_("What changes, in one sentence"),
        max_length=300,
        help_text=_("Readers and signers see it beside the text."),
    )


class VersionForm(BeginForm):
    """The next wording."""

    body = TextField(
        label=_("Text"), max_length=60_000, widget=forms.Textarea(attrs={"rows": 24, "class": "manuscript"})
    )
    edits = forms.IntegerField(required=False, widget=forms.HiddenInput)


class Shared(forms.Form):
    """What several people may have open at once: nobody saves over what somebody else saved without knowing of it."""

    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = [(name, self.get_initial_for_field(field, name)) for name, field in self.fields.items()]
        self.initial["seen"] = sha256(str(stored))

    def clean_seen(self) -> str:
        now = str(self.initial["seen"])
        if self.cleaned_data["seen"] in {"", now}:
            return now
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["seen"] = now  # sent again, it is meant
        self.data = data
        raise ValidationError(
            _("Somebody else saved this while you had it open. Open it in another tab to see what; saving replaces it.")
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data.pop("seen", None)
        return data


class TranslationForm(Shared):
    """A published version in another language."""

    title = LineField(max_length=200, widget=forms.TextInput(attrs={"dir": "auto"}))
    ask = LineField(
        label=_("The ask in one sentence"), max_length=300, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )
    body = TextField(
        label=_("Text"),
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 24, "class": "manuscript", "dir": "auto"}),
    )
    reviewer = LineField(
        label=_("Reviewed by"),
        max_length=120,
        required=False,
        help_text=_("Who has read it beside the authoritative text. Until somebody has, readers see that nobody did."),
    )


class LanguageForm(forms.Form):
    """Which language a translation is in."""

    language = forms.ChoiceField(label=_("Language"), choices=OF_TEXTS)

    def __init__(self, letter: Letter, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.letter = letter

    def clean_language(self) -> str:
        language = str(self.cleaned_data["language"])
        if language == self.letter.language:
            raise ValidationError(_("This is the language of the authoritative text."))
        return language


class AdjustForm(Shared, Closing):
    """What may change after publication, because nobody signs it."""

    contact, interests = LetterForm.base_fields["contact"], LetterForm.base_fields["interests"]
    milestones, closes_at = LetterForm.base_fields["milestones"], LetterForm.base_fields["closes_at"]
    keep_until, names_unsearchable = LetterForm.base_fields["keep_until"], LetterForm.base_fields["names_unsearchable"]


class UpdateForm(Shared):
    """News about a letter."""

    title = LineField(max_length=200)
    body = TextField(
        label=_("Text"),
        max_length=20_000,
        help_text=_("Markdown."),
        widget=forms.Textarea(attrs={"rows": 14, "class": "manuscript"}),
    )


class ScheduleForm(forms.Form):
    """When the scheduler publishes a letter, in the organiser's own time."""

    at = forms.DateTimeField(
        label=_("Publish at"),
        required=False,
        help_text=_("Leave empty to publish by hand."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(name, name.replace("_", " ")) for name in sorted(available_timezones())],
        initial="UTC",
    )
    least_founders = forms.IntegerField(
        label=_("Listed founders without whom it stays shut"), min_value=0, max_value=1000, initial=0
    )

    def clean(self) -> dict[str, Any]:
        """Turn the time on the clock into a moment; one that the clock skips or shows twice is asked again."""
        data = super().clean() or {}
        at, zone = data.get("at"), data.get("zone")
        if at is None or not zone:
            return data
        local = at.replace(tzinfo=ZoneInfo(zone))
        try:
            moment = local.astimezone(UTC)
        except OverflowError:
            self.add_error("at", _("Please give a time of this century."))
            return data
        if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
            self.add_error("at", _("The clocks go forward over this time in that zone; please choose another one."))
        if local.replace(fold=1).utcoffset() != local.utcoffset():
            self.add_error("at", _("The clocks go back and show this time twice; please choose another one."))
        if moment <= timezone.now():
            self.add_error("at", _("That hour has passed."))
        return {**data, "at": moment}
