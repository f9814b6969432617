"""The log of trade ideas: what was proposed, when, on which facts, and what was done with it."""

from django.conf import settings
from django.db import models


class TradeIdea(models.Model):
    """An idea somebody took up. It never changes afterwards: what came of it is kept by who took it.

    The columns of the old table `recommendations` keep their meaning: confidence in per cent, entry_price the spot at
    that moment, mm_behavior what dealers were said to do.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="trade_ideas")
    created_at = models.DateTimeField()
    taken_for = models.CharField(max_length=20, help_text="What it was handed to: log, size, paper, copilot.")
    origin = models.CharField(max_length=80)
    symbol = models.CharField(max_length=12)
    strategy = models.CharField(max_length=200)
    confidence = models.FloatField(null=True, blank=True)
    entry_price = models.DecimalField(max_digits=14, decimal_places=4, help_text="Spot when it was proposed.")
    as_of = models.DateTimeField(help_text="The market it was proposed on.")
    action = models.TextField(blank=True)
    reasoning = models.TextField(blank=True)
    mm_behavior = models.TextField(blank=True)
    terms = models.JSONField(help_text="Entry, target, stop, risk, size, expiration, legs and details as proposed.")

    class Meta:
        db_table = "recommendations"
        ordering = ("-created_at", "-pk")
        indexes = [models.Index(fields=("user", "-created_at"), name="idea_newest")]

    def __str__(self) -> str:
        return f"{self.symbol} {self.strategy} {self.created_at:%Y-%m-%d %H:%M}"
