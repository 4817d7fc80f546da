"""A signer logs in elsewhere to show that an account is theirs, at a real OpenID Connect server on loopback."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from petition.models import User
from signatories import tokens
from signatories.evidence import signals
from signatories.models import Evidence, Proof, Signature
from tests import providers
from tests.environment import PROVIDERS_PORT

ORCID_ID = "0000-0002-1825-0097"  # the example of ORCID's own documentation
ADA = {"sub": ORCID_ID, "given_name": "Ada", "family_name": "Example"}
OCTO = {"id": 17, "login": "AdaExample", "name": "Ada", "html_url": "https://github.example.org/AdaExample"}


@pytest.fixture
def elsewhere() -> Iterator[providers.Providers]:
    with providers.running(PROVIDERS_PORT) as found:
        yield found


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


def own(signature: Signature) -> str:
    return f"/mine/{tokens.make('mine', signature.pk)}/"


def log_in(client: Client, signature: Signature, provider: str) -> Any:
    """From the own page to the provider, where the person is logged in already, and back."""
    there = client.post(f"{own(signature)}link/{provider}/")["Location"]
    try:
        urllib.request.build_opener(_Stay).open(there, timeout=5)
    except urllib.error.HTTPError as answer:
        back = urlsplit(answer.headers["Location"])
    return client.get(f"{back.path}?{back.query}", follow=True)


def say_yes(client: Client, page: Any) -> Any:
    return client.post(page.redirect_chain[-1][0], {"yes": "yes"}, follow=True)


def test_an_orcid_log_in_is_evidence_once_the_signer_says_yes(client, confirmed, elsewhere):
    signature, elsewhere.person = confirmed(), ADA
    page = log_in(client, signature, "orcid")
    assert ORCID_ID in page.content.decode()
    assert not Evidence.objects.exists()
    say_yes(client, page)
    (signal,) = signals(signature)
    assert (signal.family, signal.claim, signal.account) == ("F", "identity", f"orcid:{ORCID_ID}")
    assert Proof.objects.get().value == ORCID_ID  # its public record is looked at by a task


def test_nobody_gets_a_team_account_by_it(client, confirmed, elsewhere):
    signature, elsewhere.person = confirmed(), ADA
    before = User.objects.count()
    say_yes(client, log_in(client, signature, "orcid"))
    assert User.objects.count() == before
    assert client.get("/desk/").status_code == 302


def test_a_github_account_older_than_the_letter_was_public_before(client, confirmed, elsewhere):
    signature, elsewhere.person = confirmed(), {**OCTO, "created_at": "2011-01-25T18:44:36Z"}
    say_yes(client, log_in(client, signature, "github"))
    (signal,) = signals(signature)
    assert (signal.account, signal.public_before) == ("github:adaexample", True)


def test_a_github_account_made_for_the_occasion_was_not(client, confirmed, elsewhere):
    signature, elsewhere.person = confirmed(), {**OCTO, "created_at": "2126-01-25T18:44:36Z"}
    say_yes(client, log_in(client, signature, "github"))
    assert not signals(signature)[0].public_before


def test_any_other_openid_connect_provider_proves_its_account(client, confirmed, elsewhere):
    signature, elsewhere.person = confirmed(), {"sub": "ae17", "name": "Ada Example"}
    say_yes(client, log_in(client, signature, "campus"))
    assert signals(signature)[0].account == "campus:ae17"


def test_who_says_no_leaves_no_trace(client, confirmed, elsewhere):
    signature, elsewhere.person = confirmed(), ADA
    page = log_in(client, signature, "orcid")
    client.post(page.redirect_chain[-1][0], {"no": "no"})
    say_yes(client, page)
    assert not Evidence.objects.exists()


def test_a_stranger_s_page_cannot_bind_a_visitor_s_account_to_the_stranger_s_signature(confirmed, elsewhere):
    visitor = Client(enforce_csrf_checks=True)
    signature, elsewhere.person = confirmed("mallory@example.com"), ADA
    page = log_in(visitor, signature, "orcid")  # a form of another site can get a browser this far
    assert visitor.post(page.redirect_chain[-1][0], {"yes": "yes"}).status_code == 403
    assert not Evidence.objects.exists()


def test_one_account_does_not_stand_behind_two_signatures(client, confirmed, elsewhere):
    elsewhere.person = ADA
    say_yes(client, log_in(client, confirmed(), "orcid"))
    answer = say_yes(client, log_in(client, confirmed("other@example.com"), "orcid"))
    assert answer.status_code == 409
    assert Evidence.objects.count() == 1


def test_the_same_account_again_is_the_same_evidence(client, confirmed, elsewhere):
    signature, elsewhere.person = confirmed(), ADA
    for _ in range(2):
        say_yes(client, log_in(client, signature, "orcid"))
    assert Evidence.objects.count() == 1


def test_who_cancels_there_is_led_back(client, confirmed, elsewhere):
    signature, elsewhere.refuses = confirmed(), True
    answer = log_in(client, signature, "orcid")
    assert answer.status_code == 400
    assert "stands as it was" in answer.content.decode()


def test_a_provider_that_does_not_answer_is_said_so(client, confirmed):
    answer = client.post(f"{own(confirmed())}link/orcid/")
    assert answer.status_code == 400
    assert "ORCID" in answer.content.decode()


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?state=nonsense&code=x", "?error=access_denied", "?state=%00&code=%00"]
)
@pytest.mark.parametrize("path", ["/accounts/oidc/orcid/login/callback/", "/accounts/github/login/callback/"])
def test_a_callback_that_nobody_began_does_nothing(client, db, path, query):
    assert client.get(path + query).status_code == 400
    assert not Evidence.objects.exists()


def test_the_team_s_log_in_does_not_accept_these_accounts(client, confirmed, elsewhere):
    for provider in ("oidc/orcid", "oidc/campus", "github"):
        assert client.post(f"/accounts/{provider}/login/").status_code == 404
    assert not User.objects.exclude(email__contains="example.org").exists()


def test_only_providers_of_the_settings_and_proven_mailboxes(client, confirmed, post_sign, letter):
    assert client.post(f"{own(confirmed())}link/facebook/").status_code == 404
    post_sign("pending@example.com")
    pending = letter.signatures.get(address="pending@example.com")
    assert client.post(f"{own(pending)}link/orcid/").status_code == 404
