"""What people sign: Markdown made safe, the canonical text with its hash, and clean single lines."""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import nh3
from django.core.exceptions import ValidationError
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
JOINERS = set("\u200c\u200d")  # needed in Persian, Indic scripts and emoji
# What spreadsheets take for the beginning of a formula, also in its full-width forms and behind white space
# (OWASP, CSV injection).
FORMULA = set("=+-@\t\r\n＝＋－＠|%")


class _Renderer(RendererHTML):
    """Show a picture as its description, and keep the page's own title the only h1."""

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return self.renderInlineAsText(tokens[idx].children or [], options, env)


def _demote(tokens: Iterable[Token]) -> None:
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 1, 4)}"


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
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())


def clean(text: str, *, multiline: bool = False) -> str:
    """Return what a person typed in NFC, or refuse characters that hide or turn round what is read.

    Raises:
        ValidationError: it holds control characters, direction overrides or invisible characters.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    allowed = {"\n", "\t"} if multiline else set()
    for character in text:
        if character in allowed or character in JOINERS:
            continue
        if character in DIRECTION_OVERRIDES:
            raise ValidationError("Please remove the invisible characters that change the reading direction.")
        category = unicodedata.category(character)
        if category in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
            raise ValidationError(f"Please remove the control or invisible character U+{ord(character):04X}.")
    text = text.strip() if multiline else " ".join(text.split())
    if text and not any(unicodedata.category(c)[0] in "LNPS" for c in text):
        raise ValidationError("Please use visible characters.")
    return text


def safe_cell(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula: such text gets an apostrophe in front."""
    text = value.lstrip() if isinstance(value, str) else ""
    return f"'{value}" if text and (text[0] in FORMULA or value[0] in FORMULA) else value
