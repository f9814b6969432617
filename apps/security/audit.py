"""Writing down what touched an account."""

from django.contrib.auth.models import User
from django.http import HttpRequest

from alphagex import clock
from apps.security.devices import agent_of, client_address
from apps.security.models import AuditEvent

Action = AuditEvent.Action


def record(action: Action, user: User | None, *, request: HttpRequest | None = None, detail: str = "") -> None:
    """Add a row. user: None for a name nobody has, which is not kept: people type passwords there.

    request: None for what is done on the machine of the desk.
    """
    AuditEvent.objects.create(
        user_id=user.pk if user else None,
        name=user.get_username() if user else "",
        action=action,
        detail=detail[:200],
        at=clock.now(),
        address=client_address(request),
        agent=agent_of(request),
    )
