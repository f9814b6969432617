"""Many rows into a table at once: PostgreSQL's COPY takes a tenth of the time of an INSERT."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql


def copy_into(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Store new rows of a model; their ids are the database's. Defaults of the database are not asked for."""
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    order = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(sql.Identifier(str(one.column)) for one in fields)
    )
    with connection.cursor() as cursor, cursor.copy(order) as copy:
        for row in rows:
            copy.write_row([_written(field, getattr(row, field.attname)) for field in fields])


def _written(field: models.Field[Any, Any], value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(field, models.JSONField) else value
