"""Who may sign now. Each limit counts where a signature comes from or goes to; none looks at the address itself."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from signatories import origins
from signatories.limits import Taken, Use, challenges, clients, take_all

# A campus of 200 behind one address passes within minutes and notices nothing; more have to do a little work.
OF_CLIENT = 300
OF_CLIENT_AT_MOST, AT_MOST_WINDOW = 2_000, timedelta(hours=1)
# The record of a petition on the web is 33 signatures a second, so more than 17 a second under one letter may be a
# crowd or a flood. Nobody is refused for what others do: everybody is asked for a little work.
OF_LETTER, TO_MAIL_HOST, OF_SITE = 10_000, 2_000, 30_000
SHARDS = 32


@dataclass(frozen=True)
class Refused:
    """Why a signature is not taken now.

    Attributes:
        retry_after: seconds until it may be tried again.
        challenge, ticket: what opens the form; empty where only time does.
    """

    retry_after: int
    challenge: str = ""
    ticket: str = ""


def refuse(letter: str, *, host: str, origin: origins.From, solution: str = "", ticket: str = "") -> Refused | None:
    """Count one signature that is about to be taken, and return why it is not, if it is not.

    Two statements where nothing is out of the ordinary, whatever else happens at this moment.

    Args:
        letter: its slug.
        host: of the mailbox.
        origin: where it was typed.
        solution: of a challenge that was sent earlier.
        ticket: that was sent earlier.
    """
    if not settings.LIMIT_FACTOR:
        return None
    soft, hard = _of_client(origin)
    if not hard.allowed:
        return Refused(hard.retry_after)
    if soft.allowed:  # what one client is refused does not count against the letter, so one cannot close it for all
        soft = _of_all(letter, host)
    if soft.allowed or challenges.is_done(solution, letter) or challenges.was_patient(ticket, letter, origin):
        return None
    return Refused(challenges.PATIENCE, challenges.challenge(letter), challenges.ticket(letter))


def _of_client(origin: origins.From) -> tuple[Taken, Taken]:
    soft = clients.uses("sign", origin, OF_CLIENT)
    hard = clients.uses("sign at most", origin, OF_CLIENT_AT_MOST, AT_MOST_WINDOW)
    taken = take_all([*soft, *hard])
    return clients.worst(taken[:2]), clients.worst(taken[2:])


def _of_all(letter: str, host: str) -> Taken:
    times = settings.LIMIT_FACTOR
    all_ = [("sign letter", letter, OF_LETTER), ("sign host", host, TO_MAIL_HOST), ("sign site", "", OF_SITE)]
    return clients.worst(
        take_all([Use(purpose, who, most * times, clients.WINDOW, shards=SHARDS) for purpose, who, most in all_])
    )
