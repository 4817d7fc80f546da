"""The forms of the letter, and the two text fields that every form of the site uses."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.encoding import punycode
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from petition.languages import OF_TEXTS
from petition.models import Letter, Role, User
from petition.text import clean

CONFLICT = 409  # RFC 9110, section 15.5.10: somebody else was quicker
UNPROCESSABLE = 422  # RFC 9110, section 15.5.21: understood, and with something to correct
MOST_ROWS = 40
ADDRESSEE = ("name", "office", "address", "source")
MAY_WAIT = ("addressees", "ask", "body", "disclaimer", "organiser", "contact")  # until a letter is published
EARLIEST, LATEST = 2000, 2100  # years in which a letter may close


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form is bound to: what was sent, even if that is nothing, or None when it is only looked at."""
    return request.POST if request.method == "POST" else None


class LineField(forms.CharField):
    """One line in any script: NFC, single spaces, nothing that hides or turns round what is read."""

    def to_python(self, value: Any) -> str:
        value = super().to_python(value)
        return clean(value) if value else ""


class TextField(forms.CharField):
    """Several lines, with the same care."""

    def to_python(self, value: Any) -> str:
        value = super().to_python(value)
        return clean(value, multiline=True) if value else ""


class AddressField(forms.EmailField):
    """An address that mail can be written to."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)  # RFC 5321, section 4.5.3.1.3, without the brackets

    def to_python(self, value: Any) -> str:
        value = super().to_python(value)
        return clean(value) if value else ""

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        try:
            punycode(str(value).rpartition("@")[2])  # as Django writes it into a mail
        except UnicodeError:
            raise ValidationError(EmailValidator.message) from None


class RowsField(TextField):
    """A list, one item a line."""

    widget: type[forms.Widget] | forms.Widget = forms.Textarea(attrs={"rows": 4})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=8000, **kwargs)

    def rows(self, value: Any) -> list[str]:
        """Return the lines that are not empty."""
        rows = [line.strip() for line in super().to_python(value).split("\n") if line.strip()]
        if len(rows) > MOST_ROWS:
            raise ValidationError(_("At most %(most)s lines, please.") % {"most": MOST_ROWS})
        return rows


class AddresseesField(RowsField):
    """Name; office; address; source of one addressee a line."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            value = "\n".join("; ".join(str(one.get(k, "")) for k in ADDRESSEE) for one in value)
        found = [
            dict(zip(ADDRESSEE, (part.strip() for part in row.split(";", 3)), strict=False)) for row in self.rows(value)
        ]
        for source in filter(None, (one.get("source") for one in found)):
            try:
                URLValidator(schemes=["https", "http"])(source)
            except ValidationError:
                said = _("%(source)s is not a page on the web; what follows the third semicolon is one.")
                raise ValidationError(said % {"source": source}) from None
        return found

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join("; ".join(str(one.get(k, "")) for k in ADDRESSEE).rstrip("; ") for one in value)


class DisciplinesField(RowsField):
    """One discipline a line; `key: label` keeps a key that is in use."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, dict):
            value = "\n".join(f"{key}: {label}" for key, label in value.items())
        disciplines = {}
        for row in self.rows(value):
            key, colon, label = row.partition(":")
            label = (label if colon else row).strip()
            key = slugify(key)[:60]
            if not key or not label:
                raise ValidationError(
                    _("“%(row)s” needs a name, or a short key and a name: “policy: Policy”.") % {"row": row}
                )
            disciplines[key] = label[:80]
        return disciplines

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{key}: {label}" for key, label in value.items())


class MilestonesField(RowsField):
    """Whole numbers, separated by commas or spaces."""

    widget = forms.TextInput()

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            value = " ".join(map(str, value))
        words = re.split(r"[\s,;]+", " ".join(self.rows(value)).strip())
        numbers = set()
        for word in filter(None, words):
            if not (len(word) < 10 and word.isascii() and word.isdigit() and 0 < int(word) < 1_000_000_000):
                raise ValidationError(_("“%(word)s” is not a number of signatories.") % {"word": word})
            numbers.add(int(word))
        return sorted(numbers)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value


class Closing(forms.Form):
    """When a letter closes: a time to come, or the one that is stored, which may have passed meanwhile."""

    def clean_closes_at(self) -> datetime | None:
        moment: datetime | None = self.cleaned_data["closes_at"]
        stored: datetime | None = self.initial.get("closes_at")
        if moment and not EARLIEST <= moment.year <= LATEST:  # at its edges a calendar has no other time zone
            raise ValidationError(
                _("Please choose a year between %(first)s and %(last)s.") % {"first": EARLIEST, "last": LATEST}
            )
        if moment and stored and moment == stored.replace(second=0, microsecond=0):  # the field shows no seconds
            return stored
        if moment and moment <= timezone.now():
            raise ValidationError(_("That hour has passed."))
        return moment


class LetterForm(Closing):
    """A letter as its team writes it; the browser and `new_letter` both go through here."""

    title = LineField(label=_("Title"), max_length=200)
    addressees = AddresseesField(
        label=_("Addressees"),
        help_text=_(
            "One a line: name; office; place; a page that says so. For example: "
            "The Minister; Ministry of Examples; Springfield; https://example.org/minister"
        ),
    )
    ask = LineField(label=_("The ask in one sentence"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    body = TextField(
        label=_("Text"),
        max_length=60_000,
        help_text=_("Markdown: a blank line starts a paragraph, # a heading, - a list, **bold**, [words](https://…)."),
        widget=forms.Textarea(attrs={"rows": 24, "class": "manuscript"}),
    )
    eligibility = TextField(
        label=_("Who may sign"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    disciplines = DisciplinesField(
        label=_("Disciplines"),
        required=False,
        help_text=_("One a line. The coalition is counted by them. Leave empty for none."),
    )
    disclaimer = TextField(
        label=_("Disclaimer"),
        max_length=1000,
        help_text=_("Travels with every list and every export."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    organiser = LineField(label=_("Organiser"), max_length=200)
    interests = TextField(
        label=_("Declared interests"),
        max_length=2000,
        required=False,
        help_text=_("Who pays, and what interests the organisers have."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    contact = AddressField(label=_("Contact address"), help_text=_("Shown on the page; answers to mails go there."))
    listing = forms.ChoiceField(label=_("A name becomes public"), choices=Letter.Listing.choices)
    milestones = MilestonesField(
        label=_("Milestones"), required=False, help_text=_("Numbers of listed signatories you wait for: 25, 50, 100")
    )
    language = forms.ChoiceField(label=_("Language of the text"), choices=OF_TEXTS, initial="en", required=False)
    closes_at = forms.DateTimeField(
        label=_("Closes at"),
        required=False,
        help_text=_("In UTC; leave empty for no end."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    keep_until = forms.DateField(
        label=_("Signers’ data are kept until"),
        required=False,
        help_text=_("The names on the letter stay until their owners withdraw them."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    names_unsearchable = forms.BooleanField(
        label=_("Keep the names out of search engines"),
        required=False,
        help_text=_(
            "The list stays public, and the letter itself can be found. Search engines are asked to leave out the "
            "pages with names, and the letter’s own page leads to the list instead of beginning it."
        ),
    )
    edits = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, whole: bool = False, **kwargs: Any) -> None:
        """A draft may be saved before it is `whole`; publishing asks for the rest (`lifecycle.missing`)."""
        super().__init__(*args, **kwargs)
        for name in MAY_WAIT:
            self.fields[name].required = whole
            self.fields[name].waits = not whole  # type: ignore[attr-defined]

    def clean_language(self) -> str:
        return str(self.cleaned_data["language"] or "en")


class NewLetterForm(LetterForm):
    """A letter that does not exist yet, so its address is chosen too."""

    slug = forms.SlugField(
        label=_("Address on this site"),
        max_length=80,
        required=False,
        help_text=_("Small letters, digits and hyphens. Left empty, it is made from the title."),
    )
    edits = None  # type: ignore[assignment]
    field_order = ("title", "slug")

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"]).lower()
        if slug and _is_taken(slug):
            raise ValidationError(_("Another letter has this address already."))
        return slug or self._made_from(self.cleaned_data.get("title", ""))

    def _made_from(self, title: str) -> str:
        slug = free = slugify(title)[:76].strip("-")
        if title and not slug:
            raise ValidationError(_("Please choose an address, such as defend-the-defenders."))
        number = 1
        while free and _is_taken(free):
            number += 1
            free = f"{slug}-{number}"
        return free


def _is_taken(slug: str) -> bool:
    return slug in {"new", "preview", "status"} or Letter.objects.filter(slug=slug).exists()


class SeenForm(forms.Form):
    """Which words somebody was shown before they let them be published or thrown away."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SureForm(SeenForm):
    """A tick before what cannot be taken back, so that one slip of the mouse or a program does nothing."""

    sure = forms.BooleanField(error_messages={"required": _("Please tick this box.")})

    def __init__(self, label: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sure"].label = label


class MemberForm(forms.Form):
    """Somebody joins the team."""

    email = AddressField(label=_("Email"))
    name = LineField(label=_("Name"), max_length=120, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.VETTER)

    def clean_email(self) -> str:
        return User.objects.normalize_email(self.cleaned_data["email"]).lower()
