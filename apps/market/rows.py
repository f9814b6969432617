"""The old program's tables, kept by our models, as the engines ask for them (`legacy_engines.storage.RowStore`).

The one place where engine values become columns and columns engine values:

    DecimalField   float, by its shortest digits
    DateField      YYYY-MM-DD
    DateTimeField  YYYY-MM-DD HH:MM:SS, wall clock of New York
    BooleanField   0 or 1
    NaN            stored as NULL, as SQLite did

A wall clock that occurs twice (the hour after the clocks went back) means its first pass; both read back the same.
One that does not occur (the hour they skip) reads back an hour later. No session is open at either.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Collate

from alphagex import clock
from legacy_engines.storage import Condition, Row

AnyField = models.Field[Any, Any]
_COMPARISONS = {"=": "", "<": "__lt", "<=": "__lte", ">": "__gt", ">=": "__gte"}
_STAMP = "%Y-%m-%d %H:%M:%S"


class DjangoRowStore:
    """Rows of the given models by their table names.

    scope: columns that every row written gets and every row seen has, such as whose numbers they are; the engines
    know nothing of them. A table or column the models do not have raises LookupError; a broken constraint
    django.db.IntegrityError, after which the surrounding transaction still goes on.
    """

    def __init__(self, *tables: type[models.Model], scope: Mapping[str, Any] | None = None) -> None:
        self._models = {model._meta.db_table: model for model in tables}
        self._scope = dict(scope or {})
        self._columns = {
            table: {
                str(field.column): field for field in model._meta.concrete_fields if field.column not in self._scope
            }
            for table, model in self._models.items()
        }

    def select(self, table: str, where: Sequence[Condition] = (), order_by: Sequence[str] = ()) -> list[Row]:
        """Return matching rows with all columns but those of the scope; missing values sort as the smallest."""
        fields = list(self._fields(table).values())
        order = [self._ordering(table, name) for name in order_by]
        found = self._matching(table, where).order_by(*order, "pk").values_list(*(field.attname for field in fields))
        return [
            {str(field.column): _for_engine(field, value) for field, value in zip(fields, row, strict=True)}
            for row in found
        ]

    def insert(self, table: str, row: Mapping[str, Any]) -> int:
        """Add a row and return its id, 0 in a table without ids; columns left out take the model's defaults."""
        with transaction.atomic():
            added = self._model(table)._base_manager.create(**self._stored(table, row), **self._scope)
        return added.pk if isinstance(added.pk, int) else 0

    def replace(self, table: str, row: Mapping[str, Any], key: Sequence[str]) -> int:
        """Remove rows equal in the `key` columns, add the row and return its new id."""
        with transaction.atomic():
            self.delete(table, [(column, "=", row[column]) for column in key])
            return self.insert(table, row)

    def update(self, table: str, changes: Mapping[str, Any], where: Sequence[Condition]) -> int:
        """Change matching rows and return how many there were."""
        with transaction.atomic():
            return self._matching(table, where).update(**self._stored(table, changes))

    def delete(self, table: str, where: Sequence[Condition]) -> int:
        """Remove matching rows and return how many there were."""
        return self._matching(table, where).delete()[1].get(self._model(table)._meta.label, 0)

    def atomic(self) -> AbstractContextManager[Any]:
        """Open a block that is stored as a whole or, when it raises, not at all."""
        return transaction.atomic()

    def _matching(self, table: str, where: Sequence[Condition]) -> QuerySet[models.Model]:
        found = self._model(table)._base_manager.filter(**self._scope)
        for column, operator, value in where:
            field = self._field(table, column)
            if operator in {"<", "<=", ">", ">="} and _is_text(field):
                # Texts are compared by code points, as SQLite does, and not by the rules of the database's language.
                found = found.alias(**{f"{field.attname}_bytes": Collate(field.attname, "C")})
                found = found.filter(_condition(field, f"{field.attname}_bytes", operator, value))
            else:
                found = found.filter(_condition(field, field.attname, operator, value))
        return found

    def _ordering(self, table: str, name: str) -> Any:
        field = self._field(table, name.removeprefix("-"))
        by = Collate(field.attname, "C") if _is_text(field) else F(field.attname)
        return by.desc(nulls_last=True) if name.startswith("-") else by.asc(nulls_first=True)

    def _stored(self, table: str, row: Mapping[str, Any]) -> dict[str, Any]:
        fields = {column: self._field(table, column) for column in row}
        return {field.attname: _for_database(field, row[column]) for column, field in fields.items()}

    def _model(self, table: str) -> type[models.Model]:
        self._fields(table)
        return self._models[table]

    def _fields(self, table: str) -> dict[str, AnyField]:
        if table not in self._columns:
            raise LookupError(f"There is no table {table!r} here, only {', '.join(sorted(self._columns))}.")
        return self._columns[table]

    def _field(self, table: str, column: str) -> AnyField:
        fields = self._fields(table)
        if column not in fields:
            raise LookupError(f"Table {table!r} has no column {column!r}.")
        return fields[column]


def _condition(field: AnyField, name: str, operator: str, value: Any) -> Q:
    if operator == "in":
        return Q(**{f"{name}__in": [wanted for each in value if (wanted := _for_database(field, each)) is not None]})
    if value is None and operator == "=":
        return Q(**{f"{name}__isnull": True})
    wanted = _for_database(field, value)
    if wanted is None:
        return Q(pk__in=[])
    if operator == "!=":
        return Q(**{f"{name}__isnull": False}) & ~Q(**{name: wanted})
    return Q(**{f"{name}{_COMPARISONS[operator]}": wanted})


def _is_text(field: AnyField) -> bool:
    return isinstance(field, models.CharField | models.TextField)


def _for_database(field: AnyField, value: Any) -> Any:
    """Return an engine's value as the column takes it. Raises ValueError where it cannot."""
    value = value.item() if hasattr(value, "item") else value
    if value is None or value != value:
        return None
    match field:
        case models.BooleanField():
            return bool(value)
        case models.DateTimeField():
            return _moment(value)
        case models.DateField():
            return date.fromisoformat(value) if isinstance(value, str) else value
        case models.DecimalField():
            return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        case models.IntegerField() if isinstance(value, float) and not value.is_integer():
            raise ValueError(f"Column {field.column!r} keeps whole numbers, was given {value!r}.")
    return value


def _moment(value: str | datetime) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.NEW_YORK)


def _for_engine(field: AnyField, value: Any) -> Any:
    """Return a column's value as the engines read it."""
    if value is None:
        return None
    match field:
        case models.BooleanField():
            return int(value)
        case models.DateTimeField():
            return clock.in_new_york(value).strftime(_STAMP)
        case models.DateField():
            return value.isoformat()
        case models.DecimalField():
            return float(value)
    return value
