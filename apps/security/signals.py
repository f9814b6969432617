"""Django and axes say who came in, who went and who failed; it is written down here."""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from alphagex import clock
from apps.security.audit import Action, record
from apps.security.devices import agent_of, client_address
from apps.security.limits import WITHIN
from apps.security.models import AuditEvent
from apps.security.session_store import DEVICE
from apps.security.signing_in import METHOD


@receiver(user_logged_in)
def came_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    request.session[DEVICE] = {
        "address": client_address(request),
        "agent": agent_of(request),
        "began_at": clock.utc_iso(clock.now()),
    }
    record(Action.LOGGED_IN, user, request=request, detail=request.META.get(METHOD, "password"))


@receiver(user_logged_out)
def went(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record(Action.LOGGED_OUT, user, request=request)


@receiver(user_login_failed)
def failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    if not getattr(request, "axes_locked_out", False):  # a locked name is told of once, below
        record(Action.LOGIN_FAILED, _known(credentials.get("username")), request=request)


@receiver(user_locked_out)
def locked_out(sender: Any, request: HttpRequest, username: str, **kwargs: Any) -> None:
    user, lately = _known(username), clock.now() - WITHIN
    told = AuditEvent.objects.filter(action=Action.LOCKED_OUT, at__gt=lately, address=client_address(request))
    if not told.filter(user=user).exists():
        record(Action.LOCKED_OUT, user, request=request)


def _known(username: str | None) -> User | None:
    return User.objects.filter(username=username).first() if username and "\x00" not in username else None
