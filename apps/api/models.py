"""Keys with which programs speak to the desk in a user's name."""

from datetime import datetime

from django.conf import settings
from django.db import models


class ApiToken(models.Model):
    """A bearer token. Only its digest is kept: whoever reads the table can use none of them."""

    class Scope(models.TextChoices):
        READ = "read", "Read"
        WRITE = "write", "Read and write"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60, help_text="What uses it, such as “notebook on the laptop”.")
    scope = models.CharField(max_length=5, choices=Scope, default=Scope.READ)
    prefix = models.CharField(max_length=12, help_text="How the token begins, to tell it from others.")
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 of 256 random bits.")
    key = models.CharField(max_length=40, help_text="Of the form it was made with, so that two clicks make one token.")
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="Written at most once a minute.")
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: never.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "api_tokens"
        ordering = ("-created_at", "-pk")
        constraints = [models.UniqueConstraint(fields=("user", "key"), name="api_token_once_per_form")]
        indexes = [models.Index(fields=("user", "-created_at"), name="api_tokens_of_user")]

    def is_valid(self, at: datetime) -> bool:
        """Return whether it opens anything at `at`: not revoked, not expired."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)

    @property
    def may_write(self) -> bool:
        return self.scope == self.Scope.WRITE

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
