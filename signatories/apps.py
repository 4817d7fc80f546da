from django.apps import AppConfig


class SignatoriesConfig(AppConfig):
    """The people."""

    name = "signatories"
    verbose_name = "signatories"
