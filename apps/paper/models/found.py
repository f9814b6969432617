"""What the daily finder found: the old program kept it in the browser's session."""

from django.conf import settings
from django.db import models

from apps.ledger.models import Account
from apps.paper.models.daily import PaperPositionV2


class FoundTrade(models.Model):
    """One search. trade: the engine's answer as JSON, empty where there was none; problem says why then.

    executed: the position it became. by_desk: found by the desk's own search of the day.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="paper_found_trades")
    account = models.ForeignKey(Account, models.PROTECT, related_name="paper_found_trades")
    found_at = models.DateTimeField()
    trading_day = models.DateField(help_text="New York.")
    trade = models.JSONField(default=dict)
    problem = models.TextField(blank=True)
    by_desk = models.BooleanField(default=False)
    executed = models.OneToOneField(PaperPositionV2, models.PROTECT, null=True, blank=True, related_name="found_trade")

    class Meta:
        db_table = "paper_found_trade"
        ordering = ("-found_at", "-pk")
        indexes = [models.Index(fields=("account", "-found_at"), name="paper_found_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=("account", "trading_day"),
                condition=models.Q(by_desk=True),
                name="paper_desk_finds_once_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.trade.get('strategy', 'no trade')} {self.found_at:%Y-%m-%d %H:%M}"
