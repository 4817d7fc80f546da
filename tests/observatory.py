"""The scoring of the HTTP Observatory, written anew from its public rules.

Sources: developer.mozilla.org/en-US/observatory/docs/tests_and_scoring, and the score table that is published in
mdn/mdn-http-observatory (src/grader/charts.js), as read in November 2026.
What needs the network (the preload list, certificates, the redirect itself) gives neither points nor penalties here.
"""

import re
from collections.abc import Mapping

BASE, EXTRA_CREDIT_FROM = 100, 90
HALF_A_YEAR = 15_768_000  # seconds
BROAD = {"ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"}
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}


def score(headers: Mapping[str, str], *, cookies: list[str], html: str = "") -> int:
    """Return the points of one answer over https.

    Args:
        headers: of the answer.
        cookies: its Set-Cookie lines.
        html: its body, if it is a page.
    """
    given = {name.lower(): value for name, value in headers.items()}
    policy = directives(given.get("content-security-policy", ""))
    modifiers = (
        csp(policy),
        _cookies(cookies),
        _hsts(given.get("strict-transport-security", "")),
        _referrer(given.get("referrer-policy", "")),
        0 if given.get("x-content-type-options", "").lower() == "nosniff" else -5,
        _frames(policy, given.get("x-frame-options", "")),
        {"same-origin": 10, "same-site": 10, "cross-origin": 0, "": 0}.get(
            given.get("cross-origin-resource-policy", ""), -5
        ),
        -50 if given.get("access-control-allow-credentials") and given.get("access-control-allow-origin") else 0,
        _scripts(html),
    )
    points = BASE + sum(one for one in modifiers if one < 0)
    if points >= EXTRA_CREDIT_FROM:
        points += sum(one for one in modifiers if one > 0)
    return max(points, 0)


def directives(policy: str) -> dict[str, set[str]]:
    """Return the sources of each directive of a content security policy."""
    parts = [part.split() for part in policy.split(";") if part.strip()]
    return {name.lower(): set(sources) for name, *sources in parts}


def csp(policy: dict[str, set[str]]) -> int:
    """Return the modifier for a content security policy."""
    if not policy:
        return -25
    default = policy.get("default-src", {"*"})
    script, style = (set(policy.get(name, default)) for name in ("script-src", "style-src"))
    plugins = policy.get("object-src", default)
    for sources in (script, style):
        if any(source.startswith(("'nonce-", "'sha256-", "'sha384-", "'sha512-")) for source in sources):
            sources.discard("'unsafe-inline'")
    if script & (BROAD | {"'unsafe-inline'", "data:"}) or plugins & BROAD:
        return -20
    passive = {"img-src", "media-src"}
    active = script.union(*(sources for name, sources in policy.items() if name not in {*passive, "script-src"}))
    if any(source.startswith(("http:", "ftp:")) for source in active):
        return -20
    if "'unsafe-eval'" in script | style:
        return -10
    if any(source.startswith(("http:", "ftp:")) for name in passive for source in policy.get(name, default)):
        return -10
    if style & (BROAD | {"'unsafe-inline'", "data:"}):
        return 0
    return 10 if default == {"'none'"} and policy.get("form-action", {"*"}) <= {"'self'", "'none'"} else 5


def _cookies(cookies: list[str]) -> int:
    if not cookies:
        return 0
    worst = 5
    for line in cookies:
        flags = {part.strip().lower() for part in line.split(";")[1:]}
        name = line.partition("=")[0].lower()
        session, csrf = "sess" in name, "csrf" in name
        if "secure" not in flags:
            worst = min(worst, -40 if session else -20)
        if session and "httponly" not in flags:
            worst = min(worst, -30)
        if not flags & {"samesite=lax", "samesite=strict"}:
            worst = min(worst, -20 if csrf or "samesite=none" in flags else 0)
    return worst


def _hsts(value: str) -> int:
    age = re.search(r"max-age=(\d+)", value)
    if not age:
        return -20
    return 0 if int(age[1]) >= HALF_A_YEAR else -10


def _referrer(value: str) -> int:
    if not value:
        return 0
    return 5 if value.split(",")[-1].strip().lower() in PRIVATE else -5


def _frames(policy: dict[str, set[str]], option: str) -> int:
    if not policy.get("frame-ancestors", {"*"}) & BROAD:
        return 5
    return 0 if option.upper() in {"DENY", "SAMEORIGIN"} else -20


def _scripts(html: str) -> int:
    sources = re.findall(r"<script[^>]*\bsrc=[\"']?([^\"'\s>]+)", html)
    if any(source.startswith(("http:", "//")) for source in sources):
        return -50
    return -5 if any("://" in source for source in sources) else 0
