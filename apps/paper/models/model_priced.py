"""The first engine's tables: any symbol, model prices. Its columns, its texts, its floats, and whose they are."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.ledger.models import Account, Position


class PaperPosition(models.Model):
    """One trade as the engine sees it. Prices: USD per share by Black-Scholes; P&L: USD. The ledger has the money.

    position: the same trade in the ledger; empty for rows of the old program.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="paper_positions")
    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="paper_positions")
    position = models.OneToOneField(
        Position, models.PROTECT, null=True, blank=True, related_name="paper_v1", help_text="In the ledger."
    )
    symbol = models.TextField()
    strategy = models.TextField()
    action = models.TextField(blank=True)
    entry_price = models.FloatField()
    quantity = models.IntegerField()
    strike = models.FloatField(null=True, blank=True)
    option_type = models.TextField(null=True, blank=True)  # noqa: DJ001 - missing is not empty here
    expiration_date = models.TextField(null=True, blank=True, help_text="YYYY-MM-DD.")  # noqa: DJ001
    dte = models.IntegerField(null=True, blank=True, help_text="Days wanted at the opening; a label.")
    entry_spot_price = models.FloatField(null=True, blank=True)
    entry_premium = models.FloatField(null=True, blank=True)
    current_value = models.FloatField(null=True, blank=True, help_text="USD of all contracts.")
    unrealized_pnl = models.FloatField(null=True, blank=True)
    status = models.TextField(null=True, blank=True, default="OPEN")  # noqa: DJ001
    opened_at = models.TextField(help_text="YYYY-MM-DD HH:MM:SS, New York.")
    closed_at = models.TextField(null=True, blank=True)  # noqa: DJ001
    exit_price = models.FloatField(null=True, blank=True)
    realized_pnl = models.FloatField(null=True, blank=True)
    exit_reason = models.TextField(null=True, blank=True)  # noqa: DJ001
    confidence_score = models.FloatField(null=True, blank=True, help_text="Per cent.")
    entry_net_gex = models.FloatField(null=True, blank=True)
    entry_flip_point = models.FloatField(null=True, blank=True)
    notes = models.TextField(null=True, blank=True)  # noqa: DJ001

    class Meta:
        db_table = "paper_positions"
        ordering = ("-pk",)
        indexes = [
            models.Index(fields=("owner", "symbol"), condition=Q(status="OPEN"), name="paper_positions_open"),
            models.Index(fields=("account", "status"), name="paper_positions_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} {self.strategy} ({self.status})"


class PaperConfig(models.Model):
    """The engine's settings as texts: enabled, capital, min_confidence, max_position_size, auto_execute."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="paper_config")
    key = models.TextField()
    value = models.TextField()

    class Meta:
        db_table = "paper_config"
        constraints = [models.UniqueConstraint(fields=("owner", "key"), name="paper_config_once")]

    def __str__(self) -> str:
        return f"{self.key} of {self.owner_id}"


class PaperPerformance(models.Model):
    """The engine's summary at the close of a trading day. The old program made the table and never wrote to it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="paper_performance")
    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="paper_performance")
    date = models.TextField(help_text="YYYY-MM-DD.")
    total_capital = models.FloatField()
    open_positions = models.IntegerField(null=True, blank=True)
    closed_positions = models.IntegerField(null=True, blank=True)
    win_rate = models.FloatField(null=True, blank=True)
    total_pnl = models.FloatField(null=True, blank=True)
    day_pnl = models.FloatField(null=True, blank=True)
    best_trade = models.FloatField(null=True, blank=True)
    worst_trade = models.FloatField(null=True, blank=True)
    avg_win = models.FloatField(null=True, blank=True)
    avg_loss = models.FloatField(null=True, blank=True)
    notes = models.TextField(null=True, blank=True)  # noqa: DJ001

    class Meta:
        db_table = "paper_performance"
        ordering = ("date", "pk")
        constraints = [models.UniqueConstraint(fields=("owner", "account", "date"), name="paper_performance_once")]

    def __str__(self) -> str:
        return f"{self.date} of {self.owner_id}"
