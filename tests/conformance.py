"""Whether a page is valid HTML: what the parser of the standard finds wrong, and the rules that no parser knows.

The parse errors are those of https://html.spec.whatwg.org/multipage/parsing.html as html5lib counts them; what may
stand where, and which attributes there are, follows the index of the same standard
(https://html.spec.whatwg.org/multipage/indices.html), for the elements that our pages use.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import E


def words(text: str) -> set[str]:
    """The words of a line."""
    return set(text.split())


FLOW_ONLY = words(
    "address article aside blockquote details div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr main nav "
    "ol p pre section table ul"
)
PHRASING_ONLY = words(
    "abbr b bdi bdo button cite code dfn em h1 h2 h3 h4 h5 h6 i kbd label mark p pre q s samp small span strong sub "
    "sup time u var"
)
INTERACTIVE = words("a button details input label select textarea iframe")
LABELLED = words("button input meter output progress select textarea")
CHILDREN = {
    "ul": words("li"),
    "ol": words("li"),
    "dl": words("dt dd div"),
    "table": words("caption colgroup thead tbody tfoot"),
    "tr": words("th td"),
    "select": words("option optgroup hr"),
    "optgroup": words("option"),
}
GLOBAL = words("class dir hidden id lang role tabindex title translate")
OWN = {
    "a": "href hreflang rel target type download",
    "altcha-widget": "challenge configuration language name workers",
    "button": "type name value disabled form",
    "details": "open name",
    "form": "action method enctype novalidate",
    "iframe": "src width height loading",
    "img": "src alt width height loading",
    "input": "type name value checked required disabled readonly maxlength minlength min max step pattern placeholder "
    "autocomplete autocapitalize autofocus inputmode spellcheck list size accept enterkeyhint multiple",
    "label": "for",
    "li": "value",
    "link": "rel href type as crossorigin title hreflang",
    "meta": "charset name content media property http-equiv",
    "ol": "start reversed",
    "optgroup": "label disabled",
    "option": "value selected disabled",
    "progress": "value max",
    "script": "src defer type nonce",
    "select": "name required disabled autocomplete multiple size",
    "td": "colspan rowspan",
    "textarea": "name rows cols required maxlength minlength placeholder disabled readonly autocomplete spellcheck",
    "th": "scope colspan rowspan",
    "time": "datetime",
}
ALONE = words(
    "abbr article aside b bdi blockquote body br caption cite code dd del div dl dt em fieldset figcaption figure "
    "footer h1 h2 h3 h4 h5 h6 head header hr html ins kbd legend main nav noscript p pre q s section small span strong "
    "summary table tbody tfoot thead title tr ul"
)
# What only some kinds of input have.
TYPED = {
    "maxlength": words("text search url tel email password"),
    "minlength": words("text search url tel email password"),
    "pattern": words("text search url tel email password"),
    "placeholder": words("text search url tel email password number"),
    "checked": words("checkbox radio"),
    "accept": words("file"),
}
POINTING = {"for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-errormessage", "headers", "list"}
TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?")
SVG = "{http://www.w3.org/2000/svg}"


def problems(page: str) -> list[str]:
    """Return what is wrong with a whole page, in words; nothing if it is valid."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(page)
    found = [f"{line}:{column}: {E[code] % data}" for (line, column), code, data in parser.errors]
    return [*found, *_of_page(root), *_of_elements(root, [])]


def _of_page(root: Any) -> Iterator[str]:
    if not root.get("lang"):
        yield "html has no lang"
    if not "".join(root.find("head/title").itertext() if root.find("head/title") is not None else "").strip():
        yield "no title"
    if len(root.findall(".//main")) != 1 or len(root.findall(".//h1")) != 1:
        yield f"{len(root.findall('.//main'))} main, {len(root.findall('.//h1'))} h1"
    ids = Counter(one.get("id") for one in root.iter() if one.get("id") is not None)
    yield from (f"{n} elements have the id {name!r}" for name, n in ids.items() if n > 1 or name.split() != [name])
    for one in root.iter():
        for attribute in POINTING & set(one.attrib):
            yield from (f"{attribute} points to no {name!r}" for name in one.get(attribute).split() if name not in ids)
        href = one.get("href", "")
        if href.startswith("#") and href[1:] not in ids:
            yield f"a link leads to no {href}"


def _of_elements(element: Any, around: list[str]) -> Iterator[str]:
    name = element.tag
    if not isinstance(name, str) or name.startswith(SVG):  # a comment; axe and the browser look at pictures
        return
    yield from (f"{name}: {problem}" for problem in [*_of_attributes(element), *_of_place(element, around)])
    for child in element:
        yield from _of_elements(child, [*around, name])


def _of_attributes(element: Element) -> Iterator[str]:
    name = element.tag
    if name not in OWN and name not in ALONE:
        yield "no such element here"
    own = words(OWN.get(name, ""))
    for attribute, value in element.attrib.items():
        if attribute not in own | GLOBAL and not attribute.startswith(("data-", "aria-", "hx-")):
            yield f"no attribute {attribute}"
        if attribute in {"href", "src", "action"} and re.search(r"\s", value):
            yield f"a space in {attribute}={value!r}"
    for attribute in TYPED.keys() & element.attrib.keys() if name == "input" else ():
        if element.get("type", "text") not in TYPED[attribute]:
            yield f"{attribute} on type={element.get('type')!r}"
    if name == "time" and not TIME.fullmatch(element.get("datetime", "")):
        yield f"no time: {element.get('datetime')!r}"
    if name == "img" and element.get("alt") is None:
        yield "no alt"
    if name == "button" and element.get("type") not in {"submit", "button"}:
        yield "no type"


def _of_place(element: Element, around: list[str]) -> Iterator[str]:
    name = element.tag
    allowed = CHILDREN.get(around[-1]) if around else None
    if allowed and name not in allowed | {"script", "template"}:
        yield f"a child of {around[-1]}"
    if name in FLOW_ONLY and PHRASING_ONLY & set(around):
        yield f"inside {' '.join(around[-3:])}"
    if name in INTERACTIVE - {"label"} and {"a", "button"} & set(around):
        yield f"to be used inside {' '.join(around[-3:])}"
    if name == "label":
        inside = [one for one in element.iter() if one.tag in LABELLED]
        if len(inside) > 1 or not (inside or element.get("for")):
            yield f"labels {len(inside)} fields"
    if name in {"ul", "ol"} and not len(element):
        yield "empty"
    if name == "form" and "form" in around:
        yield "form inside form"
