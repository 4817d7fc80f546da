"""The Markdown of a letter as data for the typesetter: blocks and pieces, never a line of source."""

import unicodedata
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

SCHEMES = {"http", "https", "mailto"}  # as in text.to_html
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
    tree = SyntaxTreeNode(MarkdownIt("commonmark", {"html": False}).parse(markdown))
    return _Reader().blocks(tree)


class _Reader:
    """One reading of a text: it knows the last heading's level, and which links have their footnote."""

    def __init__(self) -> None:
        self.level = 1  # of the title
        self.noted: set[str] = set()

    def blocks(self, parent: SyntaxTreeNode) -> list[Data]:
        return [{**block, "dir": direction(_words(node))} for node in parent.children if (block := self.block(node))]

    def block(self, node: SyntaxTreeNode) -> Data | None:
        if node.type == "heading":
            # A level is never skipped: PDF/UA-1 (ISO 14289-1, 7.4.2) forbids it.
            self.level = min(int(node.tag[1]) + 1, 4, self.level + 1)
            return {"t": "heading", "level": self.level, "c": self.pieces(node)}
        if node.type == "paragraph":
            return {"t": "p", "c": self.pieces(node)}
        if node.type in {"bullet_list", "ordered_list"}:
            start = node.attrs.get("start", 1)
            tight = all(p.hidden for item in node.children for p in item.children if p.type == "paragraph")
            items = [self.blocks(item) for item in node.children]
            ordered = node.type == "ordered_list"
            return {"t": "list", "ordered": ordered, "start": start, "tight": tight, "items": items}
        if node.type == "blockquote":
            return {"t": "quote", "c": self.blocks(node)}
        if node.type in {"fence", "code_block"}:
            return {"t": "code", "s": node.content.rstrip("\n")}
        return {"t": "rule"} if node.type == "hr" else None

    def pieces(self, parent: SyntaxTreeNode) -> list[Data]:
        if parent.type in {"heading", "paragraph"} and parent.children:
            parent = parent.children[0]
        return [piece for node in parent.children if (piece := self.piece(node))]

    def piece(self, node: SyntaxTreeNode) -> Data | None:
        if node.type in {"text", "html_inline"}:
            return {"t": "text", "s": node.content}
        if node.type == "softbreak":
            return {"t": "text", "s": " "}
        if node.type == "hardbreak":
            return {"t": "break"}
        if node.type == "code_inline":
            return {"t": "code", "s": node.content}
        if node.type == "image":
            return {"t": "text", "s": _words(node)}
        if node.type == "link":
            return self.link(node)
        return {"t": node.type, "c": self.pieces(node)} if node.type in {"em", "strong"} else None

    def link(self, node: SyntaxTreeNode) -> Data:
        href, inside = str(node.attrs.get("href", "")), self.pieces(node)
        try:
            allowed = urlsplit(href).scheme.lower() in SCHEMES
        except ValueError:
            allowed = False
        if not allowed:
            return {"t": "span", "c": inside}
        # On paper a link is its address in a footnote, once, unless the text shows it already.
        note = href not in self.noted and href.removeprefix("mailto:") != _words(node)
        self.noted.add(href)
        return {"t": "link", "href": href, "note": note, "c": inside}


def _words(node: SyntaxTreeNode) -> str:
    if not node.children:
        return "" if node.is_root else node.content or (" " if node.type == "softbreak" else "")
    return "".join(_words(child) for child in node.children)
