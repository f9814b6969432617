"""Every decision of the auto trader with all it was made of."""

from django.conf import settings
from django.db import models

from apps.autotrader.models.books import AutonomousPosition
from apps.ledger.models import Account


class AutonomousDecision(models.Model):
    """One decision, so that it can be shown as "why" and made again. Only ever added (the database sees to it).

    inputs: everything the engine was told (see records.py). steps: the log lines it wrote. result: what it opened
    and closed. reason: one sentence for people.
    """

    class Kind(models.TextChoices):
        SEARCH = "search", "Looked for the trade of the day"
        MANAGE = "manage", "Looked after open positions"
        SKIP = "skip", "Did not look"

    class Outcome(models.TextChoices):
        TRADED = "traded", "Traded"
        NO_TRADE = "no trade", "No trade"
        REFUSED = "refused", "Refused by the account"
        ERROR = "error", "Error"
        HELD = "held", "Held"
        CLOSED = "closed", "Closed"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="autonomous_decisions")
    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="autonomous_decisions")
    at = models.DateTimeField()
    trading_day = models.DateField(help_text="New York.")
    kind = models.CharField(max_length=6, choices=Kind)
    outcome = models.CharField(max_length=8, choices=Outcome)
    reason = models.TextField(blank=True)
    opened = models.ForeignKey(AutonomousPosition, models.PROTECT, null=True, blank=True, related_name="decisions")
    inputs = models.JSONField(default=dict)
    steps = models.JSONField(default=list)
    result = models.JSONField(default=dict)
    engine_version = models.CharField(max_length=16)

    class Meta:
        db_table = "autonomous_decision"
        ordering = ("-at", "-pk")
        indexes = [models.Index(fields=("owner", "-at"), name="autonomous_decisions_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}: {self.outcome}"
