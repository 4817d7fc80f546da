"""What the documents say about personal data is what the code does."""

import re
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import models

from signatories import retention
from signatories.retention import due

TEXT = (Path(settings.BASE_DIR) / "docs/privacy.md").read_text()


def test_the_documents_say_what_the_table_does():
    text = TEXT.split("## What erasing leaves")[0]
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    said = {name.strip("`"): (what, kept, then) for name, what, kept, then in rows}
    assert said == {rule.name: (rule.what, rule.kept, rule.then) for rule in retention.RULES}
    for time in (due.UNCONFIRMED, due.REJECTED, due.EVIDENCE):
        assert any(f"{time.days} days" in rule.kept for rule in retention.RULES)


def test_the_documents_name_every_model_and_every_field_in_which_people_may_stand():
    said = {}
    for line in TEXT.split("## What is stored")[1].splitlines():
        if line.startswith("| `"):
            model, fields, *rest = (cell.strip() for cell in line.strip("|").split("|"))
            said[model.strip("`")] = set(re.findall(r"`(\w+)`", fields))
            assert len(rest) == 3
            assert all(rest), line
    ours = {
        model.__name__: model for app in ("petition", "signatories") for model in apps.get_app_config(app).get_models()
    }
    assert set(said) == set(ours)
    for name, model in ours.items():
        typed = {field.name for field in model._meta.concrete_fields if may_hold_words(field)}
        assert said[name] <= {field.name for field in model._meta.concrete_fields}, name
        assert typed - said[name] <= HOLDS_NO_PERSON.get(name, set()), name


def may_hold_words(field: models.Field) -> bool:
    """Text and JSON that is not one of a fixed list of codes."""
    return isinstance(field, models.CharField | models.TextField | models.JSONField) and not field.choices


# What looks like text and is a code, a hash or a text of the letter itself.
HOLDS_NO_PERSON = {
    "Batch": {"reason"},
    "BatchItem": {"was"},
    "Bundle": {"stage", "problem", "notes", "manifest", "manifest_sha256", "sha256"},
    "Card": {"says", "sha256"},
    "Case": {"outcome"},
    "Decision": {"reason", "claims", "policy", "questions"},
    "Delivery": {"text_sha256", "list_sha256", "tally_sha256"},
    "Letter": {"slug", "title", "ask", "eligibility", "disciplines", "disclaimer", "language"},
    "LetterEvent": {"was", "now", "role"},
    "Mail": {"returned", "request_id"},
    "Run": {"task", "problem", "found"},
    "Organisation": {"country", "ror"},
    "OrganisationEvent": {"kind"},
    "Signature": {"checked"},
    "SignatureEvent": {"was", "now"},
    "Translation": {"language", "title", "ask", "body", "html"},
    "Update": {"title", "body", "html"},
    "Version": {"body", "html", "text", "sha256", "note"},
}
