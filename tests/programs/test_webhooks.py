"""A letter's owners let another program know what happens: each event once, signed, and nothing that is not public."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from petition import lifecycle, tally
from petition.models import Letter
from petition.moves import NotAllowed
from signatories import privacy, tasks, vetting, webhooks
from signatories.models import Webhook, WebhookDelivery
from signatories.webhooks import marking, saying
from tests.conftest import LETTER
from tests.network import answer

pytestmark = pytest.mark.django_db
ALL = [*Webhook.Event]
TAKEN = answer("ok", status="204 No Content")


@pytest.fixture
def hook(letter, organiser, site):
    """An address that takes everything."""
    site.pages["/hook"] = answer("thank you")
    return webhooks.make(letter, url=site.url("/hook"), events=ALL, by=organiser)[0]


@pytest.fixture
def told(site):
    """Let the clock do its work, and return what arrived."""

    def work() -> list[dict]:
        tasks.send_webhooks()
        return [json.loads(body) for body in site.bodies]

    return work


def kinds(messages) -> list[str]:
    return [message["type"] for message in messages]


def test_each_event_arrives_once_with_what_readers_may_see(letter, hook, confirmed, listed, told):
    ada = listed(confirmed("ada@example.com"))
    signed, on_it = told()
    assert kinds([signed, on_it]) == ["signature.signed", "signature.listed"]
    assert signed["data"] == {"letter": letter.slug, "signature": str(ada.pk)}
    assert on_it["data"]["line"]["name"] == "Ada Example"
    assert on_it["data"]["line"]["level"] == "Affiliation confirmed"
    assert on_it["timestamp"] == ada.events.last().at.isoformat(timespec="seconds").replace("+00:00", "Z")
    assert len(told()) == 2


def test_no_address_is_in_any_message(hook, confirmed, listed, told, site):
    listed(confirmed("ada@example.com", profile_url="https://example.org/ada"))
    told()
    assert not [body for body in site.bodies if b"@" in body or b"profile" in body or b"example.com" in body]


def test_nobody_is_named_who_does_not_want_to_be(hook, confirmed, listed, told):
    shy = listed(confirmed("shy@example.com", name="Shy", publish=False))
    assert kinds(told()) == ["signature.signed"]
    privacy.be_named(shy, publish=True)
    assert told()[-1]["data"]["line"]["name"] == "Shy"
    privacy.be_named(shy, publish=False)
    assert told()[-1] == {**told()[-1], "type": "signature.removed"}
    assert "line" not in told()[-1]["data"]


def test_whoever_leaves_is_told_by_the_identifier_alone(letter, hook, confirmed, listed, told):
    ada = listed(confirmed("ada@example.com"))
    told()
    privacy.withdraw(ada)
    last = told()[-1]
    assert (last["type"], last["data"]) == (
        "signature.withdrawn",
        {"letter": letter.slug, "signature": str(ada.pk)},
    )


def test_whoever_left_before_a_message_was_sent_is_not_named_in_it(hook, confirmed, listed, told):
    ada = listed(confirmed("ada@example.com"))
    webhooks.owe()
    privacy.withdraw(ada)
    messages = told()
    assert kinds(messages) == ["signature.signed", "signature.listed", "signature.withdrawn"]
    assert messages[1]["data"]["line"] is None


def test_a_name_that_is_taken_off_is_told_without_the_name(hook, confirmed, listed, told, vetter):
    ada = listed(confirmed("ada@example.com"))
    vetting.hide(ada, vetter=vetter, reason="duplicate_person")
    assert told()[-1]["type"] == "signature.removed"
    assert set(told()[-1]["data"]) == {"letter", "signature"}


def test_nobody_on_a_letter_that_is_not_public_is_named(hook, confirmed, listed):
    """Founders may step back until publication, and so may their names."""
    ada = listed(confirmed("ada@example.com"))
    one = hook.deliveries.create(kind="signature.listed", event=ada.events.last())
    one.webhook.letter = Letter(pk=ada.letter_id, slug="early", status=Letter.Status.FOUNDING)
    assert json.loads(saying.body(one))["data"]["line"] is None


def test_who_only_tried_to_sign_is_nobodys_business(hook, post_sign, told, letter):
    post_sign("pia@example.com")
    privacy.disown(letter.signatures.get())
    assert told() == []


def test_a_number_that_was_reached_is_told_once(letter, hook, confirmed, listed, told):
    for name in ("ada", "bea"):
        listed(confirmed(f"{name}@example.com"))
    tally.take(letter)
    tally.take(letter)
    reached = [message for message in told() if message["type"] == "letter.milestone"]
    assert [message["data"] for message in reached] == [{"letter": letter.slug, "number": 2}]


def test_only_what_was_asked_for_is_told_and_nothing_from_before(letter, organiser, site, confirmed, listed, told):
    site.pages["/hook"] = TAKEN
    confirmed("early@example.com")
    webhooks.make(letter, url=site.url("/hook"), events=["signature.signed"], by=organiser)
    listed(confirmed("ada@example.com"))
    assert kinds(told()) == ["signature.signed"]


def test_each_letter_and_each_address_has_its_own(letter, hook, organiser, site, confirmed, told):
    site.pages["/other"] = TAKEN
    webhooks.make(letter, url=site.url("/other"), events=["signature.signed"], by=organiser)
    other = lifecycle.begin(owner=organiser, **{**LETTER, "slug": "another"})
    webhooks.make(other, url=site.url("/other"), events=ALL, by=organiser)
    confirmed("ada@example.com")
    told()
    assert sorted(site.paths) == ["/hook", "/other"]


def test_an_event_that_was_committed_late_is_not_lost_and_none_is_owed_twice(hook, confirmed):
    """A time is stamped before it is committed, so the history is read again for a while."""
    first = confirmed("ada@example.com")
    assert webhooks.owe() == 1
    WebhookDelivery.objects.all().delete()  # as if it had not been there to see
    Webhook.objects.update(owed_until=first.events.last().at + timedelta(minutes=10))
    assert (webhooks.owe(), webhooks.owe()) == (1, 0)


def test_what_happened_while_no_task_ran_is_told_when_one_does(hook, confirmed, time_machine):
    confirmed("ada@example.com")
    time_machine.move_to(timezone.now() + timedelta(days=2))
    assert webhooks.owe() == 1


def test_an_event_has_one_identifier_wherever_and_however_often_it_is_told(letter, hook, organiser, site, confirmed):
    twin, _ = webhooks.make(letter, url=site.url("/hook"), events=ALL, by=organiser)
    confirmed("ada@example.com")
    confirmed("bea@example.com")
    webhooks.owe()
    mine, theirs = ([marking.identifier(one) for one in each.deliveries.all()] for each in (hook, twin))
    assert sorted(mine) == sorted(theirs)
    assert len(set(mine)) == 2
    assert all(one.startswith("msg_") and "." not in one for one in mine)


def test_a_test_arrives_at_once_and_says_nothing(hook, letter, told):
    webhooks.test(hook)
    assert (told()[0]["type"], told()[0]["data"]) == ("test", {"letter": letter.slug})


def test_a_letter_has_at_most_ten(letter, organiser, site):
    for _ in range(webhooks.MOST):
        webhooks.make(letter, url=site.url(), events=ALL, by=organiser)
    with pytest.raises(NotAllowed, match="at most"):
        webhooks.make(letter, url=site.url(), events=ALL, by=organiser)


def test_what_an_answer_repeated_goes_with_the_person(hook, site, confirmed, listed, told):
    site.pages["/hook"] = answer("I got Ada Example")
    ada = listed(confirmed("ada@example.com"))
    told()
    assert hook.deliveries.filter(answer__contains="Ada").count() == 2
    privacy.withdraw(ada)
    assert not hook.deliveries.filter(answer__contains="Ada").exists()


def test_what_is_answered_after_somebody_left_is_not_kept(hook, site, confirmed, listed, told):
    site.pages["/hook"] = answer("I got Ada Example")
    ada = listed(confirmed("ada@example.com"))
    webhooks.owe()
    privacy.withdraw(ada)
    told()
    assert not hook.deliveries.filter(answer__contains="Ada").exists()
