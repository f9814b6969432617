"""Positions and their legs. A trade of several legs is one position."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from apps.ledger.models.accounts import Account

OPTION_MULTIPLIER = 100


class Position(models.Model):
    """One trade from its opening to its close. The columns of the old table keep their names and meaning.

    entry_price: USD per share of one unit, the legs taken together, never negative; whether it was paid (LONG) or
    received (SHORT) is the direction. current_price, exit_price: the same for getting out, in the same sense, so that a
    LONG gains when they rise and a SHORT when they fall. pnl: realized, USD, all commissions so far deducted.
    """

    class Status(models.TextChoices):
        OPEN = "OPEN", "Open"
        CLOSED = "CLOSED", "Closed"

    class Direction(models.TextChoices):
        LONG = "LONG", "Paid"
        SHORT = "SHORT", "Received"

    account = models.ForeignKey(Account, models.PROTECT, related_name="positions")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    symbol = models.CharField(max_length=12)
    strategy = models.CharField(max_length=200)
    direction = models.CharField(max_length=5, choices=Direction)
    status = models.CharField(max_length=6, choices=Status, default=Status.OPEN)
    quantity = models.PositiveIntegerField(help_text="Units opened.")
    open_quantity = models.PositiveIntegerField(help_text="Units still open.")
    entry_price = models.DecimalField(max_digits=16, decimal_places=6)
    exit_price = models.DecimalField(
        max_digits=16, decimal_places=6, null=True, blank=True, help_text="Average of what was closed."
    )
    exit_reason = models.TextField(blank=True)
    current_price = models.DecimalField(
        max_digits=16, decimal_places=6, null=True, blank=True, help_text="Of the newest mark."
    )
    pnl = models.DecimalField(max_digits=20, decimal_places=6, default=Decimal(0))
    unrealized_pnl = models.DecimalField(
        max_digits=20, decimal_places=6, default=Decimal(0), help_text="Of the units still open, by the newest mark."
    )
    commissions = models.DecimalField(max_digits=20, decimal_places=6, default=Decimal(0), help_text="Paid so far.")
    marked_at = models.DateTimeField(null=True, blank=True, help_text="The moment of the newest complete mark.")
    mark_problem = models.TextField(blank=True, help_text="Why the newest attempt gave no mark.")
    target = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    stop = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    size = models.DecimalField(
        max_digits=20, decimal_places=6, null=True, blank=True, help_text="USD paid or received at the opening."
    )
    max_loss = models.DecimalField(
        max_digits=20,
        decimal_places=6,
        null=True,
        blank=True,
        help_text="Most that could be lost when it was opened, USD; empty: without limit.",
    )
    entry_net_gex = models.FloatField(null=True, blank=True, help_text="USD per 1 % move.")
    entry_flip_point = models.FloatField(null=True, blank=True)
    entry_spot_price = models.FloatField(null=True, blank=True)
    entry_regime = models.CharField(max_length=60, blank=True)
    entry_snapshot = models.ForeignKey("market.Snapshot", models.SET_NULL, null=True, blank=True, related_name="+")
    exit_snapshot = models.ForeignKey("market.Snapshot", models.SET_NULL, null=True, blank=True, related_name="+")
    idea = models.ForeignKey("ideas.TradeIdea", models.SET_NULL, null=True, blank=True, related_name="positions")
    rolled_from = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="rolled_to")
    notes = models.TextField(blank=True)

    class Meta:
        db_table = "positions"
        ordering = ("-opened_at", "-pk")
        indexes = [
            models.Index(fields=("account", "-closed_at"), name="positions_newest_closed"),
            models.Index(fields=("account", "symbol"), condition=Q(status="OPEN"), name="positions_open"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="positions_of_something"),
            models.CheckConstraint(condition=Q(open_quantity__lte=F("quantity")), name="positions_open_within_opened"),
            models.CheckConstraint(
                condition=Q(status="OPEN", open_quantity__gt=0, closed_at__isnull=True)
                | Q(status="CLOSED", open_quantity=0, closed_at__isnull=False),
                name="positions_closed_when_nothing_is_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} {self.strategy} ({self.status})"


class Leg(models.Model):
    """One option, or the shares, of a position."""

    class Kind(models.TextChoices):
        CALL = "call", "Call"
        PUT = "put", "Put"
        STOCK = "stock", "Shares"

    position = models.ForeignKey(Position, models.PROTECT, related_name="legs")
    number = models.PositiveSmallIntegerField(help_text="Its place in the ticket, from 1.")
    kind = models.CharField(max_length=5, choices=Kind)
    strike = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    expiration = models.DateField(null=True, blank=True)
    ratio = models.SmallIntegerField(help_text="Contracts or shares per unit; negative: sold at the opening.")
    open_quantity = models.PositiveIntegerField(help_text="Contracts or shares still open.")
    entry_price = models.DecimalField(max_digits=16, decimal_places=6, help_text="USD per share, of the opening fill.")
    root = models.CharField(max_length=12, blank=True, help_text="Series, where a date settles twice.")
    bid = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True, help_text="Of the newest mark.")
    ask = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    mark = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True, help_text="USD per share.")
    iv = models.FloatField(null=True, blank=True, help_text="Implied volatility of the newest mark, fraction.")
    marked_at = models.DateTimeField(null=True, blank=True, help_text="The quote's moment.")
    source = models.CharField(max_length=40, blank=True)
    truth = models.CharField(max_length=12, blank=True)

    class Meta:
        db_table = "ledger_leg"
        ordering = ("position_id", "number")
        constraints = [
            models.UniqueConstraint(fields=("position", "number"), name="ledger_leg_number"),
            models.CheckConstraint(condition=~Q(ratio=0), name="ledger_leg_of_something"),
            models.CheckConstraint(
                condition=Q(kind="stock", strike__isnull=True, expiration__isnull=True)
                | (~Q(kind="stock") & Q(strike__isnull=False, expiration__isnull=False, strike__gte=0)),
                name="ledger_leg_is_a_contract",
            ),
        ]

    @property
    def multiplier(self) -> int:
        """Shares of one contract."""
        return 1 if self.kind == self.Kind.STOCK else OPTION_MULTIPLIER

    def __str__(self) -> str:
        if self.strike is None:
            return f"{self.ratio:+d} shares"
        return f"{self.ratio:+d} {self.expiration:%-d %b %Y} {self.strike.normalize():f} {self.kind}"
