"""The picture that other sites show beside a shared link: title, addressee, count, as of."""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import typst
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from petition.delivery import typesetting
from petition.delivery.manuscript import direction
from petition.languages import speaking
from petition.models import Card, Letter
from petition.templatetags import figures

HERE = Path(__file__).resolve().parent
WIDTH, HEIGHT = 1200, 630  # pixels: what Open Graph readers expect of a large picture, 1.91 to 1
AT_ONCE = 20
FEW = 120  # characters of an addressee; more than one line is no help on a thumbnail


def make_due(limit: int = AT_ONCE) -> int:
    """Make the pictures of public letters that say something else by now; return how many were made.

    Cheap to ask and safe to run twice: a picture is made again only if a word or number on it has changed.
    """
    made = 0
    for letter in Letter.objects.public().select_related("card").defer("card__png"):
        says = what_it_says(letter)
        if made < limit and (not hasattr(letter, "card") or letter.card.says != says):
            png = draw(says)
            found = {"says": says, "png": png, "sha256": hashlib.sha256(png).hexdigest()}
            Card.objects.update_or_create(letter=letter, defaults=found)
            made += 1
    return made


def headline(letter: Letter) -> tuple[int, str]:
    """Return the first of the defined numbers, without those under review, and what it counts; zero before a count."""
    tally = letter.latest_tally
    if tally is None:
        return 0, ""
    return typesetting.counts({"listing": letter.listing}, {**tally.figures, "listed": figures.counted(tally)})[0]


def what_it_says(letter: Letter) -> dict[str, Any]:
    """Return the words on the picture of a letter, in its own language where the house speaks that."""
    with speaking(letter.language):
        return _in_words(letter)


def _in_words(letter: Letter) -> dict[str, Any]:
    tally = letter.latest_tally
    number, counted = headline(letter)
    to = letter.addressees[0] if letter.addressees else {}
    addressee = ", ".join(part for name in ("name", "office") if (part := to.get(name, "")))
    return {
        "title": letter.title,
        "to": f"{pgettext('addressee of a letter', 'To')} {addressee}"[:FEW] if addressee else "",
        "number": number_format(number) if number else "",
        "counted": counted if number else _("An open letter"),
        # A day is enough on a picture that others keep; the hour would have it drawn again and again.
        "as_of": _("as of %(day)s") % {"day": date_format(localtime(tally.as_of), "DATE_FORMAT")} if tally else "",
        "language": letter.language,
        "spoken": get_language(),
    }


def draw(says: dict[str, Any]) -> bytes:
    """Return the picture as PNG of 1200 by 630 pixels."""
    typed = {name: {"text": says[name], "dir": direction(says[name])} for name in ("title", "to")}
    data = {**says, **typed, "fonts": typesetting.families(says["language"])}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "card.typ").write_bytes((HERE / "card.typ").read_bytes())
        (root / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        return typst.compile(
            str(root / "card.typ"),
            root=str(root),
            font_paths=typesetting.fonts(),
            ignore_system_fonts=True,
            package_path=str(root),  # nothing is ever fetched
            package_cache_path=str(root),
            format="png",
            ppi=72,
        )
