"""The shipped settings with one planted mistake, named by the environment variable PLANTED."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as SHIPPED

INSTALLED_APPS = [*SHIPPED, "tests.faults.mutants.apps.Planted"]
