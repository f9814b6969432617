"""What was fetched besides chains: the newest answer to each question."""

from django.db import models


class MarketData(models.Model):
    """The newest answer to one question at one source, and what went wrong since. Redis stands in front of it.

    A failed refresh leaves the answer alone and notes the error: an old number with a reason beats none.
    """

    source = models.CharField(max_length=32, help_text="Who answered; answers of different sources never mix.")
    kind = models.CharField(max_length=32)
    symbol = models.CharField(max_length=12)
    detail = models.CharField(max_length=40, blank=True, help_text="Expiration, period ...; what the kind needs.")
    payload = models.JSONField(null=True, blank=True)
    truth = models.CharField(max_length=10, blank=True, help_text="live, delayed, recorded or simulated.")
    label = models.CharField(max_length=80, blank=True)
    as_of = models.DateTimeField(null=True, blank=True, help_text="The moment the answer is of.")
    fetched_at = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    consecutive_failures = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True, help_text="After a failure: not asked again before.")

    class Meta:
        db_table = "market_data_cache"
        ordering = ("source", "kind", "symbol", "detail")
        verbose_name_plural = "market data"
        constraints = [
            models.UniqueConstraint(fields=("source", "kind", "symbol", "detail"), name="market_data_question_once")
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.source, self.kind, self.symbol, self.detail) if part)
