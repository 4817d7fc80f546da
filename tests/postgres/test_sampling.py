"""Two schedulers, or two readers, do the same thing at the same moment."""

from datetime import UTC, datetime
from functools import partial

from petition.models import Letter
from signatories import cases, sampling
from signatories.models import Case, Mail, Signature

MONDAY = datetime(2030, 1, 7, 0, 30, tzinfo=UTC)


def test_several_schedulers_at_once_make_one_draw(letter: Letter, at_once):
    names = [Signature(letter=letter, version=letter.version, address_hash=str(n), name=f"N{n}") for n in range(100)]
    Signature.objects.bulk_create(names)
    facts = {"level": 2, "confirmed_at": letter.opened_at, "checked_at": letter.opened_at, "publish": True}
    Signature.objects.update(status="listed", **facts)
    assert sorted(at_once([partial(sampling.draw_due, now=MONDAY)] * 6)) == [0] * 5 + [20]
    assert letter.draws.count() == Mail.objects.filter(kind="audit").count() == 20


def test_a_crowd_that_reports_one_name_at_once_makes_one_case(letter: Letter, confirmed, at_once):
    signature = confirmed()
    reports = [partial(cases.open_, signature, kind=Case.Kind.REPORT, text=f"report {n}") for n in range(20)]
    assert all(isinstance(one, Case) for one in at_once(reports))
    case = Case.objects.get()
    assert (case.reports, len(case.text.split("\n\n"))) == (20, 20)


def test_two_vetters_close_a_case_at_once_and_one_of_them_is_told(letter: Letter, confirmed, vetter, second, at_once):
    case = cases.open_(confirmed(), kind=Case.Kind.REPORT)
    results = at_once([partial(cases.close, case, by=by, outcome="kept") for by in (vetter, second)])
    assert sum(result is None for result in results) == 1
