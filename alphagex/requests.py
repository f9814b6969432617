"""What requests carry once the middleware has seen them, for views' annotations."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """A request that went through HtmxMiddleware."""

    htmx: HtmxDetails


class SignedInRequest(HtmxRequest):
    """A request behind the login: nobody else gets past the middleware."""

    user: User


def wants_fragment(request: HtmxRequest) -> bool:
    """Return whether htmx asked for a piece; boosted and history-restoring requests need the page."""
    return bool(request.htmx) and not (request.htmx.boosted or request.htmx.history_restore_request)
