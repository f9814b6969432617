"""The sequence of the messages' numbers, and the list prices of the models in use."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import migrations

STATED_ON = date(2026, 10, 1)
PRICES = {
    "claude-sonnet-4": ("3", "15"),
    "claude-sonnet-5": ("2", "10"),
    "claude-haiku-4-5": ("1", "5"),
    "claude-opus-4-5": ("5", "25"),
    "claude-opus-5": ("5", "25"),
    "claude-opus-5-5": ("4", "20"),
}


def enter_prices(apps: Any, schema_editor: Any) -> None:
    price = apps.get_model("copilot", "Price")
    for model, (read, written) in PRICES.items():
        price.objects.get_or_create(
            model=model,
            defaults={"input_usd": Decimal(read), "output_usd": Decimal(written), "stated_on": STATED_ON},
        )


class Migration(migrations.Migration):
    dependencies = [("copilot", "0001_conversations")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE copilot_message_number", "DROP SEQUENCE copilot_message_number"),
        migrations.RunPython(enter_prices, migrations.RunPython.noop),
    ]
