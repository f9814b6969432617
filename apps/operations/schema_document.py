"""docs/database.md out of the models: every table with its columns, what they refer to and what holds them."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models

_HEAD = """# Database schema

Written by `manage.py document_schema` from the models; a test fails when it is stale. Times are `timestamptz`, money is
`numeric`. Django's own tables are left out. Unless stated otherwise a column is never empty (NOT NULL).
"""
_OPERATORS = {"exact": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "in": "in"}
_FRAMEWORK = ("django.", "axes", "django_celery_beat", "channels")


def schema_document() -> str:
    """Return the document, the same for the same models."""
    parts = [_HEAD, *_contents()]
    for config in sorted(apps.get_app_configs(), key=lambda one: one.label):
        found = _models_of(config.name)
        if found:
            parts.append(f"## {config.label}\n")
            parts += [_table(model) for model in found]
    return "\n".join(parts)


def _contents() -> Iterator[str]:
    for config in sorted(apps.get_app_configs(), key=lambda one: one.label):
        if found := _models_of(config.name):
            links = ", ".join(f"[{model._meta.db_table}](#{model._meta.db_table})" for model in found)
            yield f"- **{config.label}**: {links}"
    yield ""


def _models_of(app_name: str) -> list[type[models.Model]]:
    if app_name.startswith(_FRAMEWORK):
        return []
    found = [model for model in apps.get_models() if model.__module__.startswith(f"{app_name}.")]
    return sorted((model for model in found if model._meta.managed), key=lambda model: model._meta.db_table)


def _table(model: type[models.Model]) -> str:
    lines = [f"### {model._meta.db_table}\n", f"{_first_sentence(model.__doc__)}\n"]
    lines += ["| column | type | null | refers to | meaning |", "|---|---|---|---|---|"]
    lines += [_column(field) for field in model._meta.concrete_fields]
    if held := [*_constraints(model), *_indexes(model)]:
        lines += ["", *held]
    return "\n".join([*lines, ""])


def _column(field: models.Field[Any, Any]) -> str:
    refers = ""
    if isinstance(field, models.ForeignKey):
        on_delete = getattr(field.remote_field.on_delete, "__name__", "").lower().replace("_", " ")
        refers = f"{field.remote_field.model._meta.db_table}, {on_delete}"
    notes = [str(field.help_text)] if field.help_text else []
    if field.primary_key:
        notes.insert(0, "Primary key.")
    elif field.unique:
        notes.insert(0, "Unique.")
    if field.choices:
        notes.append("One of " + ", ".join(f"`{value}`" for value, _ in field.flatchoices) + ".")
    cells = (f"`{field.column}`", field.db_type(connection) or "", "yes" if field.null else "", refers, " ".join(notes))
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _constraints(model: type[models.Model]) -> Iterator[str]:
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            what = ", ".join(constraint.fields) or ", ".join(map(str, constraint.expressions))
            where = f" where {_condition(constraint.condition)}" if constraint.condition else ""
            yield f"- unique `{constraint.name}`: {what}{where}"
        elif isinstance(constraint, models.CheckConstraint):
            yield f"- check `{constraint.name}`: {_condition(constraint.condition)}"
        else:
            yield f"- `{constraint.name}`"
    for together in model._meta.unique_together:
        yield f"- unique: {', '.join(together)}"


def _condition(condition: Any) -> str:
    """Return a condition of Django in the words of SQL."""
    if isinstance(condition, tuple):
        return _comparison(*condition)
    if not isinstance(condition, models.Q):
        return str(condition)
    joined = f" {condition.connector.lower()} ".join(
        f"({_condition(one)})" if isinstance(one, models.Q) and len(one) > 1 else _condition(one)
        for one in condition.children
    )
    return f"not ({joined})" if condition.negated else joined


def _comparison(lookup: str, value: Any) -> str:
    column, _, kind = lookup.rpartition("__")
    if not column or kind not in {*_OPERATORS, "isnull"}:
        column, kind = lookup, "exact"
    if kind == "isnull":
        return f"{column} is {'' if value else 'not '}null"
    return f"{column} {_OPERATORS[kind]} {_operand(value)}"


def _operand(value: Any) -> str:
    if isinstance(value, models.F):
        return str(value.deconstruct()[1][0])
    return str(value) if isinstance(value, models.Expression) else repr(value)


def _indexes(model: type[models.Model]) -> Iterator[str]:
    for index in model._meta.indexes:
        what = ", ".join(index.fields) or ", ".join(map(str, index.expressions))
        where = f" where {_condition(index.condition)}" if index.condition else ""
        yield f"- index `{index.name}`: {what}{where}"


def _first_sentence(text: str | None) -> str:
    paragraph = " ".join((text or "").strip().split("\n\n")[0].split())
    first = re.split(r"(?<=[.!?])\s+(?=[A-Z])", paragraph)[0]
    return first if first.endswith(".") else f"{first}."
