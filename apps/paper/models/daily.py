"""The second engine's tables: SPY, the daily finder's trade at quoted prices."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.ledger.models import Account, Position


class PaperPositionV2(models.Model):
    """One trade as the engine sees it. Prices: USD per share at mid of the contract it priced; P&L: USD at mid.

    The engine never marked or closed; value and P&L are the ledger's position at mid, before what its fills and
    commissions cost, so that engine and ledger differ by exactly that. position: empty for rows of the old program.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="paper_positions_v2")
    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="paper_positions_v2")
    position = models.OneToOneField(
        Position, models.PROTECT, null=True, blank=True, related_name="paper_v2", help_text="In the ledger."
    )
    symbol = models.TextField()
    strategy = models.TextField()
    action = models.TextField()
    entry_price = models.FloatField()
    quantity = models.IntegerField()
    strike = models.FloatField(null=True, blank=True, help_text="A condor has spot here. The legs know better.")
    short_strike = models.FloatField(null=True, blank=True)
    option_type = models.TextField(null=True, blank=True)  # noqa: DJ001 - missing is not empty here
    expiration_date = models.TextField(null=True, blank=True, help_text="YYYY-MM-DD.")  # noqa: DJ001
    dte = models.IntegerField(null=True, blank=True, help_text="Days wanted at the opening; a label.")
    entry_spot_price = models.FloatField(null=True, blank=True)
    current_spot_price = models.FloatField(null=True, blank=True)
    entry_premium_bid = models.FloatField(null=True, blank=True)
    entry_premium_ask = models.FloatField(null=True, blank=True)
    entry_premium_mid = models.FloatField(null=True, blank=True)
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
    trade_reasoning = models.TextField(null=True, blank=True)  # noqa: DJ001
    contract_symbol = models.TextField(null=True, blank=True)  # noqa: DJ001
    entry_iv = models.FloatField(null=True, blank=True)
    notes = models.TextField(null=True, blank=True)  # noqa: DJ001

    class Meta:
        db_table = "paper_positions_v2"
        ordering = ("-pk",)
        indexes = [
            models.Index(fields=("owner",), condition=Q(status="OPEN"), name="paper_positions_v2_open"),
            models.Index(fields=("account", "status"), name="paper_v2_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} {self.strategy} ({self.status})"


class PaperConfigV2(models.Model):
    """The engine's settings as texts: enabled, capital, max_exposure, max_position_size, auto_find_trades.

    Ours beside them: auto_manage, whether the exits of the first engine are applied here as well.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="paper_config_v2")
    key = models.TextField()
    value = models.TextField()

    class Meta:
        db_table = "paper_config_v2"
        constraints = [models.UniqueConstraint(fields=("owner", "key"), name="paper_config_v2_once")]

    def __str__(self) -> str:
        return f"{self.key} of {self.owner_id}"
