"""Whose letter a row belongs to, kept in the row itself, so that tables can be divided by letter."""

from typing import Any

from django.db import models


class LetterOf(models.ForeignKey[Any, Any]):
    """The letter of what a row is about: written with the row, and the same for as long as the row is there.

    The database is not asked whether there is such a letter. What the row is about refers to it already, and a look
    at the letter with each row would keep a crowd waiting for that one row.

    Args:
        about: the fields that say what the row is about; one of them is given.
    """

    def __init__(self, *about: str, **options: Any) -> None:
        self.about = about
        always: dict[str, Any] = {
            "to": "petition.Letter",
            "on_delete": models.DO_NOTHING,
            "related_name": "+",
            "editable": False,
        }
        super().__init__(**(always | {"db_index": False, "db_constraint": False} | options))

    def deconstruct(self) -> Any:
        """Return it as migrations know it: a reference like any other."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs

    def clone(self) -> Any:
        """Return a copy for the state of a migration."""
        _, _, args, kwargs = self.deconstruct()
        return models.ForeignKey(*args, **kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Return the letter's key, read from what the row is about where nobody has said it."""
        if getattr(model_instance, self.attname) is None:
            row = next(row for row in (getattr(model_instance, name) for name in self.about) if row is not None)
            setattr(model_instance, self.attname, row.letter_id)
        return getattr(model_instance, self.attname)
