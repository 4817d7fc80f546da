from django.apps import AppConfig


class PetitionConfig(AppConfig):
    """The letter."""

    name = "petition"
