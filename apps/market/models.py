"""What came in from the market: one feed per symbol, its snapshots, and who is watching."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Feed(models.Model):
    """One symbol's polling state. Its row is the lock that numbers snapshots, so no number is lost or used twice."""

    symbol = models.CharField(max_length=12, primary_key=True)
    seq = models.PositiveBigIntegerField(default=0, help_text="Number of the newest snapshot.")
    announced_seq = models.PositiveBigIntegerField(default=0, help_text="Newest snapshot that was broadcast.")
    next_poll_at = models.DateTimeField(help_text="Not fetched before this moment; moved on by the one who fetches.")
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    consecutive_failures = models.PositiveIntegerField(default=0)
    is_held = models.BooleanField(default=False, help_text="Shows an imported chain; polling waits until it is left.")

    class Meta:
        db_table = "market_feed"
        ordering = ("symbol",)

    def __str__(self) -> str:
        return self.symbol


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    """Finds snapshots."""

    def of(self, symbol: str) -> "SnapshotQuerySet":
        return self.filter(symbol=symbol).order_by("-seq")


class Snapshot(models.Model):
    """The key figures of one chain at one moment. Dollar figures: USD per 1 % move of spot.

    The index on (symbol, seq) answers "the newest", the one on (symbol, as_of) answers history; the bulky curves are
    in SnapshotDetail, so that years of key figures stay a narrow table.
    """

    class Kind(models.TextChoices):
        LIVE = "live", "live"
        DELAYED = "delayed", "delayed"
        RECORDED = "recorded", "recorded"
        SIMULATED = "simulated", "simulated"

    symbol = models.CharField(max_length=12)
    seq = models.PositiveBigIntegerField()
    as_of = models.DateTimeField(help_text="The moment the quotes are of.")
    received_at = models.DateTimeField()
    stale_after = models.DateTimeField(null=True, blank=True, help_text="Late from here on; empty: never (imported).")
    source = models.CharField(max_length=32)
    kind = models.CharField(max_length=10, choices=Kind)
    source_label = models.CharField(max_length=80)
    source_detail = models.CharField(max_length=200, blank=True)
    delay_seconds = models.PositiveIntegerField(default=0)
    open_interest_date = models.DateField(null=True, blank=True)

    spot = models.DecimalField(max_digits=14, decimal_places=4)
    change = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    contracts = models.PositiveIntegerField()
    contracts_used = models.PositiveIntegerField()
    net_gex = models.FloatField()
    gross_gex = models.FloatField()
    call_gex = models.FloatField()
    put_gex = models.FloatField()
    net_gex_feed_gamma = models.FloatField(null=True, blank=True)
    flip_point = models.FloatField(null=True, blank=True)
    flips = ArrayField(models.FloatField(), default=list)
    flip_reason = models.CharField(max_length=300, blank=True)
    flip_quality = models.CharField(max_length=300, blank=True)
    call_wall = models.FloatField(null=True, blank=True)
    put_wall = models.FloatField(null=True, blank=True)
    zero_dte_share = models.FloatField(null=True, blank=True)
    net_dex = models.FloatField()
    net_vex = models.FloatField()
    net_chex = models.FloatField()
    volume_gex = models.FloatField(null=True, blank=True)
    implied_move = models.FloatField(null=True, blank=True)

    objects: ClassVar[SnapshotQuerySet] = SnapshotQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table = "market_snapshot"
        ordering = ("symbol", "-seq")
        constraints = [models.UniqueConstraint(fields=("symbol", "seq"), name="snapshot_number_once")]
        indexes = [models.Index(fields=("symbol", "as_of"), name="snapshot_symbol_as_of")]

    def __str__(self) -> str:
        return f"{self.symbol} {self.seq}"


class SnapshotDetail(models.Model):
    """Per-strike, per-expiration and per-cell exposures of a snapshot, as columns: one row where rows would be 10,000.

    The lists of one group share their order: strikes_*, expirations_*; the cells are packed (see storage.py).
    """

    snapshot = models.OneToOneField(Snapshot, models.CASCADE, primary_key=True, related_name="detail")
    assumptions = models.JSONField()
    excluded = models.JSONField()
    warnings = models.JSONField(default=list)
    walls = models.JSONField()
    after_next = models.JSONField(null=True, blank=True)
    implied_move_expiration = models.DateField(null=True, blank=True)

    strikes = ArrayField(models.FloatField())
    strikes_call_gex = ArrayField(models.FloatField())
    strikes_put_gex = ArrayField(models.FloatField())
    strikes_dex = ArrayField(models.FloatField())
    strikes_vex = ArrayField(models.FloatField())
    strikes_chex = ArrayField(models.FloatField())
    strikes_volume_gex = ArrayField(models.FloatField())
    strikes_call_open_interest = ArrayField(models.FloatField())
    strikes_put_open_interest = ArrayField(models.FloatField())

    expirations = ArrayField(models.DateField())
    expirations_settlement = ArrayField(models.CharField(max_length=2))
    expirations_settles_at = ArrayField(models.DateTimeField())
    expirations_roots = ArrayField(models.CharField(max_length=40))
    expirations_call_gex = ArrayField(models.FloatField())
    expirations_put_gex = ArrayField(models.FloatField())
    expirations_dex = ArrayField(models.FloatField())
    expirations_vex = ArrayField(models.FloatField())
    expirations_chex = ArrayField(models.FloatField())
    expirations_contracts_used = ArrayField(models.IntegerField())

    profile_spot = ArrayField(models.FloatField())
    profile_curves = models.JSONField()
    cells = models.BinaryField()

    class Meta:
        db_table = "market_snapshot_detail"

    def __str__(self) -> str:
        return f"detail of {self.snapshot_id}"


class WebsocketSubscription(models.Model):
    """One open socket: whose, on which process, watching what. Rows of a dead process age out by `seen_at`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="websocket_subscriptions")
    process = models.CharField(max_length=80)
    path = models.CharField(max_length=80)
    message_format = models.CharField(max_length=4)
    symbols = ArrayField(models.CharField(max_length=12), default=list)
    topics = ArrayField(models.CharField(max_length=20), default=list)
    connected_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "websocket_subscriptions"
        ordering = ("-connected_at",)
        indexes = [models.Index(fields=("process",), name="websocket_process")]

    def __str__(self) -> str:
        return f"{self.user_id} {' '.join(self.symbols)}"
