"""The forms of the desk."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from petition.forms import LineField, TextField
from petition.models import Letter
from signatories import organisations, reasons, vetting
from signatories.batches import choosing
from signatories.forms.countries import CountryField
from signatories.models import Evidence, Export, OrganisationDomain, Signature
from signatories.vetting.rules import BY_RULE, problem
from signatories.vetting.waiting import ALL, MOST_NAMED, READY, Filter

TABS = {
    ALL: gettext_lazy("Waiting"),
    READY: gettext_lazy("Ready"),
    Signature.Status.ASKED: gettext_lazy("Asked"),
    Signature.Status.LISTED: gettext_lazy("Listed"),
    Signature.Status.DECLINED: gettext_lazy("Declined"),
    Signature.Status.HIDDEN: gettext_lazy("Hidden"),
    Signature.Status.PENDING: gettext_lazy("Not confirmed"),
    Signature.Status.WITHDRAWN: gettext_lazy("Withdrawn"),
}


def _choices(form: forms.Form, name: str, choices: list[tuple[Any, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class FilterForm(forms.Form):
    """What the queue shows; a batch asks with the same names."""

    name = LineField(
        label=gettext_lazy("Name or organisation"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    host = LineField(label=gettext_lazy("Mail host"), max_length=253, required=False)
    network = LineField(label=gettext_lazy("Network"), max_length=49, required=False)
    organisation = LineField(label=gettext_lazy("Organisation"), max_length=160, required=False)
    discipline = forms.ChoiceField(label=gettext_lazy("Discipline"), required=False)
    country = CountryField(label=gettext_lazy("Country"), empty=pgettext_lazy("countries", "All"))
    flag = forms.ChoiceField(
        label=gettext_lazy("Open flag"),
        required=False,
        choices=[("", gettext_lazy("All")), *choosing.KINDS["flag"].items()],
    )
    evidence = forms.ChoiceField(
        label=gettext_lazy("Evidence"),
        required=False,
        choices=[("", gettext_lazy("All")), *choosing.KINDS["evidence"].items()],
    )

    def __init__(self, letter: Letter, data: QueryDict) -> None:
        super().__init__(data)
        self.sent = data
        if letter.disciplines:
            _choices(self, "discipline", [("", pgettext("disciplines", "All")), *letter.disciplines.items()])
        else:
            del self.fields["discipline"]

    def clean_host(self) -> str:
        return str(self.cleaned_data["host"]).lower().rpartition("@")[2]

    def asked(self) -> Filter:
        """Return what is asked for, without what cannot be asked."""
        self.is_valid()
        status, ticked = self.sent.get("status", ALL), self.sent.getlist("pk")[:MOST_NAMED]
        found = {name: value for name, value in self.cleaned_data.items() if value}
        return Filter(status=status if status in TABS else ALL, pk=tuple(filter(None, map(_as_uuid, ticked))), **found)


def _as_uuid(value: str) -> str:
    try:
        return str(uuid.UUID(value))
    except ValueError:
        return ""


class NoteForm(forms.Form):
    """A note for the team, and what the vetter's page showed."""

    note = TextField(
        label=gettext_lazy("Note for the team"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 1}),
    )
    seen = forms.CharField(max_length=50, required=False, widget=forms.HiddenInput)


class ReasonForm(NoteForm):
    """A decision's reason code, and a note for the team."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose a reason.")},
    )
    field_order = ("reason", "note", "seen")

    def __init__(self, choices: dict[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "reason", list(choices.items()))


class AskForm(NoteForm):
    """What the signer is asked for."""

    questions = forms.MultipleChoiceField(
        label=gettext_lazy("Ask for"),
        required=False,
        choices=list(reasons.ASK_REASONS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    question = TextField(
        label=gettext_lazy("In your own words"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("The signer reads this."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ("questions", "question", "note", "seen")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("questions") and not data.get("question"):
            self.add_error("questions", _("Please choose what to ask for, or write a question."))
        return data


class ListForm(NoteForm):
    """The level, the reason, and the open flags one by one."""

    level = forms.TypedChoiceField(
        label=gettext_lazy("Level"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose a level.")},
    )
    looked = forms.TypedMultipleChoiceField(
        label=gettext_lazy("I looked at this"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"), error_messages={"required": gettext_lazy("Please choose a reason.")}
    )
    acquainted = forms.BooleanField(
        label=gettext_lazy("I know this person"),
        required=False,
        help_text=gettext_lazy("Then a second person decides too."),
    )
    teaches = forms.ChoiceField(
        required=False,
        choices=[("", gettext_lazy("nobody: learn nothing")), *OrganisationDomain.Kind.choices],
        widget=forms.RadioSelect,
    )
    field_order = ("level", "looked", "reason", "acquainted", "teaches", "note", "seen")

    def __init__(self, signature: Signature, standing: vetting.Standing, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signature, self.standing = signature, standing
        levels = [(level, f"{level} · {reasons.LEVELS[level]}") for level in (2, 3, 4)]
        listing = dict(reasons.LIST_REASONS)
        if vetting.lists_by_rule(signature.letter):
            levels.insert(0, (BY_RULE, f"{BY_RULE} · {reasons.LEVELS[BY_RULE]}"))
            listing["rule"] = reasons.OWN_REASONS["rule"]
        _choices(self, "level", levels)
        _choices(self, "reason", [("", _("Please choose")), *listing.items()])
        if organisations.can_learn(signature):
            self.fields["teaches"].label = _("Mailboxes at %(host)s belong to this organisation’s") % {
                "host": signature.host
            }
        else:
            del self.fields["teaches"]
        if standing.open_flags:
            _choices(self, "looked", [(flag.pk, flag.get_kind_display()) for flag in standing.open_flags])
        else:
            del self.fields["looked"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        unseen = [flag for flag in self.standing.open_flags if flag.pk not in data.get("looked", [])]
        if unseen and "looked" not in self.errors:
            self.add_error("looked", _("Please look at each flag, and tick it off."))
        if "level" in data:
            wrong = problem(self.signature, data["level"], signals=self.standing.signals, open_flags=0)
            if wrong:
                self.add_error("level", wrong)
        return data


def preset(standing: vetting.Standing, signature: Signature) -> dict[str, Any]:
    """Return what the list form shows first: the level that the evidence carries, and the reason that goes with it."""
    families = {signal.family for signal in standing.signals}
    if standing.carried == 4:
        reason = "direct_contact"
    elif standing.carried == 3:
        reason = "two_signals"
    elif standing.carried == 2:
        by_family = {"M": "work_mailbox", "P": "staff_page", "F": "institution_record", "W": "staff_page"}
        reason = next((by_family[family] for family in by_family if family in families), "")
    else:
        reason = "rule" if vetting.lists_by_rule(signature.letter) else ""
    return {"level": standing.carried if standing.carried > 1 or reason else "", "reason": reason}


class FoundForm(forms.Form):
    """What a vetter found about the line that the page showed."""

    line = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


class RecordForm(FoundForm):
    """P: a public record that the vetter found."""

    url = forms.URLField(
        label=pgettext_lazy("on the web", "Page"),
        max_length=300,
        assume_scheme="https",
        error_messages={"required": gettext_lazy("Please give the address of the page.")},
    )
    claims = forms.MultipleChoiceField(
        label=gettext_lazy("It speaks for"),
        choices=[
            (Evidence.Claim.AFFILIATION, gettext_lazy("the affiliation: it names them with what is printed")),
            (Evidence.Claim.IDENTITY, gettext_lazy("the identity: it shows who this person is")),
        ],
        initial=[Evidence.Claim.AFFILIATION],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Please tick what it speaks for.")},
    )
    dated = forms.DateField(
        label=gettext_lazy("Date of the record"),
        required=False,
        help_text=gettext_lazy("If it says so. One younger than the letter's text was not public before it."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    contradicts = forms.BooleanField(label=gettext_lazy("It says otherwise"), required=False)
    note = TextField(
        label=gettext_lazy("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 1})
    )

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        if not url.startswith(("https://", "http://")):
            raise ValidationError(_("Please give an address that starts with https://."))
        return url

    def clean_dated(self) -> Any:
        return _not_ahead(self.cleaned_data["dated"])


class ContactForm(FoundForm):
    """O: how the vetter reached the person."""

    how = LineField(
        label=pgettext_lazy("they were reached", "How"),
        max_length=200,
        help_text=gettext_lazy("Through an address that the signer did not supply: a switchboard, an old programme."),
        error_messages={"required": gettext_lazy("Please say how they were reached.")},
    )
    on = forms.DateField(
        label=pgettext_lazy("a day", "On"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Please give the day.")},
    )
    contradicts = forms.BooleanField(label=gettext_lazy("They said that they did not sign"), required=False)
    note = TextField(
        label=gettext_lazy("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 1})
    )

    def clean_on(self) -> Any:
        return _not_ahead(self.cleaned_data["on"])


def _not_ahead(day: Any) -> Any:
    if day and day > timezone.now().date():
        raise ValidationError(_("This day is still to come."))
    return day


class KeyForm(forms.Form):
    """K: a key that no account publishes, recognised by the vetter."""

    fingerprint = LineField(label=pgettext_lazy("cryptography", "Key"), max_length=100, widget=forms.HiddenInput)
    public_before = forms.BooleanField(
        label=gettext_lazy("It was public under their name before they signed"), required=False
    )
    note = LineField(
        label=gettext_lazy("Where the key is known from"),
        max_length=300,
        error_messages={"required": gettext_lazy("Please note where the key is known from.")},
    )


class RecuseForm(forms.Form):
    """Leaving a decision to others is for good, so it wants one tick."""

    sure = forms.BooleanField(
        label=gettext_lazy("I know this person and leave the decision to others, for good"),
        error_messages={"required": gettext_lazy("Please tick the box if you leave it to others.")},
    )


class ExportForm(forms.Form):
    """Which list leaves the house."""

    audience = forms.ChoiceField(
        label=gettext_lazy("Audience"), choices=Export.Audience.choices, widget=forms.RadioSelect, initial="public"
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Format"), choices=Export.Format.choices, widget=forms.RadioSelect, initial="csv"
    )
    bom = forms.BooleanField(
        label=gettext_lazy("For a spreadsheet that misreads UTF-8 (adds a byte order mark)"), required=False
    )
