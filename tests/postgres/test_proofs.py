"""Proofs, checked by several workers at once and while their signers leave."""

from django.db import connections

from petition.models import Letter
from signatories import privacy, proving
from signatories.evidence import web
from signatories.models import Evidence, Limit, Proof, Signature
from tests.network import answer


def offer(signature: Signature, url: str) -> None:
    proving.offer(signature, kind=Proof.Kind.PAGE, value=url)


def test_workers_at_once_ask_for_each_page_once(confirmed, site, names, at_once):
    for number in range(12):
        signature, host = confirmed(f"signer{number}@example.com"), f"site{number}.example.org"
        names.set(host, "A", ["127.0.0.1"])
        site.pages[f"/{number}"] = answer(f'<a rel="me" href="{web.receipt_url(signature)}">x</a>')
        offer(signature, site.url(f"/{number}", host=host))
    done = at_once([proving.check_due] * 4)
    assert sum(done) == 12
    assert sorted(site.paths) == sorted(site.pages)
    assert Proof.objects.filter(state="found", attempts=1).count() == Evidence.objects.count() == 12


def test_a_signer_who_leaves_while_the_page_is_read_leaves_nothing_behind(confirmed, site, letter: Letter):
    signature = confirmed()
    found = answer(f'<a rel="me" href="{web.receipt_url(signature)}">x</a>')

    def leave_and_answer(write):
        privacy.withdraw(Signature.objects.get())
        connections.close_all()
        write(found)

    site.pages["/"] = leave_and_answer
    offer(signature, site.url())
    assert proving.check_due() == 1
    assert not Evidence.objects.exists()
    assert not Proof.objects.exists()
    assert Limit.objects.exists()
