"""Work of the clock; each task is one line and can be run twice."""

from celery import shared_task

from petition import lifecycle, tally
from petition.delivery import bundling
from petition.sharing import cards


@shared_task
def tally_moved() -> None:
    """Count the letters that moved."""
    tally.take_moved()


@shared_task
def close_due() -> None:
    """Close the letters whose time has come."""
    lifecycle.close_due()


@shared_task
def publish_due() -> None:
    """Publish the letters whose hour has come."""
    lifecycle.publish_due()


@shared_task
def make_bundles() -> None:
    """Make the bundles that are owed."""
    while bundling.make_next():
        pass


@shared_task
def make_cards() -> None:
    """Draw the pictures that say something else by now."""
    cards.make_due()
