"""Tables that a migration makes at once."""

from typing import Any

from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation


class CreateModels(Operation):
    """A migration step that creates models, in any order: each may refer to any other.

    Django's own step creates one and then renders everything again that is related to it, which for fifty related
    models takes ten times as long as the tables do.

    Args:
        models: the steps that would create one each.
    """

    def __init__(self, *models: CreateModel) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Add the models; they are rendered together when somebody asks for one."""
        state.__dict__.pop("apps", None)
        state.is_delayed = False  # nothing is left that was to be rendered later
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Create the tables."""
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop them."""
        for model in reversed(self.models):
            model.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Say it in `migrate --plan`."""
        return f"Create {len(self.models)} models"
