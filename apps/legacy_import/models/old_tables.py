"""Old tables that no feature of the desk writes, under their old names."""

from django.conf import settings
from django.db import models


class GexHistory(models.Model):
    """Levels of a symbol at a moment. Net GEX: USD per 1 % move."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", help_text="Who imported it.")
    timestamp = models.DateTimeField(null=True, blank=True)
    symbol = models.TextField(null=True, blank=True)  # noqa: DJ001 - missing is not empty here
    net_gex = models.FloatField(null=True, blank=True)
    flip_point = models.FloatField(null=True, blank=True)
    call_wall = models.FloatField(null=True, blank=True)
    put_wall = models.FloatField(null=True, blank=True)
    spot_price = models.FloatField(null=True, blank=True)
    mm_state = models.TextField(null=True, blank=True)  # noqa: DJ001
    regime = models.TextField(null=True, blank=True)  # noqa: DJ001
    data_source = models.TextField(null=True, blank=True)  # noqa: DJ001

    class Meta:
        db_table = "gex_history"
        ordering = ("-timestamp", "-pk")
        verbose_name_plural = "GEX history"
        indexes = [models.Index(fields=("symbol", "timestamp"), name="gex_history_symbol_time")]

    def __str__(self) -> str:
        return f"{self.symbol} {self.timestamp}"


class Performance(models.Model):
    """A summary of closed trades as of a day. The old program made the table and never wrote to it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    date = models.DateField(null=True, blank=True)
    total_trades = models.IntegerField(null=True, blank=True)
    winning_trades = models.IntegerField(null=True, blank=True)
    losing_trades = models.IntegerField(null=True, blank=True)
    total_pnl = models.FloatField(null=True, blank=True)
    win_rate = models.FloatField(null=True, blank=True, help_text="Per cent.")
    avg_winner = models.FloatField(null=True, blank=True)
    avg_loser = models.FloatField(null=True, blank=True)
    sharpe_ratio = models.FloatField(null=True, blank=True)
    max_drawdown = models.FloatField(null=True, blank=True)

    class Meta:
        db_table = "performance"
        ordering = ("-date", "-pk")
        verbose_name_plural = "performance"

    def __str__(self) -> str:
        return f"{self.date}"
