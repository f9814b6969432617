"""The journal: one entry for each closed trade, what the trader writes about it, and pictures of it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from alphagex import clock
from apps.ledger.models import Account, Position
from apps.market.models import Snapshot

LONGEST_TAG = 30


class JournalEntry(models.Model):
    """A closed trade, however many legs it had, and what its trader made of it.

    Of a position the money is a copy the ledger keeps in line; a trade written by hand has none. Prices: USD per share
    of one unit; pnl: USD after commissions. entry_map, exit_map: the gamma map then (see gamma_map.py), kept here too
    because old snapshots are let go; null where there was none.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="journal_entries")
    position = models.OneToOneField(
        Position, models.PROTECT, null=True, blank=True, related_name="journal_entry", help_text="Empty: by hand."
    )
    account_kind = models.CharField(max_length=12, choices=Account.Kind, default=Account.Kind.OWN)
    key = models.CharField(max_length=80, blank=True, help_text="Names the intention of a trade written by hand.")
    symbol = models.CharField(max_length=12)
    strategy = models.CharField(max_length=200)
    direction = models.CharField(max_length=5, choices=Position.Direction)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField()
    quantity = models.PositiveIntegerField(help_text="Units.")
    multiplier = models.PositiveSmallIntegerField(default=100, help_text="Shares of one unit.")
    entry_price = models.DecimalField(max_digits=16, decimal_places=6)
    exit_price = models.DecimalField(max_digits=16, decimal_places=6, null=True, blank=True)
    commissions = models.DecimalField(max_digits=20, decimal_places=6, default=Decimal(0))
    pnl = models.DecimalField(max_digits=20, decimal_places=6)
    size = models.DecimalField(
        max_digits=20, decimal_places=6, null=True, blank=True, help_text="USD paid or received at the opening."
    )
    max_loss = models.DecimalField(
        max_digits=20,
        decimal_places=6,
        null=True,
        blank=True,
        help_text="Most that could be lost when it was opened, USD; empty: without limit, or not known.",
    )
    exit_reason = models.TextField(blank=True)
    entry_snapshot = models.ForeignKey(Snapshot, models.SET_NULL, null=True, blank=True, related_name="+")
    exit_snapshot = models.ForeignKey(Snapshot, models.SET_NULL, null=True, blank=True, related_name="+")
    entry_map = models.JSONField(null=True, blank=True)
    exit_map = models.JSONField(null=True, blank=True)

    notes = models.TextField(blank=True, help_text="Markdown.")
    lesson = models.TextField(blank=True, help_text="Markdown.")
    tags = ArrayField(models.CharField(max_length=LONGEST_TAG), default=list, blank=True)
    rating = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text="How well it was traded, whatever it brought: 1 to 5.",
    )
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "trade_journal"
        ordering = ("-closed_at", "-pk")
        verbose_name_plural = "journal entries"
        indexes = [
            models.Index(fields=("owner", "-closed_at", "-id"), name="journal_newest"),
            GinIndex(fields=("tags",), name="journal_tags"),
        ]
        constraints = [
            models.UniqueConstraint(fields=("owner", "key"), condition=~Q(key=""), name="journal_by_hand_once"),
            models.CheckConstraint(condition=Q(closed_at__gte=F("opened_at")), name="journal_closed_after"),
            models.CheckConstraint(condition=Q(quantity__gt=0, multiplier__gt=0), name="journal_of_something"),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=5), name="journal_rating"
            ),
        ]

    @property
    def is_by_hand(self) -> bool:
        return self.position_id is None

    @property
    def r_multiple(self) -> Decimal | None:
        """P&L in units of what was risked; None where the risk has no limit or is not known."""
        return self.pnl / self.max_loss if self.max_loss else None

    @property
    def held(self) -> timedelta:
        return self.closed_at - self.opened_at

    @property
    def hours_held(self) -> float:
        return self.held.total_seconds() / 3600

    @property
    def gamma_at_entry(self) -> str:
        """Long or Short, empty where it is not known."""
        net = (self.entry_map or {}).get("net_gex")
        return "" if net is None else "Long" if net >= 0 else "Short"

    @property
    def market(self) -> str:
        """What kind of market it was traded in, as the source's badge says; empty where it is not known."""
        return str((self.entry_map or {}).get("kind", ""))

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.updated_at = clock.now()
        if (changed := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*changed, "updated_at"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("journal:entry", args=[self.pk])

    def __str__(self) -> str:
        return f"{self.symbol} {self.strategy}, {clock.in_new_york(self.closed_at):%d %b %Y}"


class Picture(models.Model):
    """A screenshot that belongs to an entry. The file lies outside of the web root under a random name."""

    entry = models.ForeignKey(JournalEntry, models.CASCADE, related_name="pictures")
    file_name = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=120, help_text="As the file was called where it came from.")
    media_type = models.CharField(max_length=20)
    width = models.PositiveIntegerField(help_text="Pixels.")
    height = models.PositiveIntegerField(help_text="Pixels.")
    size = models.PositiveIntegerField(help_text="Bytes.")
    digest = models.CharField(max_length=64, help_text="SHA-256: the same picture twice is kept once.")
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "trade_journal_picture"
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("entry", "digest"), name="journal_picture_once")]

    def __str__(self) -> str:
        return self.title
