"""What openapi.json says of the API is true, whatever a program sends: schemathesis with all its checks."""

import pytest
import schemathesis
from django.core.cache import caches
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from config.wsgi import application
from petition import tally
from tests.conftest import keep_the_connection

# A place and a time are texts with a meaning that no pattern holds, so 400 is a right answer to well-formed ones.
ACCEPTED = {"checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "400", "404"]}}}
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
@described(ACCEPTED).parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(case):
    keep_the_connection()
    caches["process"].clear()  # the limit is another test's subject
    case.call_and_validate()


@pytest.mark.django_db
@pytest.mark.usefixtures("_one_name")
@described(THERE).include(path_regex="slug").parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_about_a_letter_is_as_described(case):
    keep_the_connection()
    caches["process"].clear()
    answer = case.call_and_validate()
    assert answer.status_code != 404
