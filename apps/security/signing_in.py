"""The way in: a right password opens the desk, or is kept for five minutes while the second factor is asked."""

from datetime import datetime, timedelta

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest

from alphagex import clock
from apps.security.audit import Action, record

BACKEND = "django.contrib.auth.backends.ModelBackend"
METHOD = "alphagex.login_method"  # in request.META, for the log
_WAITING, _GOOD_FOR = "second_step", timedelta(minutes=5)


def sign_in(request: HttpRequest, user: User, *, method: str) -> None:
    """Open the desk. method: by what, in the words of the log."""
    request.session.pop(_WAITING, None)
    request.session.set_expiry(None)
    request.META[METHOD] = method
    login(request, user, backend=BACKEND)


def wait_for_second_step(request: HttpRequest, user: User, *, then: str) -> None:
    """Remember who knew the password, and the address to go to. Nobody is logged in by this."""
    request.session.cycle_key()
    request.session.set_expiry(int(_GOOD_FOR.total_seconds()))
    request.session[_WAITING] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "then": then,
        "at": clock.utc_iso(clock.now()),
    }
    record(Action.PASSWORD_ACCEPTED, user, request=request)


def who_waits(request: HttpRequest) -> tuple[User, str] | None:
    """Return who has to show the second factor and where to go then; None without a password known lately."""
    waiting = request.session.get(_WAITING)
    if not waiting or clock.now() - datetime.fromisoformat(waiting["at"]) > _GOOD_FOR:
        return None
    user = User.objects.filter(pk=waiting["user"], is_active=True).first()
    # A password changed meanwhile takes back what the old one opened.
    if user is None or user.get_session_auth_hash() != waiting["hash"]:
        return None
    return user, str(waiting["then"])
