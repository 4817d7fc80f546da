"""Several people do something at the same moment."""

import time
from datetime import timedelta
from functools import partial

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from petition import lifecycle, tally
from petition.models import Letter, Membership, Role, User, Version
from signatories import codes, invitations, outbox, retention, signing, tokens, vetting
from signatories.models import Mail, Signature
from signatories.outbox import sending
from tests.conftest import LETTER, LINE, code_in, support

SENT = {**{name: value for name, value in LINE.items() if value is not False}, "publish": "on"}


def test_fifty_posts_of_one_address_make_one_signature_and_one_mail(letter: Letter, at_once):
    spellings = ["ada.example@gmail.com", "AdaExample@googlemail.com", "adaexample+x@gmail.com"]
    path = f"/letters/{letter.slug}/sign/"
    posts = [partial(Client().post, path, {**SENT, "email": spellings[n % 3]}) for n in range(50)]
    answers = at_once(posts)
    assert {(answer.status_code, len(answer["Location"])) for answer in answers} == {(303, len(answers[0]["Location"]))}
    assert Signature.objects.count() == 1
    assert list(Mail.objects.values_list("kind", "state")) == [("confirm", "owed")]


def test_fifty_wordings_for_one_address_at_once_write_to_its_owner_three_times_at_most(letter: Letter, at_once):
    path = f"/letters/{letter.slug}/sign/"
    posts = [partial(Client().post, path, {**SENT, "name": f"Ada {n}", "email": "ada@example.com"}) for n in range(50)]
    assert {answer.status_code for answer in at_once(posts)} == {303}
    assert Signature.objects.count() == 1
    assert Mail.objects.filter(state="owed").count() == outbox.DAILY


def test_whatever_is_posted_at_once_an_address_gets_three_mails_a_letter_and_six_over_the_site(
    letter: Letter, organiser: User, at_once
):
    letters = [letter]
    for number in range(4):
        letters.append(lifecycle.begin(owner=organiser, **{**LETTER, "slug": f"other-{number}"}))
        lifecycle.publish(letters[-1])
    spellings = ["ada.example@gmail.com", "AdaExample@googlemail.com", "adaexample+x@gmail.com"]
    posts = [
        partial(
            Client().post,
            f"/letters/{letters[n % 5].slug}/sign/",
            {**SENT, "name": f"Ada {n // 5}", "email": spellings[n % 3]},
        )
        for n in range(50)
    ]
    assert {answer.status_code for answer in at_once(posts)} == {303}
    assert Mail.objects.filter(state="owed").count() == outbox.DAILY_OVER_THE_SITE
    assert max(Mail.objects.filter(state="owed", signature__letter=one).count() for one in letters) <= outbox.DAILY


def test_wrong_codes_at_once_are_counted_one_by_one(letter: Letter, at_once):
    owed = signing.sign(letter, address="ada@example.com", typed=LINE)
    outbox.send()
    path = f"/letters/{letter.slug}/sent/?t={tokens.make('tab', owed.pk, at=letter.slug)}"
    wrong = [f"{(int(tokens.code(owed.pk)) + n) % 1_000_000:06d}" for n in range(1, 31)]
    assert {a.status_code for a in at_once([partial(Client().post, path, {"code": code}) for code in wrong])} == {422}
    assert Mail.objects.get().wrong_codes == signing.MAX_TAB_TRIES


def test_the_right_code_twenty_times_at_once_confirms_once(letter: Letter, at_once):
    owed = signing.sign(letter, address="ada@example.com", typed=LINE)
    outbox.send()
    path = f"/letters/{letter.slug}/sent/?t={tokens.make('tab', owed.pk, at=letter.slug)}"
    answers = at_once([partial(Client().post, path, {"code": tokens.code(owed.pk)})] * 20)
    assert {answer.status_code for answer in answers} == {303}
    signature = letter.signatures.get()
    assert [event.now for event in signature.events.all()] == ["confirmed"]
    assert signature.mails.filter(kind="receipt").count() == 1


def test_withdrawing_twenty_times_at_once_withdraws_once(confirmed, at_once, deliver):
    signature = confirmed()
    codes.ask(signature, what="Withdraw my signature")
    sent = {"sure": "on", "code": code_in(deliver()[-1])}
    path = f"/mine/{tokens.make('mine', signature.pk)}/withdraw/"
    answers = at_once([partial(Client().post, path, sent)] * 20)
    assert {answer.status_code for answer in answers} <= {303, 409}
    assert signature.events.filter(now="withdrawn").count() == 1
    assert Mail.objects.filter(kind="withdrawn").count() == 1


def test_codes_guessed_at_once_are_counted_one_by_one(confirmed, at_once, deliver):
    signature = confirmed()
    codes.ask(signature, what="Withdraw my signature")
    right, mail = code_in(deliver()[-1]), Mail.objects.get(kind="change")
    wrong = [f"{number:06d}" for number in range(31) if f"{number:06d}" != right][:30]
    path = f"/mine/{tokens.make('mine', signature.pk)}/withdraw/"

    def hold() -> None:  # until all of them are on their way
        with transaction.atomic():
            Mail.objects.select_for_update().get(pk=mail.pk)
            time.sleep(4)

    def guess(code: str) -> None:
        time.sleep(0.5)
        Client().post(path, {"sure": "on", "code": code})

    at_once([hold, *(partial(guess, code) for code in wrong)])
    mail.refresh_from_db()
    assert mail.wrong_codes == codes.MAX_TRIES
    assert Client().post(path, {"sure": "on", "code": right}).status_code == 422


def test_two_vetters_decide_at_once_and_the_second_gets_a_409_page(confirmed, vetter, second, at_desk, at_once):
    for number in range(8):
        signature = support(confirmed(f"signer{number}@example.com"), "M", by=vetter)
        page = f"/desk/{signature.letter.slug}/vetting/{signature.pk}/"
        grounds = {"level": "2", "reason": "staff_page"}
        answers = at_once(
            [
                partial(at_desk(vetter).post, page + "list/", grounds),
                partial(at_desk(second).post, page + "decline/", {"reason": "not_eligible"}),
            ]
        )
        assert sorted(answer.status_code for answer in answers) == [303, 409]
        assert signature.decisions.count() == 1
        assert signature.events.count() == 2
        kinds = set(signature.mails.values_list("kind", flat=True)) - {"confirm", "receipt"}
        signature.refresh_from_db()
        assert kinds == {signature.status}


def test_publishing_twice_at_once_makes_one_version(draft: Letter, organiser: User, at_desk, at_once):
    posts = [partial(at_desk(organiser).post, f"/desk/{draft.slug}/publish/", {"sure": "on"}) for _ in range(4)]
    answers = at_once(posts)
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]
    assert draft.events.count() == 1
    assert Version.objects.filter(published_at__isnull=False).count() == 1


def test_milestones_crossed_by_two_at_once_are_never_missed(letter: Letter, confirmed, vetter, second, at_once):
    people = [support(confirmed(f"signer{number}@example.com"), "M", by=vetter) for number in range(6)]

    def decide(signature: Signature, by: User) -> None:
        vetting.list_(signature, vetter=by, level=2, reason="staff_page")
        tally.take(letter)

    at_once([partial(decide, one, vetter if n % 2 else second) for n, one in enumerate(people)])
    assert letter.milestones.get(number=2).reached_at
    assert letter.milestones.get(number=5).reached_at
    tally.take_moved()
    figures = letter.tallies.latest("hour").figures
    assert figures["listed"] == letter.signatures.listed().count() == 6


def test_a_milestone_is_reached_once_while_vetters_list_and_the_clock_counts(
    letter, confirmed, vetter, second, at_once
):
    people = [support(confirmed(f"signer{number}@example.com"), "M", by=vetter) for number in range(8)]
    listing = {"level": 2, "reason": "staff_page"}
    vetters = [partial(vetting.list_, one, vetter=[vetter, second][n % 2], **listing) for n, one in enumerate(people)]
    at_once([*vetters, *[tally.take_moved] * 4])
    tally.take_moved()
    reached = list(letter.milestones.values_list("number", "reached_at"))
    assert all(at for _, at in reached)
    at_once([tally.take_moved] * 4)
    assert list(letter.milestones.values_list("number", "reached_at")) == reached
    assert letter.tallies.latest("hour").figures["listed"] == letter.signatures.listed().count() == 8


def test_a_count_that_began_before_a_commit_is_made_good_by_the_clock(letter: Letter, confirmed, vetter):
    signature = support(confirmed(), "M", by=vetter)
    with transaction.atomic():
        vetting.list_(signature, vetter=vetter, level=2, reason="staff_page")
        stale = tally.count(letter)
    assert stale["listed"] == 1  # inside the transaction one sees it; others did not, and counted 0
    letter.tallies.create(
        hour=tally.timezone.now().replace(minute=0, second=0, microsecond=0),
        as_of=tally.timezone.now(),
        figures={**stale, "listed": 0},
    )
    tally.take_moved()
    assert letter.tallies.latest("hour").figures["listed"] == 1


def test_several_senders_send_each_mail_once(letter: Letter, at_once, monkeypatch):
    monkeypatch.setattr(sending, "LONGEST", 60.0)  # on a busy machine a batch would end early
    for number in range(120):
        signing.sign(letter, address=f"signer{number}@example.com", typed=LINE)
    sent = at_once([partial(outbox.send, 20) for _ in range(6)])
    assert sum(sent) == 120
    assert len(mail.outbox) == len({message.to[0] for message in mail.outbox}) == 120
    assert not Mail.objects.exclude(state="sent", times_sent=1).exists()


def test_two_imports_of_founders_at_once_take_their_places_one_after_the_other(letter: Letter, at_once):
    def rows(prefix: str) -> list[dict[str, str]]:
        names = [f"{prefix}{number}" for number in range(10)]
        blank = dict.fromkeys(("role", "organisation", "country", "discipline"), "")
        return [{"email": f"{name}@example.com", "name": name, **blank} for name in names]

    at_once([partial(invitations.invite, letter, rows=rows(prefix)) for prefix in ("a", "b")])
    assert sorted(letter.invitations.values_list("position", flat=True)) == list(range(1, 21))


def test_an_invitation_used_twice_at_once_signs_once(letter: Letter, at_once):
    row = {"email": "ona@example.com", "name": "Ona", "role": "", "organisation": "", "country": "", "discipline": ""}
    (invitation,) = invitations.invite(letter, rows=[row])
    owed = invitation.mails.get()
    accept = partial(invitations.accept, owed.pk, code=tokens.code(owed.pk), typed=LINE)
    results = at_once([accept] * 8)
    assert sum(isinstance(result, Signature) for result in results) == 1
    assert [event.now for event in letter.signatures.get().events.all()] == ["confirmed"]


def test_confirming_while_the_clock_expires_it_has_one_outcome(letter: Letter, at_once):
    for number in range(10):
        owed = signing.sign(letter, address=f"signer{number}@example.com", typed=LINE)
        outbox.send()
        confirm = partial(signing.confirm, owed.pk, tokens.code(owed.pk), in_tab=False)
        a_week_later = timezone.now() + timedelta(days=8)
        at_once([confirm, partial(retention.run, now=a_week_later, only={"unconfirmed"}, even_if_done=True)])
        signature = letter.signatures.get(address_hash=owed.signature.address_hash)
        assert signature.events.count() == 1
        assert (signature.name == "") == (signature.status == "expired")


def test_the_last_two_owners_cannot_remove_each_other(letter: Letter, organiser: User, second: User, at_desk, at_once):
    desks = {user: at_desk(user) for user in (organiser, second)}
    for _ in range(8):
        for user in desks:
            Membership.objects.update_or_create(letter=letter, user=user, defaults={"role": Role.OWNER})
        page = f"/desk/{letter.slug}/team/{{}}/remove/"
        paths = {user: page.format(letter.members.get(user=user).pk) for user in desks}
        at_once([partial(desks[second].post, paths[organiser]), partial(desks[organiser].post, paths[second])])
        assert letter.members.filter(role=Role.OWNER).count() == 1


@pytest.mark.parametrize("table", ["petition_version", "petition_letterevent", "signatories_signatureevent"])
def test_postgresql_itself_keeps_what_was_published_and_the_history(confirmed, table: str):
    confirmed()
    for sql in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
