"""The living style guide: every token and part of the pages, drawn by what draws the pages. Never in production."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib.messages import constants
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from petition.models import Letter

COLOURS = (
    *("paper", "sunk", "card", "ink", "ink-soft", "ink-faint", "rule", "rule-strong"),
    *("accent", "accent-deep", "accent-wash", "good", "good-wash", "warn", "warn-wash", "bad", "bad-wash"),
)
SIZES = ("xxl", "xl", "l", "m", "s", "xs")
# What each answer shows beside its number; the pages are those that readers get.
ANSWERS: dict[int, dict[str, Any]] = {
    400: {},
    403: {},
    404: {},
    405: {},
    409: {"problem": "Somebody else has decided about Ada Example in the meantime."},
    413: {},
    422: {},
    429: {"wait": 3, "typed": [("name", "Ada Example")]},
    500: {},
    503: {},
}
BARS: list[list[Any]] = [["Cryptography", 31], ["Incident response", 18], ["Policy", 7], ["Teaching", 2]]
LEVELS = ("Confirmed by email", "Affiliation confirmed", "Identity checked", "Confirmed directly")
SIGNALS: tuple[list[str], ...] = (
    [],
    ["organisation mailbox"],
    ["federated login", "public record"],
    ["direct contact", "published key"],
)


class Sample(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="Your name", help_text="As it should be printed, in any script.")
    email = forms.EmailField(label="Email")
    role = forms.CharField(label="Role", required=False)
    country = forms.ChoiceField(label="Country", choices=[("", "–"), ("NO", "Norway"), ("PT", "Portugal")])
    capacity = forms.ChoiceField(
        label="I sign",
        choices=[("personal", "In a personal capacity"), ("behalf", "On behalf of the organisation")],
        widget=forms.RadioSelect,
        initial="personal",
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    publish = forms.BooleanField(
        label="Print my name and line on the letter", help_text="Without this you are counted."
    )


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """Everything on one page."""
    refused = Sample({"email": "ada(at)example.org", "role": "Lamplighter"}, auto_id="refused_%s")
    refused.is_valid()
    checked = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    entries = [
        SimpleNamespace(
            pk=number,
            name=name,
            line=line,
            level=number,
            level_label=LEVELS[number - 1],
            signals=SIGNALS[number - 1],
            checked_at=checked,
            discipline_label="Cryptography",
            get_capacity_display="In a personal capacity",
            publish=True,
        )
        for number, (name, line) in enumerate(
            [
                ("Ada Example", "Lamplighter, Lantern Works"),
                ("Joost-Willem van den Voorbeeld", "Head of tides, Institute for Invented Harbours (former)"),
                ("示例子 (Shi Lizi)", "Professor of optics, Example University"),
                ("سلمى المثال (Salma al-Mithal)", "مهندسة منارات، Lantern Works"),
            ],
            start=1,
        )
    ]
    context = {
        "colours": COLOURS,
        "sizes": SIZES,
        "blank": Sample(auto_id="blank_%s"),
        "refused": refused,
        "entries": entries,
        "statuses": [*Letter.Status.choices, ("listed", "Listed"), ("held", "Held"), ("withdrawn", "Withdrawn")],
        "messages": [
            SimpleNamespace(tags=constants.DEFAULT_TAGS[level], text=text)
            for level, text in (
                (constants.INFO, "The list is made and comes by mail."),
                (constants.SUCCESS, "Ada Example is on the letter."),
                (constants.WARNING, "Nothing is published at the moment."),
                (constants.ERROR, "That file could not be read."),
            )
        ],
        "bars": BARS,
        "total": sum(n for _, n in BARS),
        "answers": ANSWERS,
    }
    return render(request, "dev/styleguide.html", context)


@require_safe
def answer(request: HttpRequest, code: int) -> HttpResponse:
    """The page that goes with an answer of refusal or failure, as a reader would see it."""
    if code not in ANSWERS:
        raise Http404
    return render(request, f"{code}.html", ANSWERS[code])
