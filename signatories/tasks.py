"""Work of the clock; each task is one line and can be run twice."""

from celery import shared_task

from signatories import (
    account_mail,
    announce,
    batches,
    bounces,
    collecting,
    delivering,
    health,
    outbox,
    proving,
    retention,
    sampling,
    vetting,
    vouching,
    webhooks,
)


@shared_task
def send_mail() -> None:
    """Send what is due, for a while."""
    outbox.send(seconds=outbox.TURN)


@shared_task
def check_proofs() -> None:
    """Check what signers offered; a full batch means that more may wait."""
    vouching.renew()
    while proving.check_due() == proving.BATCH:
        pass


@shared_task
def forget() -> None:
    """Forget what need not be kept any longer, each rule as often as it says."""
    retention.run()


@shared_task
def give_up_goodbyes() -> None:
    """Forget the addresses of last mails that no server takes."""
    retention.run(only={"goodbyes"})


@shared_task
def make_announcements() -> None:
    """Owe the mails of new versions, of news and of replies, and tell teams of the numbers they waited for."""
    announce.make()
    announce.tell_teams()


@shared_task
def amend_delivered() -> None:
    """Note who left a letter after it was delivered."""
    delivering.amend_all()


@shared_task
def send_account_mail() -> None:
    """Send the log-in codes and notes about accounts that are due."""
    account_mail.send()


@shared_task
def go_on_with_batches() -> None:
    """Work a while on the batch that has waited longest."""
    batches.go_on()


@shared_task
def draw_samples() -> None:
    """Draw this week's names for the audit, where that is not done yet."""
    sampling.draw_due()


@shared_task
def collect() -> None:
    """Look at who was confirmed: evidence, flags, alarms, and the letter's own rule."""
    collecting.run()


@shared_task
def list_what_is_ready() -> None:
    """List what was decided while names were not published."""
    vetting.go_on()


@shared_task
def see_to_questions() -> None:
    """Remind once of open questions, and end those that nobody answered."""
    vetting.lapse()
    vetting.remind()


@shared_task
def read_bounces() -> None:
    """Read the mail that came back."""
    bounces.read()


@shared_task
def look_for_drift() -> None:
    """Compare what letters list with what their history adds up to."""
    health.look_for_drift()


@shared_task
def send_webhooks() -> None:
    """Owe what happened to the addresses that want to hear of it, and send what is due."""
    webhooks.owe()
    webhooks.send()
