"""Plants one mistake as soon as the product is loaded."""

import importlib
import os

from django.apps import AppConfig


class Planted(AppConfig):
    """The mistake that the environment names."""

    name = "tests.faults.mutants"
    label = "planted"

    def ready(self) -> None:
        """Break the product."""
        # Only now: the product has to be loaded first.
        plants = [importlib.import_module(f"tests.faults.mutants.{name}").PLANTS for name in ("mail", "web")]
        {**plants[0], **plants[1]}[os.environ["PLANTED"]]()
