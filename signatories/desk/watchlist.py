"""The names that a letter watches, and the alarms about many signatures at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from petition.access import team
from petition.forms import UNPROCESSABLE, posted
from petition.models import Letter, Power, User
from signatories import watch
from signatories.flags import bursts
from signatories.forms.watch import RemoveForm, WatchForm
from signatories.models import WatchName

REMOVED_SHOWN = 50


@team
@require_http_methods(["GET", "HEAD", "POST"])
def watchlist(request: HttpRequest, slug: str) -> HttpResponse:
    """The watched names with whom each has found, former impostors, and a form for more."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    form = WatchForm(letter, posted(request))
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        added = watch.add(letter, watched=form.cleaned_data["names"], by=request.user)
        messages.success(request, _said(added))
        return redirect("signatories:watchlist", letter.slug)
    return _page(request, letter, form)


@team
@require_POST
def remove_watched(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a name off the watchlist."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    one = get_object_or_404(letter.watch_names, pk=pk)
    form = RemoveForm(request.POST)
    if not form.is_valid():
        return _page(request, letter, WatchForm(letter), refused=(one, form))
    assert isinstance(request.user, User)
    watch.remove(one, why=form.cleaned_data["why"], by=request.user)
    messages.success(request, _("%(name)s is watched no more.") % {"name": one.name or _("The mailbox")})
    return redirect("signatories:watchlist", letter.slug)


@team
@require_POST
def alarm_seen(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Put an alarm aside."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    assert isinstance(request.user, User)
    bursts.put_aside(get_object_or_404(letter.alarms, pk=pk), by=request.user)
    return redirect("signatories:queue", letter.slug)


def _page(
    request: HttpRequest,
    letter: Letter,
    form: WatchForm,
    refused: tuple[WatchName, RemoveForm] | None = None,
) -> HttpResponse:
    found = watch.matches(letter)
    rows = letter.watch_names.in_force().select_related("added_by")
    shown = [
        (
            row,
            found.get(row.pk, []),
            refused[1] if refused and refused[0] == row else RemoveForm(auto_id=f"why_{row.pk}_%s"),
        )
        for row in rows
    ]
    context = {
        "letter": letter,
        "form": form,
        "refused": refused[0].pk if refused else None,
        "names": [one for one in shown if one[0].source == WatchName.Source.TEAM],
        "impostors": [one for one in shown if one[0].source == WatchName.Source.IMPOSTOR],
        "removed": letter.watch_names.exclude(removed_at=None)
        .select_related("removed_by")
        .order_by("-removed_at")[:REMOVED_SHOWN],
        "to_compare": watch.still_to_compare(letter),
    }
    status = UNPROCESSABLE if form.errors or refused else 200
    return render(request, "signatories/desk/watchlist.html", context, status=status)


def _said(added: watch.Added) -> str:
    if not added.names:
        return _("These names are watched already.")
    names, found = len(added.names), len(added.found)
    watched = ngettext("%(number)s more name is watched.", "%(number)s more names are watched.", names) % {
        "number": names
    }
    if not found:
        return f"{watched} " + _("Nobody of these names has signed so far.")
    alike = ngettext(
        "%(number)s signature looks like one of them.", "%(number)s signatures look like one of them.", found
    )
    return f"{watched} " + alike % {"number": found}
