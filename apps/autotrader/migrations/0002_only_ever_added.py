"""Decisions are only ever added: what the trader did, and why, cannot be changed afterwards."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("autotrader", "0001_books"), ("ledger", "0002_only_ever_added")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER autonomous_decision_only_ever_added BEFORE UPDATE OR DELETE ON autonomous_decision "
            "FOR EACH ROW EXECUTE FUNCTION ledger_only_ever_added()",
            "DROP TRIGGER autonomous_decision_only_ever_added ON autonomous_decision",
        )
    ]
