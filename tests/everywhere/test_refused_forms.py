"""A form that was refused far down a page shows at once what is wrong with it, and no single tap loses a text."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from petition import lifecycle, news, versions
from petition.delivery import received
from signatories import cases, webhooks
from signatories.models import Case
from tests.conftest import logged_in

DESK = "/desk/keep-the-lights-on/"
ONE = {"status": "confirmed", "only": "all"}


def opens_at(answer: Any, said: str) -> str:
    """Return the fragment of the form's own address, where a browser opens the refused page; the error follows it."""
    page = answer.content.decode()
    assert answer.status_code == 422
    fragment = re.search(f'action="{re.escape(answer.wsgi_request.path)}#([a-z]+)"', page)
    assert fragment, "The page opens at its top."
    assert page.index(f'id="{fragment[1]}"') < page.rindex(said)
    return fragment[1]


def says_on_top(answer: Any, said: str) -> bool:
    assert answer.status_code == 422
    box = re.search(r'</h1>\s*(<div class="problems".*?</div>)', answer.content.decode(), re.DOTALL)
    return bool(box and said in box[1])


@pytest.mark.parametrize(
    ("sent", "said"),
    [(ONE, "Please choose what to do"), ({**ONE, "only": "ticked", "verb": "hold"}, "Please tick somebody")],
)
def test_a_batch_without_a_decision_or_without_people_says_so_beside_its_button(vetter, confirmed, sent, said):
    confirmed()
    assert opens_at(logged_in(vetter).post(f"{DESK}batches/preview/", sent), said) == "what"


def test_a_batch_without_a_reason_says_so_below_its_names(vetter, confirmed):
    confirmed()
    answer = logged_in(vetter).post(f"{DESK}batches/start/", {**ONE, "verb": "hold"})
    assert opens_at(answer, "Please choose a reason") == "why"


def test_a_case_without_an_outcome_says_so_below_what_was_reported(vetter, confirmed, listed):
    case = cases.open_(listed(confirmed()), kind=Case.Kind.REPORT, text="a lot\n" * 500)
    assert opens_at(logged_in(vetter).post(f"{DESK}cases/{case.pk}/close/"), 'class="problems"') == "close"


def test_a_version_that_is_published_without_the_tick_opens_at_the_tick(letter, organiser):
    versions.begin(letter, reason="meaning", note="More light.", by=organiser)
    versions.save(letter, body="Much more light.", seen=None, by=organiser)
    assert opens_at(logged_in(organiser).post(f"{DESK}versions/publish/"), "tick this box") == "publish"


def test_news_that_are_published_without_the_tick_open_at_the_tick(letter, organiser):
    draft = news.write(letter, title="Heard", body="At *last*.", by=organiser)
    assert opens_at(logged_in(organiser).post(f"{DESK}updates/{draft.pk}/publish/"), "tick this box") == "publish"


def test_news_without_a_title_say_so_on_top(letter, organiser):
    assert says_on_top(logged_in(organiser).post(f"{DESK}updates/", {"body": "At *last*."}), "Title")


@pytest.mark.parametrize(
    ("path", "sent", "said"),
    [
        ("invite/", {"name": "Ada"}, "Email"),
        ("import/", {"file": SimpleUploadedFile("founders.csv", b"email,name\nnobody,Ada\n")}, "line 2"),
        ("import/", {}, "A CSV file"),
        ("press/", {"days": 2}, "For whom"),
    ],
)
def test_what_is_wrong_with_an_invitation_stands_above_a_long_list_of_founders(draft, organiser, path, sent, said):
    lifecycle.found(draft, actor=organiser)
    assert says_on_top(logged_in(organiser).post(f"{DESK}founders/{path}", sent), said)


def test_the_addressee_sees_at_once_what_an_answer_lacks(client: Client, frozen, organiser):
    link = received.make_link(frozen, addressee="The Minister", days=30, actor=organiser)
    at = f"/received/{received.token(link)}/"
    assert opens_at(client.post(f"{at}acknowledge/"), 'class="problems"') == "received"
    assert opens_at(client.post(f"{at}reply/"), 'class="problems"') == "reply"


@pytest.mark.parametrize("what", ["version", "news", "webhook"])
def test_one_tap_beside_another_button_throws_nothing_away_for_good(letter, organiser, what):
    if what == "version":
        versions.begin(letter, reason="typo", note="A full stop.", by=organiser)
        page, verb = "versions/", "discard"
    elif what == "news":
        page, verb = f"updates/{news.write(letter, title='Heard', body='At *last*.', by=organiser).pk}/", "discard"
    else:
        hook, _ = webhooks.make(letter, url="https://hooks.example.org/", events=["signature.listed"], by=organiser)
        page, verb = f"webhooks/{hook.pk}/", "remove"
    text = logged_in(organiser).get(f"{DESK}{page}").content.decode()
    form = rf'<form method="post" action="{DESK}{page}{verb}/">'
    assert re.findall(rf"(?:</summary>)?{form}", text) == [f"</summary>{form}"]
