"""Mail that nobody took is tried again when the team says so."""

from petition import patience
from signatories.models import Mail, MailQuerySet


def try_again(refused: MailQuerySet) -> int:
    """Owe refused mails once more, with twelve new tries each; return how many.

    A mailbox that was full has room again, or a mail server's setting was mended. What is not wanted or not true any
    more is dropped when its turn comes, as always.
    """
    again = {"send_after": patience.now(), "attempts": 0, "failed_at": None}
    return refused.filter(state=Mail.State.FAILED).update(state=Mail.State.OWED, **again)
