"""Statements that are made once answer as the queries do that Django makes anew each time."""

import uuid
from datetime import timedelta

from django.utils import timezone

from petition import rows
from petition.models import Letter, Version
from signatories.models import Mail, Signature, WatchName

SOME = uuid.UUID(int=1)


def fields(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_question_gives_the_same_rows_each_time_it_is_asked(letter, confirmed):
    ada, zoe = confirmed(), confirmed("zoe@example.com", name="Zoë")
    mails = rows.Question(lambda signature: Mail.objects.filter(signature=signature).order_by("-pk"), signature=SOME)
    for one in (ada, zoe, ada):
        asked = Mail.objects.filter(signature=one).order_by("-pk")
        assert [fields(row) for row in mails.ask(signature=one.pk)] == [fields(row) for row in asked]
    assert mails.ask(signature=uuid.uuid4()) == []
    assert not mails.first(signature=ada.pk)._state.adding


def test_a_question_knows_lists_and_flags_of_the_database(letter):
    WatchName.objects.create(letter=letter, name="Imp Oster", keys=["imp oster"])
    watched = rows.Question(lambda letter: WatchName.objects.in_force().filter(letter=letter), letter=-1)
    assert [one.keys for one in watched.ask(letter=letter.pk)] == [["imp oster"]]
    public = rows.Question(lambda slug: Letter.objects.public().filter(slug=slug), slug="of-any-letter")
    assert fields(public.first(slug=letter.slug)) == fields(Letter.objects.get())
    Letter.objects.update(status="draft")
    assert public.first(slug=letter.slug) is None


def test_what_a_question_leaves_out_is_read_when_it_is_wanted(letter, django_assert_num_queries):
    short = rows.Question(lambda letter: Version.objects.filter(letter=letter).defer("body", "text"), letter=-1)
    version = short.first(letter=letter.pk)
    assert (version.get_deferred_fields(), version.number) == ({"body", "text"}, 1)
    words = letter.version.text
    with django_assert_num_queries(1):
        assert version.text == words


def test_what_is_put_twice_is_the_first_row(letter, confirmed):
    kept = confirmed()
    again = Signature(letter=letter, version=letter.version, address="x@example.com", address_hash=kept.address_hash)
    found = rows.put(again, on=["letter_id", "address_hash"], otherwise="address_hash = excluded.address_hash")
    assert fields(found) == fields(Signature.objects.get())


def test_what_may_not_be_put_is_not_there(letter, confirmed):
    mail = Mail(signature=confirmed(), kind="confirm", key="one", send_after=timezone.now() - timedelta(days=1))
    once = {"on": ["letter_id", "key"], "otherwise": "key = excluded.key", "where": "%s = 1"}
    assert rows.put(mail, **once, given=[0]) is None
    assert not Mail.objects.filter(key="one").exists()
    put = rows.put(mail, **once, given=[1])
    assert fields(put) == fields(Mail.objects.get(key="one"))
