"""The old program's gamma records, under their old table and column names, and whose numbers they are.

`source` is new: records of the simulated market must never stand among real ones.
"""

from django.db import models


class GammaHistory(models.Model):
    """Gamma of a symbol at a moment of the session."""

    source = models.CharField(max_length=32)
    symbol = models.CharField(max_length=12)
    timestamp = models.DateTimeField()
    date = models.DateField()
    time_of_day = models.CharField(max_length=5, null=True, blank=True)  # noqa: DJ001 - missing is not empty here
    spot_price = models.FloatField()
    net_gex = models.FloatField()
    flip_point = models.FloatField()
    call_wall = models.FloatField(null=True, blank=True)
    put_wall = models.FloatField(null=True, blank=True)
    implied_volatility = models.FloatField(null=True, blank=True)
    put_call_ratio = models.FloatField(null=True, blank=True)
    distance_to_flip_pct = models.FloatField(null=True, blank=True)
    regime = models.CharField(max_length=40, null=True, blank=True)  # noqa: DJ001

    class Meta:
        db_table = "gamma_history"
        verbose_name_plural = "gamma history"
        constraints = [models.UniqueConstraint(fields=("source", "symbol", "timestamp"), name="gamma_history_once")]
        indexes = [models.Index(fields=("symbol", "date"), name="gamma_history_symbol_date")]

    def __str__(self) -> str:
        return f"{self.symbol} {self.timestamp:%Y-%m-%d %H:%M}"


class GammaDailySummary(models.Model):
    """What gamma, flip and price did over a day."""

    source = models.CharField(max_length=32)
    symbol = models.CharField(max_length=12)
    date = models.DateField()
    open_gex = models.FloatField(null=True, blank=True)
    close_gex = models.FloatField(null=True, blank=True)
    high_gex = models.FloatField(null=True, blank=True)
    low_gex = models.FloatField(null=True, blank=True)
    gex_change = models.FloatField(null=True, blank=True)
    gex_change_pct = models.FloatField(null=True, blank=True)
    open_flip = models.FloatField(null=True, blank=True)
    close_flip = models.FloatField(null=True, blank=True)
    flip_change = models.FloatField(null=True, blank=True)
    flip_change_pct = models.FloatField(null=True, blank=True)
    open_price = models.FloatField(null=True, blank=True)
    close_price = models.FloatField(null=True, blank=True)
    price_change_pct = models.FloatField(null=True, blank=True)
    avg_iv = models.FloatField(null=True, blank=True)
    snapshots_count = models.IntegerField(null=True, blank=True)

    class Meta:
        db_table = "gamma_daily_summary"
        verbose_name_plural = "gamma daily summaries"
        constraints = [models.UniqueConstraint(fields=("source", "symbol", "date"), name="gamma_daily_summary_once")]

    def __str__(self) -> str:
        return f"{self.symbol} {self.date}"


class SpyCorrelation(models.Model):
    """How alike a symbol and SPY moved on a day."""

    date = models.DateField()
    source = models.CharField(max_length=32)
    symbol = models.CharField(max_length=12)
    spy_gex_change_pct = models.FloatField(null=True, blank=True)
    symbol_gex_change_pct = models.FloatField(null=True, blank=True)
    spy_price_change_pct = models.FloatField(null=True, blank=True)
    symbol_price_change_pct = models.FloatField(null=True, blank=True)
    correlation_score = models.FloatField(null=True, blank=True)

    class Meta:
        db_table = "spy_correlation"
        constraints = [models.UniqueConstraint(fields=("source", "symbol", "date"), name="spy_correlation_once")]

    def __str__(self) -> str:
        return f"{self.symbol} {self.date}"


class GammaCorrelation(models.Model):
    """What gamma decay promised for a day, and what the market then did."""

    timestamp = models.DateField()
    source = models.CharField(max_length=32)
    symbol = models.CharField(max_length=12)
    day_of_week = models.CharField(max_length=10, null=True, blank=True)  # noqa: DJ001 - missing is not empty here
    gamma_decay_pct = models.FloatField(null=True, blank=True)
    weekly_decay_pct = models.FloatField(null=True, blank=True)
    risk_level = models.CharField(max_length=20, null=True, blank=True)  # noqa: DJ001
    vix = models.FloatField(null=True, blank=True)
    today_total_gamma = models.FloatField(null=True, blank=True)
    tomorrow_total_gamma = models.FloatField(null=True, blank=True)
    expiring_gamma = models.FloatField(null=True, blank=True)
    next_day_open = models.FloatField(null=True, blank=True)
    next_day_close = models.FloatField(null=True, blank=True)
    next_day_high = models.FloatField(null=True, blank=True)
    next_day_low = models.FloatField(null=True, blank=True)
    actual_price_move_pct = models.FloatField(null=True, blank=True)
    actual_intraday_range_pct = models.FloatField(null=True, blank=True)
    actual_realized_vol = models.FloatField(null=True, blank=True)
    strategy_taken = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001
    pnl = models.FloatField(null=True, blank=True)
    pnl_pct = models.FloatField(null=True, blank=True)
    filled = models.BooleanField(default=False)
    notes = models.TextField(null=True, blank=True)  # noqa: DJ001

    class Meta:
        db_table = "gamma_correlation"
        constraints = [models.UniqueConstraint(fields=("source", "symbol", "timestamp"), name="gamma_correlation_once")]
        indexes = [models.Index(fields=("filled",), name="gamma_correlation_filled")]

    def __str__(self) -> str:
        return f"{self.symbol} {self.timestamp}"
