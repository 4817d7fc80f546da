"""While the database takes nothing, a page says so and nothing is half done."""

from django.db import connection
from django.test import Client

from signatories.models import Signature


def test_a_database_that_takes_nothing_is_a_503(post_sign, client, letter):
    if connection.vendor != "sqlite":
        return  # tests/postgres has more ways to refuse
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
        answer = post_sign()
        cursor.execute("PRAGMA query_only = OFF")
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert not Signature.objects.exists()
    assert post_sign().status_code == 303


def test_asking_for_anything_odd_is_answered(client: Client, letter):
    for accept in ("", "*/*", "x", "application/json;q=nan", ";;;,,,", "\0"):
        assert client.get("/nowhere/", headers={"Accept": accept}).status_code == 404
