"""Second factors of a user as one: whether one is wanted at login, and whether what was typed is right."""

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from apps.security import authenticator, recovery
from apps.security.audit import Action, record
from apps.security.limits import lock_and_count
from apps.security.models import AuthenticatorApp, Passkey, RecoveryCode


def confirmed_app(user: User) -> AuthenticatorApp | None:
    """Return the user's authenticator app, None without one."""
    return AuthenticatorApp.objects.filter(user=user, confirmed_at__isnull=False).first()


def wants_second_step(user: User) -> bool:
    """Return whether the password alone does not open the desk."""
    return confirmed_app(user) is not None or Passkey.objects.filter(user=user).exists()


def check_code(user: User, typed: str, *, request: HttpRequest) -> str | None:
    """Return what was typed, "authenticator app" or "recovery code", None when it is wrong, which is counted.

    Raises TooManyFailuresError, and SealBrokenError when the app's secret cannot be opened.
    """
    code = "".join(typed.split())
    with transaction.atomic():
        lock_and_count(user, Action.FACTOR_FAILED)
        app = confirmed_app(user)
        if app is not None and code.isdecimal() and authenticator.accepts(app, code):
            return "authenticator app"
        if recovery.use_code(user, code):
            record(Action.CODE_USED, user, request=request, detail=f"{recovery.codes_left(user)} left")
            return "recovery code"
        record(Action.FACTOR_FAILED, user, request=request)
    return None


@transaction.atomic
def forget_all(user: User) -> int:
    """Remove every second factor; return how many there were. For whoever has the machine of the desk."""
    apps, passkeys = AuthenticatorApp.objects.filter(user=user), Passkey.objects.filter(user=user)
    removed = apps.count() + passkeys.count()
    for rows in (apps, passkeys, RecoveryCode.objects.filter(user=user)):
        rows.delete()
    record(Action.FACTORS_RESET, user, detail=f"{removed} removed")
    return removed


def drop_codes_without_factor(user: User) -> None:
    """Remove recovery codes that stand in for nothing any more."""
    if not wants_second_step(user):
        RecoveryCode.objects.filter(user=user).delete()
