"""Second factors, sessions that know their device, and the log of what touched an account."""

from typing import ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from apps.security.sealing import Seal

AUTHENTICATOR_SEAL = Seal("alphagex authenticator apps")


class DeskSession(AbstractBaseSession):
    """A session of Django's that also says whose it is, where it came from and when it was last used."""

    # Of a user who is gone it opens nothing and runs out; nobody needs to be shown its key to delete them.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, related_name="desk_sessions"
    )
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=300, blank=True, help_text="What the browser calls itself.")
    began_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        db_table = "desk_sessions"
        ordering = ("-last_seen_at",)

    @classmethod
    def get_session_store_class(cls):  # type: ignore[no-untyped-def]
        from apps.security.session_store import SessionStore

        return SessionStore

    def __str__(self) -> str:
        return f"session of {self.user_id}"


class AuthenticatorApp(models.Model):
    """The shared secret of a user's authenticator app; a factor from `confirmed_at` on."""

    SEALED: ClassVar[dict[str, Seal]] = {"sealed_secret": AUTHENTICATOR_SEAL}

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="authenticator_app"
    )
    sealed_secret = models.TextField(editable=False, help_text="Base32, sealed.")
    last_step = models.BigIntegerField(
        default=0, help_text="The newest 30 seconds whose code was used: none is taken twice."
    )
    started_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "authenticator_apps"

    def __str__(self) -> str:
        return f"authenticator app of {self.user_id}"


class RecoveryCode(models.Model):
    """A code that stands in once for a lost factor. Only its digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, help_text="SHA-256 of 80 random bits.")
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "recovery_codes"
        constraints = [models.UniqueConstraint(fields=("user", "digest"), name="recovery_codes_once")]

    def __str__(self) -> str:
        return f"recovery code of {self.user_id}"


class Passkey(models.Model):
    """A WebAuthn credential: a second factor, or by itself a login."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60)
    credential_id = models.BinaryField(max_length=1023, unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    transports = models.JSONField(default=list)
    added_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "passkeys"
        ordering = ("added_at",)

    def __str__(self) -> str:
        return f"{self.name} of {self.user_id}"


class AuditEvent(models.Model):
    """One thing that touched an account. Only ever added: the database refuses anything else.

    The user is kept as a number and a name, so that the log outlives the account.
    """

    class Action(models.TextChoices):
        LOGGED_IN = "logged_in", "Logged in"
        LOGGED_OUT = "logged_out", "Logged out"
        LOGIN_FAILED = "login_failed", "Login failed"
        LOCKED_OUT = "locked_out", "Login locked"
        PASSWORD_ACCEPTED = "password_accepted", "Password accepted, second factor asked"
        FACTOR_FAILED = "factor_failed", "Second factor failed"
        PASSWORD_REFUSED = "password_refused", "Password refused in settings"
        PASSWORD_SET = "password_set", "Password set"
        APP_ADDED = "app_added", "Authenticator app added"
        APP_REMOVED = "app_removed", "Authenticator app removed"
        PASSKEY_ADDED = "passkey_added", "Passkey added"
        PASSKEY_REMOVED = "passkey_removed", "Passkey removed"
        CODES_MADE = "codes_made", "Recovery codes made"
        CODE_USED = "code_used", "Recovery code used"
        FACTORS_RESET = "factors_reset", "Second factors reset on the server"
        SESSION_ENDED = "session_ended", "Session ended"
        SESSIONS_ENDED = "sessions_ended", "Other sessions ended"
        TOKEN_MADE = "token_made", "API token made"
        TOKEN_REVOKED = "token_revoked", "API token revoked"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    name = models.CharField(max_length=150, blank=True, help_text="The user's name then; empty for a name nobody has.")
    action = models.CharField(max_length=20, choices=Action)
    detail = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "audit_events"
        ordering = ("-at", "-pk")
        indexes = [models.Index(fields=("user", "-at"), name="audit_events_of_user")]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.name}"
