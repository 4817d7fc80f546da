"""What people sign: Markdown made safe, the canonical text with its hash, and clean single lines."""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

import nh3
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from idna.core import valid_contextj
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

TAGS = {
    *("p", "br", "hr", "em", "strong", "a", "ul", "ol", "li", "blockquote", "code", "pre"),
    *("h2", "h3", "h4"),
}
# What can make a line read otherwise than it is stored (Unicode TR 36 and 39; CVE-2021-42574 for the bidi ones).
DIRECTION_OVERRIDES = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Phones wrap contacts in these, and pages and word processors leave them between letters: a line means the same without
# them, and whoever pasted one can neither see nor delete it. Overrides are not among them: they turn letters round.
PASTED_ALONG = dict.fromkeys(
    map(ord, "\u00ad\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u2060\u2066\u2067\u2068\u2069\ufeff")
)
JOINERS = set("\u200c\u200d")  # needed in Persian and Indic scripts, and in emoji
VIRAMA = 9  # the combining class of the signs that join two Indic consonants
MOST_MARKS = 4  # on one base: Tibetan and pointed Hebrew need as many, stacks that run over other lines need more
NEAR = 40  # characters around a joiner that decide about it


def _ranges(*bounds: tuple[int, int]) -> set[str]:
    return {chr(point) for first, last in bounds for point in range(first, last + 1)}


# Characters that show nothing: the property Default_Ignorable_Code_Point (Unicode 16, DerivedCoreProperties.txt; it is
# stable by policy, but for code points not assigned yet), and the few visible ones by property whose picture is blank.
BLANK = _ranges(
    *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
    *((0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
    *((0x2800, 0x2800), (0xFFFC, 0xFFFC), (0x16FE4, 0x16FE4), (0x1D159, 0x1D159)),
)
MONGOLIAN, MONGOLIAN_SELECTORS = _ranges((0x1820, 0x18AA)), _ranges((0x180B, 0x180F))


class _Renderer(RendererHTML):
    """Show a picture as its description, and keep the page's own title the only h1."""

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return self.renderInlineAsText(tokens[idx].children or [], options, env)


def _demote(tokens: Iterable[Token]) -> None:
    """Begin below the page's own title and go down one step at a time, whatever was typed: h2, then h3, then h4."""
    above: list[int] = []  # the headings as they were typed, under which one stands
    for token in tokens:
        if token.type == "heading_open":
            typed = int(token.tag[1])
            above = [*(level for level in above if level < typed), typed]
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(len(above) + 1, 4)}"


def to_html(markdown: str) -> str:
    """Render CommonMark without raw HTML; links keep http, https and mailto, pictures become words."""
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer)
    tokens = parser.parse(markdown)
    _demote(tokens)
    html = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )


def canonical(text: str) -> str:
    """Return NFC text with LF line ends, no trailing spaces and exactly one line end at its close."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def letter_text(*, title: str, addressees: list[dict[str, str]], ask: str, body: str) -> str:
    """Return the canonical text that a signature stands under: title, addressees, ask and body.

    The frame belongs to it, because a letter with another addressee or another ask is another letter.
    """
    to = "\n".join(f"To: {addressee_line(addressee)}" for addressee in addressees)
    return canonical(f"{title}\n\n{to}\n\n{ask}\n\n{body}")


def addressee_line(addressee: dict[str, str]) -> str:
    """Return `name, office, address` of one addressee, without the empty parts."""
    return ", ".join(part for key in ("name", "office", "address") if (part := addressee.get(key, "")))


def sha256(text: str) -> str:
    """Return the hexadecimal SHA-256 of the text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def fold(text: str) -> str:
    """Return text for sorting and searching: no case, no accents, single spaces."""
    bare = (
        text
        if text.isascii()
        else "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    )
    return " ".join(bare.casefold().split())


def clean(text: str, *, multiline: bool = False) -> str:
    """Return what a person typed in NFC, or refuse characters that hide or turn round what is read.

    Args:
        text: as typed; one line is returned without the invisible marks that come along when it is pasted.
        multiline: prose of several lines; what only matters in a name, such as emoji or stacks of marks, may stay.

    Raises:
        ValidationError: it holds control characters, direction overrides or invisible characters.
    """
    if text.isascii() and text.isprintable():  # letters, digits, signs and spaces
        return text.strip() if multiline else " ".join(text.split())
    text = text if multiline else text.translate(PASTED_ALONG)
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    allowed = {"\n", "\t", *JOINERS} if multiline else set()
    for place, character in enumerate(text):
        if character in allowed:
            continue
        if character == "\ufffd":
            words = _("A character got lost on the way (%(sign)s). Please type it again.")
            raise ValidationError(words % {"sign": character})
        if character in DIRECTION_OVERRIDES:
            raise ValidationError(_("Please remove the invisible characters that change the reading direction."))
        hidden = unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        if not multiline:
            hidden = (hidden or character in BLANK) and not _is_needed(text, place)
        if hidden:
            raise ValidationError(
                _("Please remove the control or invisible character %(character)s.")
                % {"character": f"U+{ord(character):04X}"}
            )
    text = text.strip() if multiline else " ".join(text.split())
    if text and not any(unicodedata.category(c)[0] in "LNPS" and c not in BLANK for c in text):
        raise ValidationError(_("Please use visible characters."))
    if not multiline:
        _check_marks(text)
    return text


def _is_needed(text: str, place: int) -> bool:
    """Whether the script around an invisible character needs it there to be spelled right.

    Joiners stand where RFC 5892, appendix A, lets them stand, and between the Bengali RA and its virama (The Unicode
    Standard, section 12.2); Mongolian selectors and the vowel separator stand behind a Mongolian letter.
    """
    before = text[place - 1 : place]
    if text[place] in JOINERS:
        bengali = before == "\u09b0" and unicodedata.combining(text[place + 1 : place + 2] or " ") == VIRAMA
        start = max(0, place - NEAR)
        return bengali or valid_contextj(text[start : place + NEAR], place - start)
    return text[place] in MONGOLIAN_SELECTORS and before in MONGOLIAN


def _check_marks(line: str) -> None:
    """Refuse marks with nothing to stand on, and stacks of them that run over the lines above and below."""
    stacked, on_base = 0, False
    for character in line:
        category = unicodedata.category(character)
        if category[0] != "M":
            stacked, on_base = 0, category[0] != "Z"
            continue
        stacked += category != "Mc"  # spacing marks stand beside the letter
        if not on_base:
            raise ValidationError(_("Please remove the accent or sign that stands on no letter."))
        if stacked > MOST_MARKS:
            raise ValidationError(
                _("Please use at most %(most)s accents or signs on one letter.") % {"most": MOST_MARKS}
            )


def stamp(at: datetime | None) -> str:
    """Return a moment in UTC as files and programs have it, to the second; nothing for none (RFC 3339)."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else ""
