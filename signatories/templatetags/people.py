"""What the letter's pages show of the people; petition's templates load these tags and know no model of ours."""

from datetime import timedelta
from typing import Any

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from petition import parts
from petition.models import POWERS, Letter, Power, Update, Version
from signatories import announce, countries, organisations, reasons, record, roll, sampling, sentences, vetting
from signatories.forms import own_data, signers
from signatories.models import Announcement, Invitation, Sector, Signature
from signatories.vetting import waiting

register = template.Library()
LOOKED_UP = 1_000  # organisations on one page; what fewer name is in no chart of sectors


@register.simple_tag
def sign_box(letter: Letter, language: str = "") -> str:
    """The form beside the text, or why there is none; `language` is the translation it stands beside."""
    if not letter.takes_signatures or letter.version is None:
        return render_to_string("signatories/_sign_box.html", {"letter": letter})
    initial = {"version": letter.version.number, "language": language}
    context = {"letter": letter, "form": signers.SignForm(letter, initial=initial)}
    return parts.part("signatories/_sign_box.html", context, made_of=[letter, letter.version, language])


@register.simple_tag
def first_signatories(letter: Letter) -> str:
    """The first page of the list, as it stands under the letter."""
    page = roll.page(letter)
    made_of = [letter, *page.signatures, bool(page.after)]
    return parts.part("signatories/_first_signatories.html", {"letter": letter, "page": page}, made_of=made_of)


@register.inclusion_tag("signatories/_audit_due.html")
def audit_due(signature: Signature, token: str) -> dict[str, Any]:
    """The question of the weekly audit on a signer's own page, while it is open."""
    return {"drawn": sampling.open_draw(signature), "token": token}


@register.simple_tag
def sector_rows(named: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Counts by sector, of the organisations that most people name."""
    counted = organisations.by_sector(named[:LOOKED_UP])
    return [(str(Sector(sector).label), n) for sector, n in counted.items()]


@register.simple_tag
def announcements(letter: Letter) -> list[dict[str, Any]]:
    """The mailings of a letter, with how far each is."""
    return announce.progress(letter)


@register.simple_tag
def told_of(letter: Letter, *, version: Version | None = None, update: Update | None = None) -> int:
    """How many get a mail when the next version, or a piece of news, is published."""
    return announce.readers(Announcement(letter=letter, version=version, update=update)).count()


@register.simple_tag
def founders_awaited(letter: Letter) -> int:
    """How many were invited and have neither signed nor said no."""
    return Invitation.objects.filter(letter=letter, signature=None, declined_at=None, revoked_at=None).count()


@register.filter
def going(mailings: list[dict[str, Any]]) -> bool:
    """Whether a mail of any of them is still on its way."""
    return any(one["going"] for one in mailings)


@register.simple_tag
def queue_length(letter: Letter) -> int:
    """How many signatures wait for a decision."""
    return waiting.queue(letter).count()


@register.inclusion_tag("signatories/desk/_switches.html", takes_context=True)
def switches(context: Context, letter: Letter) -> dict[str, Any]:
    """What is switched off or on, and how far the listing is, on top of every desk page of a letter."""
    user, progress = context["request"].user, vetting.progress(letter)
    shown = letter.hold_new or not letter.publishing or progress.ready
    owns = bool(shown) and letter.members.filter(user=user, role__in=POWERS[Power.MANAGE]).exists()
    return {
        "letter": letter,
        "progress": progress,
        "owns": owns,
        "turned": {one.reason: one for one in letter.events.select_related("actor")} if shown else {},
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def link_providers() -> list[tuple[str, str]]:
    """The providers at which a signer can log in to show that an account is theirs: id and name."""
    providers: dict[str, dict[str, Any]] = settings.SOCIALACCOUNT_PROVIDERS
    apps = [app for one in providers.values() for app in one["APPS"]]
    return [(app["provider_id"], app["name"]) for app in apps]


@register.filter
def country_name(code: str) -> str:
    """The name of a country, or the code itself where there is none."""
    return countries.names().get(code, code)


@register.simple_tag
def levels() -> list[tuple[int, str, str]]:
    """The levels that can be public, with what each one means."""
    return [(level, str(reasons.LEVELS[level]), str(meaning)) for level, meaning in reasons.LEVEL_MEANINGS.items()]


@register.simple_tag
def level_rows(counts: dict[str, int]) -> list[list[Any]]:
    """Counts by level, strongest first, in public words."""
    return [[str(reasons.LEVELS[int(level)]), n] for level, n in sorted(counts.items(), reverse=True)]


@register.simple_tag
def country_rows(rows: list[list[Any]]) -> list[list[Any]]:
    """Counts by country, with their names, by which those that are as large are sorted."""
    return sorted(([country_name(code), n] for code, n in rows), key=lambda row: (-row[1], row[0]))


@register.simple_tag
def ids(form: BaseForm, name: str) -> str:
    """Give a form's fields ids of their own, on a page where another form has fields of the same names."""
    form.auto_id = f"{name}_%s"
    return ""


@register.filter
def in_words(parts: list[str]) -> str:
    """Join as a sentence does: one, two and three."""
    return sentences.joined(parts)


@register.filter
def in_time(span: timedelta) -> str:
    """A length of time in the one unit that says most."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 120:
        return _("%(number)s min") % {"number": minutes}
    if minutes < 2880:
        hours = round(minutes / 60)
        return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}
    days = round(minutes / 1440)
    return ngettext("%(number)s day", "%(number)s days", days) % {"number": days}


@register.filter
def wish(what: str) -> str:
    """What somebody wants to do with their data, in words; what was kept in words already stays as it is."""
    return str(own_data.WHAT.get(what, what))


@register.filter
def question(asked: str) -> str:
    """A question of the team as a mail keeps it, in the reader's language; one in its own words stays as it is."""
    return reasons.question(asked)


@register.filter
def linked(change: record.Change, address: str) -> SafeString:
    """The sentence of a change, with whom it is about leading somewhere."""
    return change.html(address)
