"""The forms for what comes after the first publication: next wordings, translations, settings, news."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from petition.forms import LetterForm, LineField, TextField
from petition.models import Letter, Version

KINDS = [
    (Version.Reason.TYPO, "Typing error: signatures stay, and signers are told"),
    (Version.Reason.CLARIFICATION, "Clarification: signers are told, and may leave in one step"),
    (Version.Reason.MEANING, "Change of meaning: every signer is asked whether to keep their name"),
]


class BeginForm(forms.Form):
    """What kind of change the next wording is."""

    reason = forms.ChoiceField(label="What kind of change", choices=KINDS, widget=forms.RadioSelect)
    note = LineField(
        label="What changes, in one sentence",
        max_length=300,
        help_text="Readers and signers see it beside the text.",
    )


class VersionForm(BeginForm):
    """The next wording."""

    body = TextField(label="Text", max_length=60_000, widget=forms.Textarea(attrs={"rows": 24, "class": "manuscript"}))
    edits = forms.IntegerField(required=False, widget=forms.HiddenInput)


class TranslationForm(forms.Form):
    """A published version in another language."""

    title = LineField(max_length=200, widget=forms.TextInput(attrs={"dir": "auto"}))
    ask = LineField(
        label="The ask in one sentence", max_length=300, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )
    body = TextField(
        label="Text",
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 24, "class": "manuscript", "dir": "auto"}),
    )
    reviewer = LineField(
        label="Reviewed by",
        max_length=120,
        required=False,
        help_text="Who has read it beside the authoritative text. Until somebody has, readers see that nobody did.",
    )


class LanguageForm(forms.Form):
    """Which language a translation is in."""

    language = forms.ChoiceField(label="Language", choices=settings.LANGUAGES)

    def __init__(self, letter: Letter, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.letter = letter

    def clean_language(self) -> str:
        language = str(self.cleaned_data["language"])
        if language == self.letter.language:
            raise ValidationError("This is the language of the authoritative text.")
        return language


class AdjustForm(forms.Form):
    """What may change after publication, because nobody signs it."""

    contact, interests = LetterForm.base_fields["contact"], LetterForm.base_fields["interests"]
    milestones, closes_at = LetterForm.base_fields["milestones"], LetterForm.base_fields["closes_at"]
    keep_until = LetterForm.base_fields["keep_until"]


class UpdateForm(forms.Form):
    """News about a letter."""

    title = LineField(max_length=200)
    body = TextField(
        label="Text",
        max_length=20_000,
        help_text="Markdown.",
        widget=forms.Textarea(attrs={"rows": 14, "class": "manuscript"}),
    )
