"""The forms of signers. What was typed is kept, and each problem stands beside its field."""

from copy import deepcopy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from petition.forms import LineField, TextField
from petition.lines import refuse_web_address
from petition.models import Letter
from petition.text import clean
from signatories import addresses, wordings
from signatories.forms.countries import CountryField
from signatories.models import LINE, Signature

# static/js/suggest.js offers names here; without it the field is plain text.
SUGGESTED = {"data-suggest": reverse_lazy("signatories:organisations"), "data-suggest-label": _("Organisations")}


def _web(url: str) -> str:
    if url and not url.startswith(("https://", "http://")):
        raise ValidationError(_("Please give an address that starts with https://."))
    return url


class ConsentField(forms.BooleanField):
    """A box of its own, unticked, with the words that will be kept beside the consent."""

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """Return it with the words of its form's version."""
        bound = super().get_bound_field(form, field_name)
        if isinstance(form, Worded):
            bound.label, bound.help_text = wordings.box(field_name, form.worded)
        return bound


def consent(purpose: str, wording: str = wordings.CURRENT) -> forms.BooleanField:
    """Return a box of its own, unticked, with the words that will be kept beside the consent.

    Args:
        purpose: one of `wordings.PURPOSES`.
        wording: the version of the words, which is one in the reader's language.
    """
    label, help_text = wordings.box(purpose, wording)
    return ConsentField(label=label, help_text=help_text, required=False)


class Worded(forms.Form):
    """The boxes of consent, in the version of the words that a hidden field carries along.

    What is shown again, because something else was wrong with it, keeps the words under which its boxes were ticked,
    also where its reader has changed the language meanwhile: these words are what will be kept.
    """

    wording = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.worded = wordings.known(self.data.get(self.add_prefix("wording")) or wordings.shown())
        self.initial["wording"] = self.worded  # whatever was agreed to before, these words stand here now

    def clean_wording(self) -> str:
        return self.worded


class LineForm(Worded):
    """What is printed after a name, and who may read it."""

    name = LineField(
        label=_("Your name"),
        max_length=120,
        help_text=_("As it should be printed, in any script."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    role = LineField(
        label=_("Role"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    organisation = LineField(
        label=_("Organisation"),
        max_length=160,
        required=False,
        help_text=_("Printed for identification only."),
        widget=forms.TextInput(attrs={"autocomplete": "organization", **SUGGESTED}),
    )
    former = forms.BooleanField(label=_("This is a former role"), required=False)
    country = CountryField(label=_("Country"), attrs={"autocomplete": "country"})
    discipline = forms.ChoiceField(label=_("Discipline"))
    capacity = forms.ChoiceField(
        label=_("I sign"),
        required=False,
        choices=Signature.Capacity.choices,
        initial=Signature.Capacity.PERSONAL,
        widget=forms.RadioSelect,
    )
    profile_url = forms.URLField(
        label=_("A page that shows who you are"),
        max_length=300,
        required=False,
        assume_scheme="https",
        help_text=_("A staff page, ORCID or profile helps the team to confirm your line. It is not printed."),
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "url"}),
    )
    publish = consent("publish")
    updates = consent("updates")
    contact = consent("contact")

    def __init__(self, letter: Letter, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.letter = letter
        if letter.disciplines:
            self._choices("discipline").choices = [("", _("Please choose")), *letter.disciplines.items()]
        else:
            del self.fields["discipline"]

    def _choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def clean_name(self) -> str:
        return refuse_web_address(self.cleaned_data["name"], bare=True)

    def clean_role(self) -> str:
        return refuse_web_address(self.cleaned_data["role"], bare=False)

    def clean_organisation(self) -> str:
        return refuse_web_address(self.cleaned_data["organisation"], bare=False)

    def clean_profile_url(self) -> str:
        return _web(clean(str(self.cleaned_data["profile_url"])))

    def clean(self) -> dict[str, Any]:
        """Whoever signs on behalf of an organisation names it, and belongs to it."""
        data = super().clean() or self.cleaned_data
        if data.get("capacity") == Signature.Capacity.BEHALF:
            if data.get("organisation") == "":
                self.add_error("organisation", _("Please say on behalf of which organisation you sign."))
            if data.get("former"):
                self.add_error("former", _("Nobody signs on behalf of an organisation that they have left."))
        return data

    def typed(self) -> dict[str, Any]:
        """Return a value for each name in `LINE`."""
        data = {"discipline": "", **self.cleaned_data}
        data["capacity"] = data["capacity"] or str(Signature.Capacity.PERSONAL)
        return {name: data[name] for name in LINE}


class ReadVersion(forms.Form):
    """Which version stood on the page: nobody signs words that came after they opened it."""

    letter: Letter
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_version(self) -> int | None:
        number: int | None = self.cleaned_data["version"]
        current = self.letter.version
        if number is None or current is None or number == current.number:
            return number
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["version"] = str(current.number)  # sent again, the new one is meant
        self.data = data
        raise ValidationError(_("The text has changed since you opened this page. Please read it again."))


class _Fields(dict[str, forms.Field]):
    """The fields of a class, of which a form copies only those that it changes."""

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, forms.Field]:
        return {name: deepcopy(field) if name in SignForm.OWN else field for name, field in self.items()}


class SignForm(ReadVersion, LineForm):
    """The public form: the line, and the mailbox that confirms it.

    Its fields are those of the class: to copy fifteen for each form took longer than to check what was typed.
    """

    OWN = ("discipline",)  # fields that differ from letter to letter
    email = LineField(
        label=_("Email"),
        max_length=254,
        help_text=_("Never shown. We send a code to it; an address of your organisation speeds up the check."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    language = LineField(required=False, max_length=12, widget=forms.HiddenInput)
    field_order = ("name", "email", "role", "organisation", "former", "country", "discipline")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.base_fields = _Fields(type(self).base_fields)  # type: ignore[misc]
        super().__init__(*args, **kwargs)

    def clean_email(self) -> str:
        return addresses.canonical(self.cleaned_data["email"])

    def clean_language(self) -> str:
        """Return the language that was read; what is no translation of this letter counts as the authoritative text."""
        language = str(self.cleaned_data["language"])
        version = self.letter.version
        known = version and language and version.translations.filter(language=language).exists()
        return language if known else self.letter.language


class CodeForm(forms.Form):
    """The code from the mail; in the mail's own page also the box that says so."""

    code = forms.CharField(
        label=_("Code from the mail"),
        max_length=20,
        error_messages={"required": _("Please type the six digits from the mail.")},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code", "size": 8}
        ),
    )


class ConfirmForm(CodeForm):
    """What a person has to do that no scanner does: copy a code, tick a box."""

    agree = forms.BooleanField(
        label=_("I sign this letter"), error_messages={"required": _("Please tick the box if you want to sign.")}
    )


class ConfirmLineForm(ConfirmForm, LineForm):
    """The line, the code from the mail, and the box: for founders, and for whoever corrects a line and signs it."""

    field_order = ("name", "role", "organisation", "former", "country", "discipline")

    @property
    def line_is_wrong(self) -> bool:
        """Whether a problem stands beside a field of the line."""
        return bool(set(self.errors) & set(LINE))


class InvitedForm(ReadVersion, ConfirmLineForm):
    """A founder's line, the code from the invitation, and the box."""


class DisownForm(forms.Form):
    """I did not sign this."""

    sure = forms.BooleanField(
        label=_("I did not sign this letter"),
        error_messages={"required": _("Please tick the box if you did not sign.")},
    )
    no_more_mail = forms.BooleanField(label=_("Never write to this address again"), required=False)


class AnswerForm(forms.Form):
    """What the signer answers to the team's question."""

    answer = TextField(
        label=_("Your answer"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    url = forms.URLField(
        label=_("A page that shows it"),
        max_length=300,
        required=False,
        assume_scheme="https",
        help_text=_("A staff page, your ORCID, a programme that names you. It is for the team and is not printed."),
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "url"}),
    )

    def clean_url(self) -> str:
        return _web(self.cleaned_data["url"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("answer") and not data.get("url"):
            self.add_error("answer", _("Please write an answer, or name a page."))
        return data


class KeepForm(forms.Form):
    """Keep or leave, when the meaning of the text has changed; neither is chosen beforehand."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=_("Your name"),
        choices=[("keep", _("Keep my name, under the new words")), ("leave", _("Take my signature off for good"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one.")},
    )


class ReachForm(forms.Form):
    """News again; a tick, so that a scanner that submits every form as it stands changes nothing."""

    sure = forms.BooleanField(
        label=_("Mail reaches me here again"),
        error_messages={"required": _("Please tick the box if mail reaches you here again.")},
    )


class UnsubscribeForm(forms.Form):
    """No more news; a tick, so that a scanner that submits every form as it stands changes nothing."""

    sure = forms.BooleanField(
        label=_("Send me no more news about this letter"),
        error_messages={"required": _("Please tick the box if you want no more news.")},
    )
