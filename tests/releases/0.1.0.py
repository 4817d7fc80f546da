"""Fill the database with the code of 0.1.0: `python 0.1.0.py ROWS`, in the folder of that release."""

import sys

from django.db import connection

from bench.record import live
from bench.roll import fill  # migrates

MAILS = """
INSERT INTO signatories_mail (id, kind, key, signature_id, bulk, "to", details, state, send_after, attempts, times_sent,
  wrong_codes, problem, created_at, sent_at)
SELECT gen_random_uuid(), kind, kind || ':' || id || ':', id, false, '', '{}', 'sent', now(), 0, 1, 0, '', now(), now()
FROM signatories_signature CROSS JOIN (VALUES ('confirm'), ('receipt')) AS kinds (kind)
"""

letter = fill(int(sys.argv[1]))
live(letter)
with connection.cursor() as cursor:
    cursor.execute(MAILS)
print(letter.slug)
