"""Read an ORCID record: which employer says itself that somebody works there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

AFFILIATIONS = {"employments": "employment-summary"}
ROR = "https://ror.org/"


@dataclass(frozen=True)
class Employment:
    """One line of a record, with who put it there.

    Attributes:
        organisation: as the record names it.
        ror: nine characters, where the record links to the Research Organization Registry.
        source: the name of whoever added the line.
        by_institution: whether that was an organisation's own system; what a person types about themselves is a
            claim, and no evidence.
        current: whether it has no end, or one that is still to come.
        since: the date on which the line was added to the record.
    """

    organisation: str
    ror: str
    source: str
    by_institution: bool
    current: bool
    since: date | None


def employments(record: dict[str, Any], *, today: date) -> list[Employment]:
    """Return the employments of a public record in the form of ORCID's API 3.0.

    A line counts as the institution's where its source is a client application and not a person: `source-orcid` is
    empty, `source-client-id` is not, and no person stands behind it as the origin of the assertion (ORCID,
    "Assertion origin": https://info.orcid.org/documentation/integration-guide/user-obo/).

    Args:
        record: the JSON of `/v3.0/{iD}/record`; whatever is not as expected is left out.
        today: the day on which a job counts as held.
    """
    return [_employment(summary, today) for summary in _summaries(record)]


def began(record: dict[str, Any]) -> datetime | None:
    """Return when the iD was registered."""
    return _moment(_at(record, "history", "submission-date"))


def _summaries(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for section, kind in AFFILIATIONS.items():
        groups = _at(record, "activities-summary", section, "affiliation-group")
        for group in groups if isinstance(groups, list) else []:
            summaries = _at(group, "summaries")
            for wrapped in summaries if isinstance(summaries, list) else []:
                summary = _at(wrapped, kind)
                if isinstance(summary, dict):
                    yield summary


def _employment(summary: dict[str, Any], today: date) -> Employment:
    source = _at(summary, "source")
    by_person = _at(source, "source-orcid", "path") or _at(source, "assertion-origin-orcid", "path")
    ends = _date(_at(summary, "end-date"))
    added = _moment(_at(summary, "created-date"))
    identifier = str(
        _at(summary, "organization", "disambiguated-organization", "disambiguated-organization-identifier")
    )
    return Employment(
        organisation=_text(_at(summary, "organization", "name")),
        ror=identifier.removeprefix(ROR)[:9] if identifier.startswith(ROR) else "",
        source=_text(_at(source, "source-name", "value")),
        by_institution=bool(_at(source, "source-client-id", "path")) and not by_person,
        current=ends is None or ends >= today,
        since=added.date() if added else None,
    )


def _at(value: Any, *path: str) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    return " ".join(value.split())[:300] if isinstance(value, str) else ""


def _date(value: Any) -> date | None:
    """Return the last day that a date of year, month and day can mean; parts may be missing."""
    parts = [str(_at(value, name, "value") or "") for name in ("year", "month", "day")]
    if not parts[0].isdigit():
        return None
    year, month, day = int(parts[0]), _number(parts[1], 12), _number(parts[2], 28)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _number(text: str, default: int) -> int:
    return int(text) if text.isdigit() else default


def _moment(value: Any) -> datetime | None:
    milliseconds = _at(value, "value")
    if type(milliseconds) is not int or not 0 < milliseconds < 2**42:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
