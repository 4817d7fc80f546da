"""The Markdown of a letter as data for the typesetter: blocks and pieces, never a line of source."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

SCHEMES = {"http", "https", "mailto"}  # as in text.to_html
DEEPEST = 8  # quotes, lists and emphasis inside each other; what is deeper stands at this depth
Data = dict[str, Any]


def direction(text: str) -> str:
    """Return rtl or ltr by the first strong character, as dir="auto" does (Unicode TR 9, rules P2 and P3)."""
    for character in text:
        strong = unicodedata.bidirectional(character)
        if strong in {"L", "R", "AL"}:
            return "ltr" if strong == "L" else "rtl"
    return "ltr"


def blocks(markdown: str) -> list[Data]:
    """Return the blocks of a text, as the letter's page shows them: no raw HTML, pictures as their words."""
    return _Reader().blocks(_nest(MarkdownIt("commonmark", {"html": False}).parse(markdown)))


@dataclass
class _Node:
    """A token with what stands inside it."""

    token: Token
    children: list["_Node"] = field(default_factory=list)

    @property
    def type(self) -> str:
        return self.token.type.removesuffix("_open")

    @property
    def words(self) -> str:
        return self.token.content or "".join(child.words for child in self.children)


def _nest(tokens: Sequence[Token]) -> list[_Node]:
    """Return tokens as a tree that is never deeper than DEEPEST: a text of 60,000 signs can nest thousands deep."""
    top: list[_Node] = []
    around = [(top, False)]  # what is open, from the outside in, and whether it was left out
    for token in tokens:
        if token.nesting < 0:
            around.pop()
            continue
        inside, parent_is_flat = around[-1]
        flat = token.nesting > 0 and _is_flat(token, len(around), parent_is_flat)
        node = _Node(token)
        if not flat:
            inside.append(node)
        if token.nesting > 0:
            around.append((inside if flat else node.children, flat))
    return top


def _is_flat(token: Token, depth: int, parent_is_flat: bool) -> bool:
    if token.type == "list_item_open":
        return parent_is_flat  # a list and its items stay together
    return depth > DEEPEST and token.type not in {"paragraph_open", "heading_open"}


class _Reader:
    """One reading of a text: it knows the last heading's level, and which links have their footnote."""

    def __init__(self) -> None:
        self.level = 1  # of the title
        self.noted: set[str] = set()

    def blocks(self, nodes: list[_Node]) -> list[Data]:
        return [{**block, "dir": direction(node.words)} for node in nodes if (block := self.block(node))]

    def block(self, node: _Node) -> Data | None:
        if node.type == "heading":
            # A level is never skipped: PDF/UA-1 (ISO 14289-1, 7.4.2) forbids it.
            self.level = min(int(node.token.tag[1]) + 1, 4, self.level + 1)
            return {"t": "heading", "level": self.level, "c": self.line(node)}
        if node.type == "paragraph":
            return {"t": "p", "c": self.line(node)}
        if node.type in {"bullet_list", "ordered_list"}:
            return self.items(node)
        if node.type == "blockquote":
            return {"t": "quote", "c": self.blocks(node.children)}
        if node.type in {"fence", "code_block"}:
            return {"t": "code", "s": node.token.content.rstrip("\n")}
        return {"t": "rule"} if node.type == "hr" else None

    def items(self, node: _Node) -> Data:
        inside = [child for item in node.children for child in item.children]
        return {
            "t": "list",
            "ordered": node.type == "ordered_list",
            "start": node.token.attrs.get("start", 1),
            "tight": all(child.token.hidden for child in inside if child.type == "paragraph"),
            "items": [self.blocks(item.children) for item in node.children],
        }

    def line(self, node: _Node) -> list[Data]:
        return [piece for inline in node.children for piece in self.pieces(_nest(inline.token.children or []))]

    def pieces(self, nodes: list[_Node]) -> list[Data]:
        return [piece for node in nodes if (piece := self.piece(node))]

    def piece(self, node: _Node) -> Data | None:
        if node.type == "link":
            return self.link(node)
        if node.type in {"em", "strong"}:
            return {"t": node.type, "c": self.pieces(node.children)}
        if node.type == "hardbreak":
            return {"t": "break"}
        if node.type == "code_inline":
            return {"t": "code", "s": node.token.content}
        words = " " if node.type == "softbreak" else node.token.content  # the words of a picture are its content
        return {"t": "text", "s": words} if words else None

    def link(self, node: _Node) -> Data:
        href, inside = str(node.token.attrs.get("href", "")), self.pieces(node.children)
        try:
            allowed = urlsplit(href).scheme.lower() in SCHEMES
        except ValueError:
            allowed = False
        if not allowed:
            return {"t": "span", "c": inside}
        # On paper a link is its address in a footnote, once, unless the text shows it already.
        note = href not in self.noted and href.removeprefix("mailto:") != node.words
        self.noted.add(href)
        return {"t": "link", "href": href, "note": note, "c": inside}
