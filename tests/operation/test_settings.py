"""A configuration is read, or refused in plain words."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from config import demo, env
from signatories.models import Mail

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "q7Vw2ZsK-x4Jd9Tn_b6Rf1Lm8Hc3Gy5Pa0Ue-Xk_Wt2Nz7Bv4Qj",
    "SITE_URL": "https://letters.example.org",
    "PATH": os.environ["PATH"],
}


def start(tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own, as production does."""
    environ = {**PRODUCTION, "VAR_DIR": str(tmp_path), **changes}
    code = "from django.conf import settings as s; print(s.ALLOWED_HOSTS, s.SECURE, s.DATABASES['default']['ENGINE'])"
    command = [sys.executable, "-c", "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; " + code]
    given = {name: value for name, value in environ.items() if value != "-"}
    return subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, timeout=30, check=False)


def test_production_starts_with_a_key_and_an_address(tmp_path):
    done = start(tmp_path)
    assert done.stdout.strip() == "['letters.example.org'] True django.db.backends.sqlite3"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SECRET_KEY": "-"}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is easily guessed"),
        ({"SECRET_KEY": "a" * 80}, "SECRET_KEY is easily guessed"),
        ({"SECRET_KEY": "only-for-debugging-" * 3}, "SECRET_KEY is easily guessed"),
        ({"SECRET_KEY": "change me please " * 5}, "SECRET_KEY is easily guessed"),
        ({"SECRET_KEY": "django-insecure-q7Vw2ZsKx4Jd9Tnb6Rf1Lm8Hc3Gy5Pa0Uez"}, "SECRET_KEY is easily guessed"),
        ({"SECRET_KEY_FALLBACKS": "abc"}, "SECRET_KEY_FALLBACKS is easily guessed"),
        ({"EMAIL_URL": "smtp://u:p@mail.example.org"}, "smtp:// would send the password unencrypted"),
        (
            {
                "OIDC_PROVIDERS": '[{"id": "x", "name": "X", "url": "http://id.example.org", '
                '"client_id": "c", "secret": "s"}]'
            },
            "use https://",
        ),
        ({"SITE_URL": "-"}, "SITE_URL is not set"),
        ({"SITE_URL": "http://letters.example.org"}, "SITE_URL must begin with https"),
        ({"DEBUG": "1"}, "cannot be on for a public SITE_URL"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name the hosts"),
        ({"DATABASE_URL": "nonsense://x"}, "DATABASE_URL cannot be understood"),
        ({"TEAM_MFA_REQUIRED": "perhaps"}, "TEAM_MFA_REQUIRED must be yes or no"),
        ({"EMAIL_URL": "pigeon://loft"}, "EMAIL_URL must be"),
        ({"PORT": "http"}, "PORT must be a whole number"),
    ],
)
def test_a_start_that_would_go_wrong_is_refused_in_plain_words(tmp_path, changes, said):
    done = start(tmp_path, **changes)
    assert done.returncode != 0
    assert said in done.stderr.splitlines()[-1]


def test_a_site_on_this_machine_needs_no_certificate(tmp_path):
    assert "False" in start(tmp_path, SITE_URL="http://127.0.0.1:8000").stdout


def test_the_check_before_deploying_finds_nothing(tmp_path):
    environ = {**PRODUCTION, "VAR_DIR": str(tmp_path), "REDIS_URL": "redis://127.0.0.1:6379/0"}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"]
    (tmp_path / "static").mkdir()
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.strip()) == (0, ""), done.stderr


def test_a_team_shows_a_second_factor_unless_this_is_for_trying_out(tmp_path, settings):
    code = "from django.conf import settings as s; print(s.TEAM_MFA_REQUIRED)"
    command = [sys.executable, "-c", "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; " + code]
    for more, said in (({}, "True"), ({"TEAM_MFA_REQUIRED": "no"}, "False"), ({"DEMO": "1"}, "False")):
        given = {**PRODUCTION, "VAR_DIR": str(tmp_path), **more}
        done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, timeout=30, check=True)
        assert done.stdout.strip() == said


def test_postgresql_is_used_when_it_is_named(tmp_path):
    assert "postgresql" in start(tmp_path, DATABASE_URL="postgres://u:p@localhost/x").stdout


CAMPUS = '{"id": "campus", "name": "Campus", "url": "https://login.example.org", "client_id": "us", "secret": "s"}'


def test_a_log_in_elsewhere_is_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("OIDC", f"[{CAMPUS}]")
    assert [one["name"] for one in env.providers("OIDC")] == ["Campus"]
    monkeypatch.setenv("CLIENT", "APP-1:two:colons")
    assert env.credentials("CLIENT") == {"client_id": "APP-1", "secret": "two:colons"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("campus", "JSON list"),
        ("{}", "JSON list"),
        ('[{"id": "campus"}]', "JSON list"),
        (f"[{CAMPUS.replace('login.example.org', 'www.linkedin.com')}]", "verifies no identity"),
        (f"[{CAMPUS.replace('campus', 'orcid')}]", "small letters"),
        (f"[{CAMPUS.replace('https', 'gopher')}]", "must look like"),
    ],
)
def test_a_log_in_that_would_prove_nothing_is_refused(monkeypatch, value, said):
    monkeypatch.setenv("OIDC", value)
    with pytest.raises(ImproperlyConfigured, match=said):
        env.providers("OIDC")


def test_a_client_without_its_secret_is_refused(monkeypatch):
    monkeypatch.setenv("CLIENT", "APP-1")
    with pytest.raises(ImproperlyConfigured, match="colon"):
        env.credentials("CLIENT")


@pytest.mark.parametrize("value", ["1", "true", "YES", "on"])
def test_yes_is_said_in_several_ways(monkeypatch, value):
    monkeypatch.setenv("FLAG", value)
    assert env.flag("FLAG") is True


@pytest.mark.parametrize(
    "value", ["letters.example.org", "ftp://example.org", "https://example.org/path", "https://[bad"]
)
def test_an_address_of_the_site_is_an_origin(monkeypatch, value):
    monkeypatch.setenv("SITE_URL", value)
    with pytest.raises(ImproperlyConfigured, match="SITE_URL"):
        env.web_address("SITE_URL")


def test_a_mail_server_is_read_from_its_address(monkeypatch):
    monkeypatch.setenv("EMAIL_URL", "smtp+tls://ada:p%40ss@mail.example.org")
    mail = env.mail_server("EMAIL_URL", "")
    assert (mail["EMAIL_HOST"], mail["EMAIL_PORT"], mail["EMAIL_HOST_PASSWORD"]) == ("mail.example.org", 587, "p@ss")
    assert (mail["EMAIL_USE_TLS"], mail["EMAIL_USE_SSL"]) == (True, False)


def test_the_demo_keeps_its_key_and_never_replaces_one_that_is_set(tmp_path):
    first, second = {"VAR_DIR": str(tmp_path)}, {"VAR_DIR": str(tmp_path)}
    demo.prepare_environment(first)
    demo.prepare_environment(second)
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert (tmp_path / "demo-secret-key").stat().st_mode & 0o777 == 0o600
    mine = {"SECRET_KEY": "mine"}
    demo.prepare_environment(mine)
    assert mine["SECRET_KEY"] == "mine"


def test_the_doctor_finds_nothing_wrong_with_a_fresh_installation(db: None, capsys):
    call_command("doctor")
    said = capsys.readouterr().out
    assert "ok     database" in said
    assert "wrong" not in said


def test_the_doctor_warns_of_a_site_that_is_open_to_everyone(db: None, capsys, settings):
    settings.DEBUG, settings.TRYING_OUT, settings.SECRET_KEY = True, False, "short"
    with pytest.raises(SystemExit):
        call_command("doctor")
    said = capsys.readouterr().out
    assert "DEBUG is on" in said
    assert "SECRET_KEY is easily guessed" in said


def test_the_doctor_sees_mail_that_nobody_sends(post_sign, capsys, time_machine):
    time_machine.move_to("2026-06-16T18:00:00Z")
    post_sign()
    time_machine.move_to("2026-06-16T18:10:00Z")
    with pytest.raises(SystemExit):
        call_command("doctor")
    assert "1 mails have been owed" in capsys.readouterr().out
    assert Mail.objects.get().state == "owed"


def test_the_doctor_says_when_the_mail_server_is_away(db: None, settings, capsys):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with pytest.raises(SystemExit):
        call_command("doctor")
    assert "127.0.0.1:9 does not take mail" in capsys.readouterr().out


def test_the_tally_command_prints_json_and_knows_its_letters(letter, capsys):
    call_command("tally", letter.slug)
    assert '"listed": 0' in capsys.readouterr().out
    with pytest.raises(CommandError, match="no letter nothing"):
        call_command("tally", "nothing")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"FETCH_ALLOW": "127.0.0.1:8080"}, "for DEBUG and DEMO only"),
        ({"FETCH_ALLOW": "192.0.2.1:8080", "DEBUG": "1", "SITE_URL": "-"}, "loopback addresses with a port only"),
        ({"FETCH_ALLOW": "127.0.0.1", "DEBUG": "1", "SITE_URL": "-"}, "loopback addresses with a port only"),
        ({"FETCH_PORTS": "80;443"}, "FETCH_PORTS must be whole numbers"),
        ({"DNS_SERVER": "ns.example.org"}, "DNS_SERVER must be an IP address"),
        ({"GITHUB_URL": "github.com"}, "GITHUB_URL must look like"),
    ],
)
def test_what_may_be_asked_of_other_servers_is_named_exactly(tmp_path, changes, said):
    done = start(tmp_path, **changes)
    assert done.returncode != 0
    assert said in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("192.0.2.53:5353", ("192.0.2.53", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
    ],
)
def test_a_name_server_is_read_with_or_without_its_port(monkeypatch, value, found):
    monkeypatch.setenv("DNS_SERVER", value)
    assert env.endpoint("DNS_SERVER", 53) == found


@pytest.mark.parametrize("number", range(20))
def test_a_key_of_random_hexadecimal_digits_is_taken(number: int):
    assert not env.is_weak(hashlib.sha256(f"{number}".encode()).hexdigest())


def test_nginx_ends_connections_to_gunicorn_before_gunicorn_does():
    """Otherwise a form that is sent while gunicorn ends a connection is answered 502: 9 of 480 five seconds apart."""
    ours = re.findall(r"^keepalive = (\d+)", (ROOT / "gunicorn.conf.py").read_text(), re.M)
    upstream = re.findall(r"upstream undersigned {.*?}", (ROOT / "deploy" / "nginx.conf").read_text(), re.S)[0]
    theirs = re.findall(r"keepalive_timeout (\d+)s;", upstream)
    assert int(theirs[0]) < int(ours[0])
