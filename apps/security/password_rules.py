"""What follows from a new password. Of AUTH_PASSWORD_VALIDATORS, whose members hear of every password set."""

from django.contrib.auth.models import User

from apps.security.audit import Action, record
from apps.security.sessions import end_all


class EndsOtherSessions:
    """Wants nothing of a password; once it is set, all sessions end but the one that set it, which gets a new key."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Accept."""

    def get_help_text(self) -> str:
        return "A new password ends all your other sessions."

    def password_changed(self, password: str, user: User | None = None) -> None:
        """End the sessions. The caller's request, if it has one, makes its own anew after this."""
        if user is not None and user.pk is not None:
            end_all(user)
            record(Action.PASSWORD_SET, user)
