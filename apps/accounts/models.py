"""What a user chose."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class UserPreferences(models.Model):
    """One row per user, made at first need."""

    class Theme(models.TextChoices):
        DARK = "dark", "Dark"
        LIGHT = "light", "Light"
        SYSTEM = "system", "Like the system"

    class Refresh(models.TextChoices):
        LIVE = "live", "Live, as data comes"
        EVERY_30 = "30", "At most every 30 seconds"
        EVERY_60 = "60", "At most every 60 seconds"
        BY_HAND = "hand", "Only by hand"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="preferences")
    theme = models.CharField(max_length=6, choices=Theme, default=Theme.DARK)
    symbol = models.CharField(max_length=12, default="SPX", help_text="Shown first after login.")
    account_size = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        default=Decimal(50_000),
        validators=[MinValueValidator(1_000), MaxValueValidator(10_000_000)],
        help_text="US dollars; positions are sized by it.",
    )
    risk_percent = models.DecimalField(
        max_digits=3,
        decimal_places=1,
        default=Decimal(2),
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(5)],
        help_text="Of the account, for one trade.",
    )
    refresh = models.CharField(
        max_length=4, choices=Refresh, default=Refresh.LIVE, help_text="How often an open page takes what is new."
    )
    sections = models.JSONField(
        default=dict, blank=True, help_text='By page: {"order": [ids], "hidden": [ids]}; apps/accounts/sections.py.'
    )

    class Meta:
        db_table = "user_preferences"
        verbose_name_plural = "user preferences"

    @property
    def max_risk(self) -> Decimal:
        """US dollars at risk in one trade (E-16): account size by risk."""
        return self.account_size * self.risk_percent / 100

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"
