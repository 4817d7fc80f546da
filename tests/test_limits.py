"""Limits, and from where somebody comes."""

from datetime import timedelta

import pytest
import time_machine
from django.test import RequestFactory

from signatories import limits, origins
from signatories.models import Limit

HOUR = timedelta(hours=1)


def use(who: str = "203.0.113.7") -> limits.Taken:
    return limits.take("report", who, most=2, window=HOUR)


@time_machine.travel("2026-11-24T12:50:00Z", tick=False)
def test_who_asks_too_often_is_told_when_to_come_back(db):
    assert [use().allowed, use().allowed, use().allowed] == [True, True, False]
    assert use().retry_after == 600
    assert use("203.0.113.8").allowed


def test_a_new_window_begins_again(db):
    with time_machine.travel("2026-11-24T12:59:59Z", tick=False) as clock:
        assert [use().allowed for _ in range(3)] == [True, True, False]
        clock.shift(1)
        assert use().allowed


def test_no_address_is_stored_and_what_is_over_is_forgotten(db):
    with time_machine.travel("2026-11-24T12:00:00Z", tick=False) as clock:
        use()
        assert "203.0.113" not in Limit.objects.get().key
        assert limits.forget() == 0
        clock.shift(3600)
        assert limits.forget() == 1


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [
        (0, "", "203.0.113.7"),
        (0, "198.51.100.1", "203.0.113.7"),  # a client may write what it likes
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "203.0.113.7"),  # somebody came past a proxy
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
        (1, "nonsense", "0.0.0.0"),
        (1, "fe80::1%eth0", "fe80::/64"),
        (1, "[fe80::1%eth0]:443", "fe80::/64"),
        (1, "198.51.100.1:49152", "198.51.100.1"),
        (1, "[2001:db8:1:2::1]:443", "2001:db8:1:2::/64"),
        (1, "[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        (1, "[::ffff:198.51.100.1]:80", "198.51.100.1"),
        (1, "6.6.6.6,, ,198.51.100.1", "198.51.100.1"),
        (1, "198.51.100.1, unknown", "0.0.0.0"),
        (1, "[" * 1000, "0.0.0.0"),
    ],
)
def test_the_client_is_counted_by_trusted_proxies_from_the_right(settings, proxies, forwarded, client):
    settings.TRUSTED_PROXIES = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert origins.of(RequestFactory().get("/", REMOTE_ADDR="203.0.113.7", **headers)).client == client


def test_a_device_is_known_for_a_day_by_its_browser_and_address():
    ask = RequestFactory()
    with time_machine.travel("2026-11-24T12:00:00Z", tick=False) as clock:
        one = origins.of(ask.get("/", REMOTE_ADDR="203.0.113.7", HTTP_USER_AGENT="A"))
        assert one.device == origins.of(ask.get("/", REMOTE_ADDR="203.0.113.7", HTTP_USER_AGENT="A")).device
        assert one.device != origins.of(ask.get("/", REMOTE_ADDR="203.0.113.7", HTTP_USER_AGENT="B")).device
        clock.shift(86_400)
        assert one.device != origins.of(ask.get("/", REMOTE_ADDR="203.0.113.7", HTTP_USER_AGENT="A")).device
    assert (one.client, one.network) == ("203.0.113.7", "203.0.113.0/24")
