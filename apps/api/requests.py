"""What an endpoint is handed: somebody is always logged in."""

from django.contrib.auth.models import User
from django.http import HttpRequest

from apps.api.models import ApiToken


class ApiRequest(HttpRequest):
    """A request of a session or of a token. token: None for a session."""

    user: User
    token: ApiToken | None
