"""What openapi.json says of the API is true, whatever a program sends: schemathesis with all its checks."""

import pytest
import schemathesis
from django.core.cache import caches
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from config.wsgi import application
from petition import tally
from signatories import access_tokens
from tests.conftest import keep_the_connection

pytest_plugins = ["schemathesis.pytest.plugin"]  # for this file only: see addopts in pyproject.toml
# A place and a time are texts with a meaning that no pattern holds, so 400 is a right answer to well-formed ones.
ACCEPTED = {"checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "400", "404"]}}}
# Whether a decision can be taken is no matter of form: somebody was quicker (409), it takes two people (403), a text
# holds what no text may (422).
TEAM = {"2xx", "400", "403", "404", "409", "410", "422"}
OF_TEAM = {
    "checks": {"positive_data_acceptance": {"expected-statuses": sorted(TEAM)}},
    "generation": {"with-security-parameters": False},  # the token below is sent in any case
}
OURS = {**OF_TEAM, "parameters": {"path.slug": "keep-the-lights-on"}}
THERE = {**ACCEPTED, "parameters": {"path.slug": "keep-the-lights-on"}}


def described(config):
    """The description as a program reads it."""
    made = SchemathesisConfig.from_dict(config)
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=made)


@pytest.fixture
def _one_name(letter, confirmed, listed):
    listed(confirmed("ada@example.com"))
    tally.take(letter)


@pytest.mark.django_db
@pytest.mark.usefixtures("_one_name")
@described(ACCEPTED).exclude(path_regex="/team/").parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(case):
    keep_the_connection()
    caches["process"].clear()  # the limit is another test's subject
    case.call_and_validate()


@pytest.mark.django_db
@pytest.mark.usefixtures("_one_name")
@described(THERE).include(path_regex="slug").exclude(path_regex="/team/").parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_about_a_letter_is_as_described(case):
    keep_the_connection()
    caches["process"].clear()
    answer = case.call_and_validate()
    assert answer.status_code != 404


@pytest.fixture
def secret(organiser):
    """A token that may do everything on the letter."""
    return access_tokens.issue(organiser, name="x", scopes=[*access_tokens.AccessToken.Scope], days=1)[1]


@pytest.mark.django_db
@pytest.mark.usefixtures("_one_name")
@described(OURS).include(path_regex="/team/").parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_to_a_program_of_the_team_is_as_described(case, secret, settings):
    settings.LIMIT_FACTOR = 0  # the checks try wrong tokens; how many may be tried is another test's subject
    keep_the_connection()
    caches["process"].clear()
    case.call_and_validate(headers={"Authorization": f"Bearer {secret}"})


@pytest.mark.django_db
@described(OURS).include(path_regex="/team/").exclude(path_regex="{id}").parametrize()
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_there_is_found_by_a_program_of_the_team(case, secret, letter):
    keep_the_connection()
    caches["process"].clear()
    answer = case.call(headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code != 404
