"""Work of the clock; each task is one line and can be run twice."""

from celery import shared_task

from signatories import announce, outbox, privacy, proving, vouching, workmail


@shared_task
def send_mail() -> None:
    """Send what is due; a full batch means that more may wait."""
    while outbox.send() == outbox.BATCH:
        pass


@shared_task
def check_proofs() -> None:
    """Check what signers offered; a full batch means that more may wait."""
    vouching.renew()
    while proving.check_due() == proving.BATCH:
        pass


@shared_task
def expire_unconfirmed() -> None:
    """Forget what was never confirmed."""
    privacy.expire_unconfirmed()
    workmail.forget_unproven()


@shared_task
def make_announcements() -> None:
    """Owe the mails of new versions and of news."""
    announce.make()
