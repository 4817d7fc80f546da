"""Work of the clock; each task is one line and can be run twice."""

from celery import shared_task

from signatories import batches, outbox, privacy, sampling


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
def go_on_with_batches() -> None:
    """Work a while on the batch that has waited longest."""
    batches.go_on()


@shared_task
def draw_samples() -> None:
    """Draw this week's names for the audit, where that is not done yet."""
    sampling.draw_due()
