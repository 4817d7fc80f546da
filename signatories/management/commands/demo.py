"""Run everything in one process on the embedded defaults, with a sample letter."""

import gc
import signal
import threading
from types import FrameType
from typing import Any

from celery.beat import EmbeddedService
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from waitress.server import create_server

from config.celery import app
from config.wsgi import application
from petition.models import Letter
from signatories import sample


class Command(BaseCommand):
    help = "Run web, worker and scheduler in one process, with a sample letter. HOST and PORT choose the address."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        gc.freeze()  # everything is loaded (see manage.py)
        gc.enable()
        if not settings.TRYING_OUT:
            raise CommandError("The demo runs with DEMO=1 only; it shows every mail to anyone.")
        try:
            server = create_server(
                application,
                host=settings.HOST,
                port=settings.PORT,
                threads=8,
                max_request_body_size=2 * 1024**2,
            )
        except OSError as problem:
            raise CommandError(
                f"{settings.HOST}:{settings.PORT} cannot be used: {problem.strerror}. "
                "Choose another port: PORT=8001 make demo"
            ) from None
        call_command("migrate", verbosity=0)
        if not Letter.objects.exists():
            self.stdout.write("Loading the sample letter …")
            sample.load()
        self._run(server)

    def _run(self, server: Any) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):  # also where a script started us with SIGINT ignored
            signal.signal(number, _interrupt)
        worker = app.WorkController(pool_cls="threads", concurrency=2, without_mingle=True, without_gossip=True)
        scheduler = EmbeddedService(app, thread=True, scheduler_cls=settings.CELERY_BEAT_SCHEDULER)
        threads = [threading.Thread(target=worker.start, daemon=True), scheduler]
        for thread in threads:
            thread.start()
        self._greet()
        try:
            server.run()
        except (KeyboardInterrupt, SystemExit):
            pass
        server.close()
        scheduler.service.stop()  # does not wait: both end what they are at, side by side
        worker.stop()
        scheduler.join()
        self.stdout.write("Stopped. Start it again and it goes on where it was.")

    def _greet(self) -> None:
        self.stdout.write(
            f"\n  Undersigned is at       {settings.SITE_URL}/\n"
            f"  Every mail it sends     {settings.SITE_URL}/dev/mailbox/\n"
            f"  The team's desk         {settings.SITE_URL}/desk/\n"
            f"      log in as           {sample.ORGANISER} or {sample.VETTER}\n"
            f"      password            {sample.PASSWORD}\n\n"
            "  Ctrl-C stops it.\n"
        )
        self.stdout.flush()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
