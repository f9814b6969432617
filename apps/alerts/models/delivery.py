"""Where notifications go outside the page, and the outbox that takes them there."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.alerts.sealing import CHANNEL_SEAL
from apps.security.sealing import Seal


class Channel(models.Model):
    """One address of a user in any service Apprise speaks. The address holds secrets and is kept sealed."""

    SEALED: ClassVar[dict[str, Seal]] = {"sealed_address": CHANNEL_SEAL}

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notification_channels")
    name = models.CharField(max_length=40)
    service = models.CharField(max_length=60, help_text="Such as Telegram; never the address.")
    sealed_address = models.TextField(editable=False)
    is_on = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "notification_channels"
        ordering = ("owner_id", "name")
        constraints = [models.UniqueConstraint(fields=("owner", "name"), name="notification_channels_named_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.service})"


class Delivery(models.Model):
    """One notification on its way to one place: a channel, or the user's mail address where there is none.

    A worker takes it by moving it to SENDING until `taken_until`; one whose worker died is taken again after that.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        GIVEN_UP = "given_up", "Given up"

    notification = models.ForeignKey("alerts.Notification", models.CASCADE, related_name="deliveries")
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, blank=True, related_name="deliveries")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="Not before: quiet hours, or the pause after a failure.")
    attempts = models.PositiveIntegerField(default=0)
    taken_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True, help_text="Of the last attempt.")

    class Meta:
        db_table = "notification_deliveries"
        ordering = ("-pk",)
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=("due_at",), condition=Q(state__in=["waiting", "sending"]), name="deliveries_due")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("notification", "channel"), nulls_distinct=False, name="deliveries_once_per_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.notification_id} to {self.channel_id or 'mail'}: {self.state}"
