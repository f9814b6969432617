"""Bringing an empty database to the tables a backup was made of, and saying why a full one cannot be."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from apps.operations import tables
from apps.operations.errors import BackupError
from apps.operations.tables import Connection

# Rows that migrating and starting write by themselves; a database with no others is empty.
_OWN_ROWS = ("django_migrations", "django_content_type", "auth_permission", "django_celery_beat_", "copilot_price")
MigrationName = tuple[str, str]


def require_known(migrations: set[MigrationName]) -> None:
    """Refuse a backup of a version newer than this one. Raises BackupError."""
    unknown = migrations - set(MigrationLoader(connection).disk_migrations)
    if unknown:
        app, name = sorted(unknown)[-1]
        raise BackupError(
            f"The backup is of a newer version: it knows {len(unknown)} migrations this one does not "
            f"({app}.{name}). Update AlphaGEX first, then restore."
        )


def tables_with_rows(own: Connection) -> list[str]:
    """Return the tables that somebody filled."""
    return [
        name
        for name in tables.tables_of(own)
        if not name.startswith(_OWN_ROWS)
        and own.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(name))).fetchone() == (True,)
    ]


def build(wanted: set[MigrationName]) -> None:
    """Give the database exactly the tables of `wanted`; only an empty one is built up. Raises BackupError."""
    with tables.own_connection() as own:
        applied = tables.applied_migrations(own)
        if applied == wanted:
            return
        filled = tables_with_rows(own)
    if filled or not applied < wanted:
        raise BackupError(
            f"The backup has the tables of {len(wanted)} migrations, this database those of {len(applied)}. "
            "Make an empty database (CREATE DATABASE), point DATABASE_URL at it and restore there: it is built as it "
            "was at the backup, filled, and then migrated to this version."
        )
    executor = MigrationExecutor(connection)
    executor.migrate(_targets(executor.loader, wanted))
    with tables.own_connection() as own:
        if tables.applied_migrations(own) != wanted:
            raise BackupError(
                "The tables of the backup cannot be built by this version. Restore it with the version that made it, "
                "then update."
            )


def is_behind(migrations: set[MigrationName]) -> bool:
    """Return whether this version has migrations that the backup's tables lack."""
    return bool(set(MigrationLoader(connection).graph.nodes) - migrations)


def _targets(loader: MigrationLoader, wanted: set[MigrationName]) -> list[MigrationName]:
    """Return the last migrations of each app within `wanted`."""
    ends = []
    for node in sorted(wanted):
        children = {child.key for child in loader.graph.node_map[node].children} & wanted
        if not any(app == node[0] for app, _ in children):
            ends.append(node)
    return ends
