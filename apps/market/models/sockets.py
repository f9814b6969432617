"""Who is connected."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class WebsocketSubscription(models.Model):
    """One open socket: whose, on which process, watching what. Rows of a dead process age out by `seen_at`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="websocket_subscriptions")
    process = models.CharField(max_length=80)
    path = models.CharField(max_length=80)
    message_format = models.CharField(max_length=4)
    symbols = ArrayField(models.CharField(max_length=12), default=list)
    topics = ArrayField(models.CharField(max_length=20), default=list)
    connected_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "websocket_subscriptions"
        ordering = ("-connected_at",)
        indexes = [models.Index(fields=("process",), name="websocket_process")]

    def __str__(self) -> str:
        return f"{self.user_id} {' '.join(self.symbols)}"
