"""Work of the clock; each task is one line and can be run twice."""

from celery import shared_task

from signatories import outbox, privacy, vetting


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
def list_what_is_ready() -> None:
    """List what was decided while names were not published."""
    vetting.go_on()


@shared_task
def see_to_questions() -> None:
    """Remind once of open questions, and end those that nobody answered."""
    vetting.lapse()
    vetting.remind()
