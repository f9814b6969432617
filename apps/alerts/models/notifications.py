"""What a user is told in the page, and how."""

from django.conf import settings
from django.db import models


class NotificationSettings(models.Model):
    """How a user wants to be told. One row per user, made at first need; locking it orders the user's numbers."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="notification_settings"
    )
    is_on = models.BooleanField(default=True, help_text="Alert rules are checked.")
    sound = models.BooleanField(default=False)
    by_mail = models.BooleanField(default=False)
    email = models.EmailField(blank=True)
    quiet_from = models.TimeField(null=True, blank=True, help_text="New York time.")
    quiet_until = models.TimeField(null=True, blank=True, help_text="New York time; may be after midnight.")
    quiet_weekends = models.BooleanField(default=False)
    newest = models.PositiveBigIntegerField(default=0, editable=False, help_text="Number of the newest notification.")

    class Meta:
        db_table = "notification_settings"
        verbose_name_plural = "notification settings"

    def __str__(self) -> str:
        return f"notification settings of {self.user_id}"


class Notification(models.Model):
    """One message to one user. number: 1, 2, 3 ... within the user, in the order of commits.

    key: what it is about, so that the same thing is not told twice.
    """

    class Level(models.TextChoices):
        INFO = "info", "Information"
        SUCCESS = "success", "Success"
        WARNING = "warning", "Warning"
        ERROR = "error", "Alarm"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    number = models.PositiveBigIntegerField()
    key = models.CharField(max_length=120)
    level = models.CharField(max_length=7, choices=Level, default=Level.INFO)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "notifications"
        ordering = ("user_id", "-number")
        constraints = [
            models.UniqueConstraint(fields=("user", "number"), name="notifications_number"),
            # The key first: what is new among many is found by it.
            models.UniqueConstraint(fields=("key", "user"), name="notifications_told_once"),
        ]
        indexes = [
            models.Index(fields=("user",), condition=models.Q(read_at__isnull=True), name="notifications_unread")
        ]

    def __str__(self) -> str:
        return self.title
