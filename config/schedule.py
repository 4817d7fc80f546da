"""What the clock does: each task can be run at any time and twice, and one that was not fetched in time expires."""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    # A turn takes two seconds where much is owed, so that two senders are at it then.
    "send the mail that is owed": {
        "task": "signatories.tasks.send_mail",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
    "send the log-in codes that are owed": {
        "task": "signatories.tasks.send_account_mail",
        "schedule": 1.0,
        "options": {"expires": 10},
    },
    "tally the letters that moved": {
        "task": "petition.tasks.tally_moved",
        "schedule": 5.0,
        "options": {"expires": 20},
    },
    "publish the letters whose hour has come": {
        "task": "petition.tasks.publish_due",
        "schedule": 2.0,
        "options": {"expires": 10},
    },
    "close the letters whose time has come": {
        "task": "petition.tasks.close_due",
        "schedule": 5.0,
        "options": {"expires": 20},
    },
    "check what signers offer as proof": {
        "task": "signatories.tasks.check_proofs",
        "schedule": 3.0,
        "options": {"expires": 10},
    },
    "owe the mails of new versions and of news": {
        "task": "signatories.tasks.make_announcements",
        "schedule": 5.0,
        "options": {"expires": 20},
    },
    "make the bundles of delivered letters": {
        "task": "petition.tasks.make_bundles",
        "schedule": 2.0,
        "options": {"expires": 10},
    },
    "draw the pictures of letters": {
        "task": "petition.tasks.make_cards",
        "schedule": 20.0,
        "options": {"expires": 30},
    },
    "note who left a delivered letter": {
        "task": "signatories.tasks.amend_delivered",
        "schedule": 10.0,
        "options": {"expires": 20},
    },
    "read the mail that came back": {
        "task": "signatories.tasks.read_bounces",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "tell other programs what happened": {
        "task": "signatories.tasks.send_webhooks",
        "schedule": 3.0,
        "options": {"expires": 10},
    },
    "go on with the batches": {
        "task": "signatories.tasks.go_on_with_batches",
        "schedule": 2.0,
        "options": {"expires": 10},
    },
    "draw names for the weekly audit": {
        "task": "signatories.tasks.draw_samples",
        "schedule": 3600.0,
        "options": {"expires": 1800},
    },
    "look at who confirmed": {
        "task": "signatories.tasks.collect",
        "schedule": 2.0,
        "options": {"expires": 10},
    },
    "list what was decided while names were not published": {
        "task": "signatories.tasks.list_what_is_ready",
        "schedule": 3.0,
        "options": {"expires": 10},
    },
    "remind of open questions, and end old ones": {
        "task": "signatories.tasks.see_to_questions",
        "schedule": 600.0,
        "options": {"expires": 300},
    },
    "show that the clock and its workers live": {
        "task": "petition.tasks.sing",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "compare the lists with their history": {
        "task": "signatories.tasks.look_for_drift",
        "schedule": 30.0,
        "options": {"expires": 25},
    },
    "forget tries to log in that are over": {
        "task": "petition.tasks.forget_tries",
        "schedule": 3600.0,
        "options": {"expires": 1800},
    },
    "forget what need not be kept": {
        "task": "signatories.tasks.forget",
        "schedule": 3600.0,  # a clock that starts again every day would never come to a daily task
        "options": {"expires": 1800},
    },
    "give up last mails that no server takes": {
        "task": "signatories.tasks.give_up_goodbyes",
        "schedule": 30.0,
        "options": {"expires": 20},
    },
}
