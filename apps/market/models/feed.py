"""Whether and when a symbol is fetched."""

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
