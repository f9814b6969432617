"""Notes when a session was last used, and refuses what no form of ours sends."""

from collections.abc import Callable
from datetime import timedelta

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase, QueryDict

from alphagex import clock
from apps.security.devices import agent_of, client_address
from apps.security.models import DeskSession
from apps.security.session_store import SessionStore

NOTED_EVERY = timedelta(minutes=5)


class NoNulMiddleware:
    """Refuses the character NUL, which the database cannot keep: else each field would have to say so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path or _has_nul(request.GET) or self._is_in_body(request):
            raise BadRequest("The character NUL cannot be kept.")
        return self.get_response(request)

    def _is_in_body(self, request: HttpRequest) -> bool:
        if request.path.startswith("/api/"):
            return False  # the API looks through its bodies itself, and says where it stands
        if request.content_type == "application/json":
            return b"\\u0000" in request.body
        return request.method == "POST" and _has_nul(request.POST)


def _has_nul(form: QueryDict) -> bool:
    return any("\x00" in value for name, values in form.lists() for value in (name, *values))


class LastSeenMiddleware:
    """At most once in five minutes, so that pages cost no write. Behind AuthenticationMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        session = request.session
        seen = session.last_seen_at if isinstance(session, SessionStore) else None
        if seen is not None and session.session_key and clock.now() - seen > NOTED_EVERY:
            DeskSession.objects.filter(session_key=session.session_key).update(
                last_seen_at=clock.now(), address=client_address(request), agent=agent_of(request)
            )
        return response
