"""What gunicorn starts with in this folder; the command line goes before it.

See https://docs.gunicorn.org/en/stable/settings.html
"""

worker_class = "gthread"
threads = 8
timeout = 60  # seconds without a sign of life of a worker
graceful_timeout = 30
keepalive = 5  # a proxy has to end connections that nobody uses earlier than this
# Our own line says what was answered, without addresses. Where gunicorn's is wanted as well (`--access-logfile -`), it
# must not hold the path, the query or the referrer: they can hold what opens a signature.
access_log_format = '%(t)s "%(m)s" %(s)s %(B)s %(M)sms'
