"""The log is only ever added to: the database itself refuses anything else."""

from django.db import migrations

_REFUSE = """
CREATE FUNCTION audit_only_ever_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are only ever added.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
_TRIGGER = """
CREATE TRIGGER audit_events_only_ever_added BEFORE UPDATE OR DELETE ON audit_events
FOR EACH ROW EXECUTE FUNCTION audit_only_ever_added()
"""


class Migration(migrations.Migration):
    dependencies = [("security", "0001_security")]
    operations = [
        migrations.RunSQL(_REFUSE, "DROP FUNCTION audit_only_ever_added()"),
        migrations.RunSQL(_TRIGGER, "DROP TRIGGER audit_events_only_ever_added ON audit_events"),
    ]
