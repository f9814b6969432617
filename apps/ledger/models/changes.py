"""Who changed what in the ledger, and when."""

from django.conf import settings
from django.db import models

from apps.ledger.models.accounts import Account
from apps.ledger.models.positions import Position


class Change(models.Model):
    """One change, as it was before and after. Only ever added."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="changes")
    position = models.ForeignKey(Position, models.PROTECT, null=True, blank=True, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: the desk."
    )
    action = models.CharField(max_length=30, help_text="opened, closed, edited, reset ...")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        db_table = "ledger_change"
        ordering = ("-pk",)
        indexes = [models.Index(fields=("account", "-at"), name="ledger_changes_newest")]

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d %H:%M:%S}"
