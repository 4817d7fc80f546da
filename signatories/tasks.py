"""Work of the clock; each task is one line and can be run twice."""

from celery import shared_task

from signatories import collecting, outbox, privacy


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
def collect() -> None:
    """Look at who was confirmed: evidence, flags, alarms, and the letter's own rule."""
    collecting.run()


@shared_task
def forget_networks() -> None:
    """Forget from where signatures came, once that is old."""
    privacy.forget_networks()
