"""What a user chose."""

from django.conf import settings
from django.db import models


class UserPreferences(models.Model):
    """One row per user, made at first need."""

    class Theme(models.TextChoices):
        DARK = "dark", "Dark"
        LIGHT = "light", "Light"
        SYSTEM = "system", "Like the system"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="preferences")
    theme = models.CharField(max_length=6, choices=Theme, default=Theme.DARK)
    symbol = models.CharField(max_length=12, default="SPX", help_text="Shown first after login.")

    class Meta:
        db_table = "user_preferences"
        verbose_name_plural = "user preferences"

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"
