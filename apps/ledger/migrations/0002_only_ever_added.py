"""Fills, cash and changes are only ever added: the database itself refuses anything else."""

from django.db import migrations

_REFUSE = """
CREATE FUNCTION ledger_only_ever_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are only ever added.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
_TABLES = ("ledger_fill", "ledger_cash", "ledger_change")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_ledger")]
    operations = [
        migrations.RunSQL(_REFUSE, "DROP FUNCTION ledger_only_ever_added()"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_only_ever_added BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_only_ever_added()",
                f"DROP TRIGGER {table}_only_ever_added ON {table}",
            )
            for table in _TABLES
        ),
    ]
