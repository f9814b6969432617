"""Orders and their fills."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.ledger.models.accounts import Account
from apps.ledger.models.positions import Leg, Position


class Order(models.Model):
    """What somebody, or the desk, wanted done, and what became of it. Filled as a whole or not at all."""

    class Purpose(models.TextChoices):
        OPEN = "open", "Open"
        CLOSE = "close", "Close"
        EXPIRE = "expire", "Settle at expiration"

    class Status(models.TextChoices):
        WORKING = "working", "Waiting for a quote"
        FILLED = "filled", "Filled"
        REJECTED = "rejected", "Refused"
        CANCELLED = "cancelled", "Cancelled"

    account = models.ForeignKey(Account, models.PROTECT, related_name="orders")
    position = models.ForeignKey(Position, models.PROTECT, null=True, blank=True, related_name="orders")
    purpose = models.CharField(max_length=6, choices=Purpose)
    status = models.CharField(max_length=9, choices=Status, default=Status.WORKING)
    quantity = models.PositiveIntegerField(help_text="Units: contracts of a single option, spreads, condors, shares.")
    key = models.CharField(max_length=80, help_text="Names the intention: the same one twice is done once.")
    trading_day = models.DateField(help_text="New York day it was placed on.")
    is_daily_entry = models.BooleanField(default=False, help_text="The auto trader's one entry of its day.")
    placed_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: the desk."
    )
    reason = models.TextField(blank=True, help_text="Why it was placed, as a rule or a person said.")
    refusal = models.TextField(blank=True, help_text="Why it is not filled (yet), for people.")
    ticket = models.JSONField(default=dict, help_text="What is to be opened; empty for orders on a position.")

    class Meta:
        db_table = "ledger_order"
        ordering = ("-placed_at", "-pk")
        indexes = [
            models.Index(fields=("account", "-placed_at"), name="ledger_orders_newest"),
            models.Index(fields=("placed_at",), condition=Q(status="working"), name="ledger_orders_working"),
        ]
        constraints = [
            models.UniqueConstraint(fields=("account", "key"), name="ledger_order_once"),
            models.UniqueConstraint(
                fields=("account", "trading_day"),
                condition=Q(is_daily_entry=True, status="filled"),
                name="ledger_one_daily_entry",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="ledger_order_of_something"),
            models.CheckConstraint(
                condition=~Q(status="filled") | Q(position__isnull=False, done_at__isnull=False),
                name="ledger_filled_order_has_position",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.quantity} ({self.status})"


class Fill(models.Model):
    """What was paid or received for one leg, and the quote it rests on."""

    class Side(models.TextChoices):
        BUY = "buy", "Bought"
        SELL = "sell", "Sold"

    class Basis(models.TextChoices):
        STATED = "stated", "Price as stated by the trader"
        QUOTE = "quote", "Quote and fill model"
        MODEL = "model", "Model price"
        SETTLED = "settled", "Value at expiration"

    order = models.ForeignKey(Order, models.PROTECT, related_name="fills")
    leg = models.ForeignKey(Leg, models.PROTECT, related_name="fills")
    side = models.CharField(max_length=4, choices=Side)
    quantity = models.PositiveIntegerField(help_text="Contracts or shares.")
    price = models.DecimalField(max_digits=16, decimal_places=6, help_text="USD per share.")
    commission = models.DecimalField(max_digits=20, decimal_places=6)
    basis = models.CharField(max_length=8, choices=Basis)
    bid = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    ask = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    mid = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    quoted_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=40, blank=True)
    truth = models.CharField(max_length=12, blank=True, help_text="live, delayed, recorded or simulated.")
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_fill"
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("order", "leg"), name="ledger_fill_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="ledger_fill_of_something"),
            models.CheckConstraint(condition=Q(price__gte=0), name="ledger_fill_price_not_negative"),
            models.CheckConstraint(condition=Q(commission__gte=0), name="ledger_fill_commission_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.quantity} at {self.price}"
