"""The forms of a batch: whom, what, and why."""

import uuid
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from petition.forms import LineField
from petition.models import Letter
from signatories import reasons
from signatories.batches import choosing, rules
from signatories.forms.countries import CountryField
from signatories.forms.desk import ReasonForm
from signatories.models import KNOWN, Batch, Signature

SENSIBLE = [MinValueValidator(datetime(2000, 1, 1, tzinfo=UTC)), MaxValueValidator(datetime(2100, 1, 1, tzinfo=UTC))]


class TicksField(forms.Field):
    """Signatures that were ticked one by one."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        ticks = list(dict.fromkeys(value or []))
        if len(ticks) > choosing.MOST_TICKS:
            raise ValidationError(
                _("At most %(most)s ticks, please. A filter finds more at once.") % {"most": choosing.MOST_TICKS}
            )
        try:
            return [str(uuid.UUID(tick)) for tick in ticks]
        except ValueError:
            raise ValidationError(_("One of the ticks is none of ours. Please load the page again.")) from None


def _moment(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=widget, validators=SENSIBLE, help_text="UTC")


def _kind(name: str) -> forms.ChoiceField:
    choices = [("", gettext_lazy("All")), *choosing.KINDS[name].items()]
    return forms.ChoiceField(label=choosing.LABELS[name], required=False, choices=choices)


def _all_levels() -> list[tuple[Any, str]]:
    return [("", _("All")), *((level, f"{level} · {label}") for level, label in reasons.LEVELS.items())]


class ChoiceForm(forms.Form):
    """Whom a batch is about. The queue's addresses have the same parameters."""

    status = forms.MultipleChoiceField(
        label=gettext_lazy("Where they stand"),
        required=False,
        choices=[(one, Signature.Status(one).label) for one in KNOWN],
        widget=forms.CheckboxSelectMultiple,
    )
    name = LineField(
        label=gettext_lazy("Name"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("A star stands for anything: Dr *son"),
    )
    host = LineField(
        label=gettext_lazy("Mail domain"),
        max_length=253,
        required=False,
        help_text=gettext_lazy("What stands behind the @"),
    )
    organisation = LineField(label=gettext_lazy("Organisation"), max_length=160, required=False)
    discipline = forms.ChoiceField(label=gettext_lazy("Discipline"), required=False)
    country = CountryField(label=gettext_lazy("Country"), empty=pgettext_lazy("countries", "All"))
    text = LineField(label=choosing.LABELS["text"], max_length=160, required=False)
    flag = _kind("flag")
    evidence = _kind("evidence")
    at_level = forms.TypedChoiceField(
        label=choosing.LABELS["at_level"], coerce=int, empty_value=None, required=False, choices=_all_levels
    )
    ready = _kind("ready")
    network = LineField(
        label=gettext_lazy("Network"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("An address, or its network, such as 203.0.113.0/24"),
    )
    since = _moment(gettext_lazy("Confirmed since"))
    until = _moment(gettext_lazy("Confirmed until"))
    pk = TicksField(required=False)
    only = forms.ChoiceField(required=False, choices=[("all", "all"), ("ticked", "ticked")])
    as_of = forms.DateTimeField(required=False, widget=forms.HiddenInput, validators=SENSIBLE)

    def __init__(self, letter: Letter, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if letter.disciplines:
            self._choices("discipline").choices = [("", pgettext("disciplines", "All")), *letter.disciplines.items()]
        else:
            del self.fields["discipline"]

    def _choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def clean_host(self) -> str:
        return str(self.cleaned_data["host"]).lower().removeprefix("@")

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if name.count("*") > choosing.MOST_STARS:
            raise ValidationError(_("At most %(most)s stars, please.") % {"most": choosing.MOST_STARS})
        return name

    def clean_network(self) -> str:
        typed = str(self.cleaned_data["network"])
        try:
            return choosing.network(typed) if typed else ""
        except choosing.TooWide as problem:
            raise ValidationError(str(problem)) from None
        except ValueError:
            raise ValidationError(_("Please give an address such as 203.0.113.7.")) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("only") == "ticked" and not data.get("pk") and "pk" not in self.errors:
            self.add_error("pk", _("Please tick somebody, or choose all."))
        return data

    @property
    def ticked(self) -> set[str]:
        """What was ticked, as it was sent."""
        return set(self.data.getlist("pk")) if isinstance(self.data, QueryDict) else set()

    def choice(self, *, ticks: bool | None = None) -> dict[str, Any]:
        """Return what `choosing.chosen` takes, as it is kept with the batch.

        Args:
            ticks: whether the ticked ones are meant, or what the filter finds; default: as the form says.
        """
        only = self.cleaned_data.get("only")
        data = {name: value for name, value in self.cleaned_data.items() if value and name in choosing.LABELS}
        if ticks is None:
            ticks = only != "all"
        if not ticks:
            data.pop("pk", None)
        elif only == "ticked":
            data = {name: value for name, value in data.items() if name in {"pk", "as_of"}}
        return {name: _kept(value) for name, value in data.items()}


def _kept(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def carried(choice: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a choice as the hidden fields that carry it to the next page."""
    values = {name: value if isinstance(value, list) else [value] for name, value in choice.items()}
    return [(name, one) for name, several in values.items() for one in several]


def _levels() -> list[tuple[Any, str]]:
    """The levels of a batch, in the language of whoever opens the form."""
    return [("", _("Only for listing")), *((level, f"{level} · {reasons.LEVELS[level]}") for level in rules.LEVELS)]


class VerbForm(forms.Form):
    """What is decided about all of them."""

    verb = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        choices=Batch.Verb.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose what to do.")},
    )
    level = forms.TypedChoiceField(
        label=gettext_lazy("Level"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=_levels,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("verb") == Batch.Verb.LIST and not data.get("level") and "level" not in self.errors:
            self.add_error("level", _("Please choose the level at which they are listed."))
        data["level"] = data.get("level") or 0
        return data


class StartForm(ReasonForm):
    """Why, and the identifier that makes two clicks one batch."""

    seen = None  # type: ignore[assignment]
    key = forms.UUIDField(widget=forms.HiddenInput)


class SureForm(forms.Form):
    """One tick before something large happens."""

    sure = forms.BooleanField(error_messages={"required": gettext_lazy("Please tick the box first.")})

    def __init__(self, label: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sure"].label = label
