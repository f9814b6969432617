"""Positions, log and settings as the engine writes them: its columns, its texts, its floats, and whose they are."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.ledger.models import Account, Order, Position


class AutonomousPosition(models.Model):
    """One trade as the engine sees it. Prices: USD per share at mid; P&L: USD. The money itself is in the ledger.

    position: the same trade in the ledger with its legs and fills; empty for a part that was closed by hand, and for
    rows of the old program, whose condors have no legs and say so.
    """

    class Status(models.TextChoices):
        OPEN = "OPEN", "Open"
        CLOSED = "CLOSED", "Closed"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="autonomous_positions")
    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="autonomous_positions")
    position = models.OneToOneField(
        Position, models.PROTECT, null=True, blank=True, related_name="autonomous", help_text="In the ledger."
    )
    part = models.OneToOneField(
        Order, models.PROTECT, null=True, blank=True, related_name="autonomous_part",
        help_text="The order by hand that closed this part of a trade; the rest of it is a row of its own.",
    )  # fmt: skip
    symbol = models.TextField()
    strategy = models.TextField()
    action = models.TextField(help_text="BUY_CALL, BUY_PUT or IRON_CONDOR.")
    entry_date = models.TextField(help_text="YYYY-MM-DD, New York.")
    entry_time = models.TextField(help_text="HH:MM:SS, New York.")
    strike = models.FloatField(help_text="As the engine asked for it; a condor has spot here. The legs know better.")
    option_type = models.TextField()
    expiration_date = models.TextField(help_text="YYYY-MM-DD.")
    contracts = models.IntegerField()
    entry_price = models.FloatField(help_text="Mid; a condor's credit.")
    entry_bid = models.FloatField(null=True, blank=True)
    entry_ask = models.FloatField(null=True, blank=True)
    entry_spot_price = models.FloatField(null=True, blank=True)
    current_price = models.FloatField(null=True, blank=True)
    current_spot_price = models.FloatField(null=True, blank=True)
    unrealized_pnl = models.FloatField(null=True, blank=True)
    status = models.TextField(null=True, blank=True, default=Status.OPEN)  # noqa: DJ001 - missing is not empty here
    closed_date = models.TextField(null=True, blank=True)  # noqa: DJ001
    closed_time = models.TextField(null=True, blank=True)  # noqa: DJ001
    exit_price = models.FloatField(null=True, blank=True)
    realized_pnl = models.FloatField(null=True, blank=True, help_text="At mid; the ledger has what was really made.")
    exit_reason = models.TextField(null=True, blank=True)  # noqa: DJ001
    confidence = models.FloatField(null=True, blank=True, help_text="Percent.")
    gex_regime = models.TextField(null=True, blank=True)  # noqa: DJ001
    entry_net_gex = models.FloatField(null=True, blank=True, help_text="USD per 1 % move.")
    entry_flip_point = models.FloatField(null=True, blank=True)
    trade_reasoning = models.TextField(null=True, blank=True)  # noqa: DJ001
    contract_symbol = models.TextField(null=True, blank=True)  # noqa: DJ001

    class Meta:
        db_table = "autonomous_positions"
        ordering = ("-entry_date", "-entry_time", "-pk")
        indexes = [
            models.Index(fields=("owner", "-closed_date", "-closed_time"), name="autonomous_newest_closed"),
            models.Index(fields=("owner",), condition=Q(status="OPEN"), name="autonomous_open"),
        ]

    @property
    def has_legs(self) -> bool:
        """Whether it is marked on the contracts it really holds."""
        return self.position_id is not None or self.part_id is not None

    def __str__(self) -> str:
        return f"{self.strategy} of {self.entry_date} ({self.status})"


class AutonomousLog(models.Model):
    """One line of the engine's log: START, SKIP, ERROR, FALLBACK, EXECUTE, CLOSE. Times: New York."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="autonomous_logs")
    date = models.TextField()
    time = models.TextField()
    action = models.TextField()
    details = models.TextField(null=True, blank=True)  # noqa: DJ001 - missing is not empty here
    position_id = models.IntegerField(null=True, blank=True, help_text="Id in autonomous_positions.")
    success = models.IntegerField(null=True, blank=True, default=1)

    class Meta:
        db_table = "autonomous_logs"
        ordering = ("-date", "-time", "-pk")
        indexes = [models.Index(fields=("owner", "-date", "-time"), name="autonomous_logs_newest")]

    def __str__(self) -> str:
        return f"{self.date} {self.time} {self.action}"


class AutonomousConfig(models.Model):
    """The engine's own notes: capital, initialized, auto_execute, last_trade_date."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="autonomous_config")
    key = models.TextField()
    value = models.TextField()

    class Meta:
        db_table = "autonomous_config"
        constraints = [models.UniqueConstraint(fields=("owner", "key"), name="autonomous_config_once")]

    def __str__(self) -> str:
        return f"{self.key} of {self.owner_id}"
