"""Say in plain words what is wrong with a configuration."""

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.mail import get_connection
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from config import env
from config.celery import app
from petition import patience, runs
from petition.models import Letter, Membership, Role, Run
from signatories import backups, bounces, health
from signatories.models import AccountMail, Mail


class Command(BaseCommand):
    help = "Check the configuration and the services behind it; exit 1 when something is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        problems = 0
        for name, check in CHECKS.items():
            try:
                found = list(check())
            except Exception as problem:
                found = [f"could not be checked: {type(problem).__name__}: {problem}"]
            for line in found:
                self.stdout.write(self.style.ERROR(f"  wrong  {name}: {line}"))
            if not found:
                self.stdout.write(f"  ok     {name}")
            problems += len(found)
        if problems:
            raise SystemExit(1)


def _site() -> Iterator[str]:
    if not settings.SITE_URL.startswith("https://") and not settings.TRYING_OUT:
        yield f"SITE_URL is {settings.SITE_URL}; without https anyone on the way reads the links in every mail."
    if settings.DEBUG:
        yield "DEBUG is on; errors show the inside of the program to anyone."
    if env.is_weak(settings.SECRET_KEY) and not settings.TRYING_OUT:
        yield "SECRET_KEY is easily guessed; python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
    if env.is_weak(settings.ADDRESS_KEY) and not settings.TRYING_OUT:
        yield "ADDRESS_KEY is easily guessed: who reads the database could try who signed. It has to stay as it is."
    if not settings.TRYING_OUT and not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield "The style sheets are not collected yet: manage.py collectstatic"


def _team() -> Iterator[str]:
    if not settings.TEAM_MFA_REQUIRED and not settings.TRYING_OUT:
        yield "TEAM_MFA_REQUIRED is off; whoever reads one member's mail reads every signer's address."
    run = Membership.objects.filter(role=Role.OWNER, user__is_active=True).values("letter")
    for letter in Letter.objects.exclude(pk__in=run):
        yield f"{letter.slug} has no owner who can log in."


def _database() -> Iterator[str]:
    connection.ensure_connection()
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        yield f"{len(waiting)} migrations wait: manage.py migrate"
    if connection.vendor == "sqlite" and not settings.TRYING_OUT:
        yield "DATABASE_URL is not set, so everything is in one SQLite file; that is meant for small letters only."


def _broker() -> Iterator[str]:
    if not settings.REDIS_URL:
        done = Run.objects.filter(task=runs.CANARY, at__gt=patience.now() - runs.STALE).exists()
        if not settings.TRYING_OUT and not done:
            yield "REDIS_URL is not set, so no worker hears of any task, and no manage.py drain --loop does them."
        return
    try:
        with app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, timeout=3)
            policy = link.default_channel.client.config_get("maxmemory-policy").get("maxmemory-policy", "")
        if policy not in {"", "noeviction"}:
            yield f"Redis throws things away when it is full ({policy}). Set maxmemory-policy noeviction."
    except redis.ResponseError:
        pass  # a Redis that somebody else runs does not say how it is set up
    except (OSError, app.connection_for_write().connection_errors) as problem:
        yield f"Redis does not answer ({type(problem).__name__}). Signing goes on; mail waits until it is back."


def _mail() -> Iterator[str]:
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        if not settings.TRYING_OUT:
            yield "EMAIL_URL does not name a mail server, so no signer gets a code."
        return
    try:
        link = get_connection()
        link.open()
        link.close()
    except (OSError, socket.gaierror) as problem:
        yield f"The mail server {settings.EMAIL_HOST}:{settings.EMAIL_PORT} does not take mail: {problem}"


def _outbox() -> Iterator[str]:
    late = timezone.now() - timedelta(minutes=5)
    waiting = Mail.objects.filter(state=Mail.State.OWED, created_at__lt=late, sent_at=None).count()
    if waiting:
        yield f"{waiting} mails have been owed for over 5 minutes. Do a worker and beat run?"
    refused = Mail.objects.filter(state=Mail.State.FAILED).count()
    if refused:
        yield f"{refused} mails were refused for good or came back; the desk shows them."
    if held := backups.held().count():
        yield f"{held} mails are held since a restore: manage.py held_mail"


def _returns() -> Iterator[str]:
    if why := bounces.problem():
        yield f"The mailbox that BOUNCE_MAILBOX names cannot be read. {why}"


def _tally() -> Iterator[str]:
    for letter in Letter.objects.frozen():
        latest = letter.latest_tally
        if latest is None or latest.as_of < timezone.now() - timedelta(hours=2):
            yield f"{letter.slug} was not counted for two hours. Do a worker and beat run?"


def _record() -> Iterator[str]:
    yield from health.look_for_drift()["drift"]


def _clock() -> Iterator[str]:
    now, late = patience.now(), timedelta(seconds=health.LATE_CODE)
    canary = Run.objects.filter(task=runs.CANARY).first()
    if canary is not None and canary.at < now - runs.STALE:
        yield f"No task of the clock was done since {canary.at:%Y-%m-%d %H:%M} UTC. Do a worker and beat run?"
    waiting = AccountMail.objects.filter(send_after__lt=now - late, lapses_at__gt=now).count()
    if waiting:
        yield f"{waiting} log-in codes or notes about accounts are not sent. Do a worker and beat run?"
    for run in Run.objects.filter(failed_at__gt=now - timedelta(hours=1)).order_by("task"):
        yield f"{run.task} failed within the hour ({run.problem}); the log says more."


CHECKS: dict[str, Callable[[], Iterator[str]]] = {
    "site": _site,
    "team": _team,
    "database": _database,
    "broker": _broker,
    "mail server": _mail,
    "outbox": _outbox,
    "mail that comes back": _returns,
    "tally": _tally,
    "clock": _clock,
    "public record": _record,
}
