"""What one chain said: key figures, and the curves and tables behind them."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    """Finds snapshots."""

    def of(self, symbol: str | models.OuterRef) -> "SnapshotQuerySet":
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
    net_dex = models.FloatField(null=True, blank=True)
    net_vex = models.FloatField(null=True, blank=True)
    net_chex = models.FloatField(null=True, blank=True)
    volume_gex = models.FloatField(null=True, blank=True)
    implied_move = models.FloatField(null=True, blank=True)
    implied_volatility = models.FloatField(null=True, blank=True, help_text="At the money, 30 days, fraction per year.")
    put_call_ratio = models.FloatField(null=True, blank=True, help_text="Of open interest.")

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
