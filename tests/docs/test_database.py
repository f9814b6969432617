"""docs/database.md is what the models are."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from apps.operations.schema_document import schema_document
from tests.desk import ROOT


def test_the_document_is_up_to_date() -> None:
    call_command("document_schema", check=True)


def test_a_stale_document_is_found(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "docs").mkdir()
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match=r"manage\.py document_schema"):
        call_command("document_schema", check=True)


def test_every_table_of_ours_is_in_it_with_its_purpose() -> None:
    text = schema_document()
    ours = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
    described = set(re.findall(r"^### (\w+)$", text, flags=re.MULTILINE))
    assert described == {model._meta.db_table for model in ours if model._meta.managed}
    # A model without a docstring gets Django's: its name and fields in brackets.
    assert not re.findall(r"^\w+\(id, .*\)\.$", text, flags=re.MULTILINE)
    assert (ROOT / "docs" / "README.md").exists()
