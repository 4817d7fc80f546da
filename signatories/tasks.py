"""Work of the clock; each task is one line and can be run twice."""

from celery import shared_task

from signatories import account_mail, announce, delivering, outbox, privacy


@shared_task
def send_mail() -> None:
    """Send what is due; a full batch means that more may wait."""
    while outbox.send() == outbox.BATCH:
        pass


@shared_task
def expire_unconfirmed() -> None:
    """Forget what was never confirmed."""
    privacy.expire_unconfirmed()


@shared_task
def make_announcements() -> None:
    """Owe the mails of new versions and of news."""
    announce.make()


@shared_task
def amend_delivered() -> None:
    """Note who left a letter after it was delivered."""
    delivering.amend_all()


@shared_task
def forget_knocks() -> None:
    """Forget which mailboxes were written to more than a day ago."""
    outbox.forget_knocks()


@shared_task
def send_account_mail() -> None:
    """Send the log-in codes and notes about accounts that are due."""
    account_mail.send()
