"""Levels as they stood before a session, and what the session did to them."""

from django.db import models


class FrozenLevel(models.Model):
    """One level of a symbol, frozen before a session opens and scored once it is over.

    A trigger of the database keeps what was frozen, and the score once it is there, from ever being changed. Levels
    of each source stand apart; truth keeps simulated answers apart that came in the name of a real one.
    """

    class Kind(models.TextChoices):
        FLIP = "flip", "flip"
        CALL_WALL = "call_wall", "call wall"
        PUT_WALL = "put_wall", "put wall"
        EXPECTED_MOVE = "expected_move", "expected move to the close"
        DAILY_MOVE = "daily_move", "daily move of the 30-day volatility"

    class Prices(models.TextChoices):
        DAILY_BAR = "daily_bar", "daily bar"
        SNAPSHOTS = "snapshots", "the desk's own snapshots"

    class MoveOutcome(models.TextChoices):
        INSIDE = "inside", "inside"
        EXCEEDED = "exceeded", "exceeded intraday"
        CLOSED_OUTSIDE = "closed_outside", "closed outside"

    symbol = models.CharField(max_length=12)
    day = models.DateField(help_text="The session.")
    source = models.CharField(max_length=32)
    truth = models.CharField(max_length=10, help_text="live, delayed or simulated.")
    label = models.CharField(max_length=80)
    kind = models.CharField(max_length=16, choices=Kind)
    level = models.FloatField(null=True, blank=True, help_text="Points; empty for moves.")
    lower = models.FloatField(null=True, blank=True, help_text="Of a move.")
    upper = models.FloatField(null=True, blank=True, help_text="Of a move.")
    spot = models.FloatField(help_text="When it was frozen.")
    as_of = models.DateTimeField(help_text="The moment of the quotes it was computed from.")
    frozen_at = models.DateTimeField(help_text="The moment up to which anything known was taken.")

    scored_at = models.DateTimeField(null=True, blank=True)
    unscored_reason = models.CharField(max_length=200, blank=True)
    prices = models.CharField(max_length=12, choices=Prices, blank=True)
    open = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    low = models.FloatField(null=True, blank=True)
    close = models.FloatField(null=True, blank=True)
    touched = models.BooleanField(null=True, blank=True)
    held = models.BooleanField(null=True, blank=True)
    broken = models.BooleanField(null=True, blank=True)
    closed_beyond = models.BooleanField(null=True, blank=True)
    move_outcome = models.CharField(max_length=16, choices=MoveOutcome, blank=True)

    class Meta:
        db_table = "market_frozen_level"
        ordering = ("symbol", "-day", "kind")
        constraints = [
            models.UniqueConstraint(fields=("source", "symbol", "day", "kind"), name="frozen_level_once"),
            models.CheckConstraint(
                condition=models.Q(level__isnull=False, lower__isnull=True, upper__isnull=True)
                | models.Q(level__isnull=True, lower__isnull=False, upper__isnull=False),
                name="frozen_level_or_band",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} {self.day} {self.kind} {self.source}"
