"""One row per symbol and session: what stays of a day for good."""

from django.db import models


class DayFigures(models.Model):
    """The key figures of a session: price bar, net GEX and levels at its end. Gamma: USD per 1 % move.

    One row per source, so that a simulated day never stands among real ones. Written at each snapshot of the
    session, by the backfill where there were none, and final once the session is over and its last numbers are in.
    What the desk saw itself begins at first_as_of and ends at last_as_of; both are empty for a backfilled day.
    """

    symbol = models.CharField(max_length=12)
    day = models.DateField()
    source = models.CharField(max_length=32)
    truth = models.CharField(max_length=10, help_text="live, delayed, recorded or simulated.")
    label = models.CharField(max_length=80)
    open = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    high = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    low = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    close = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    net_gex_open = models.FloatField(null=True, blank=True)
    net_gex_high = models.FloatField(null=True, blank=True)
    net_gex_low = models.FloatField(null=True, blank=True)
    net_gex = models.FloatField(null=True, blank=True)
    gross_gex = models.FloatField(null=True, blank=True)
    flip_point = models.FloatField(null=True, blank=True)
    call_wall = models.FloatField(null=True, blank=True)
    put_wall = models.FloatField(null=True, blank=True)
    implied_volatility = models.FloatField(null=True, blank=True, help_text="At the money, fraction per year.")
    put_call_ratio = models.FloatField(null=True, blank=True, help_text="Of open interest.")
    rating = models.FloatField(null=True, blank=True, help_text="Trading Volatility's own, where it sends one.")
    gamma_formation = models.FloatField(null=True, blank=True, help_text="Trading Volatility's own.")
    std_levels = models.JSONField(
        null=True, blank=True, help_text="Levels the source sent: std_1_pos, std_1_neg, std_7_pos, std_7_neg."
    )
    snapshots = models.PositiveIntegerField(default=0)
    first_as_of = models.DateTimeField(null=True, blank=True, help_text="Quotes of the first snapshot seen.")
    last_as_of = models.DateTimeField(null=True, blank=True, help_text="Quotes of the last snapshot seen.")
    is_final = models.BooleanField(default=False)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "market_day"
        ordering = ("symbol", "-day")
        verbose_name_plural = "day figures"
        constraints = [models.UniqueConstraint(fields=("symbol", "source", "day"), name="market_day_once")]

    def __str__(self) -> str:
        return f"{self.symbol} {self.day} {self.source}"


class Duty(models.Model):
    """One run of something that is to be done once per slot (a session's close, a quarter of an hour ...).

    The unique row is the claim: whoever inserts it does the work, a doubled or late tick finds it taken. What failed,
    still waits for its material, or was left by a worker that died is taken up again by the first tick after retry_at.
    """

    name = models.CharField(max_length=40)
    slot = models.DateTimeField(help_text="The moment it was due.")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=1, help_text="Runs begun; one that only waited does not count.")
    retry_at = models.DateTimeField(null=True, blank=True, help_text="Free to be taken again from here; empty: never.")
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "market_duty"
        ordering = ("-slot", "name")
        verbose_name_plural = "duties"
        constraints = [models.UniqueConstraint(fields=("name", "slot"), name="duty_once_per_slot")]

    def __str__(self) -> str:
        return f"{self.name} {self.slot:%Y-%m-%d %H:%M}"
