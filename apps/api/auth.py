"""Who asks: a bearer token, or the session of a logged-in browser with its CSRF token."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth
from ninja.utils import check_csrf

from alphagex import clock
from apps.api import limits
from apps.api.problems import Problem
from apps.api.tokens import BadTokenError, token_of

READING = ("GET", "HEAD", "OPTIONS")
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="AlphaGEX"'}


class TokenAuth(HttpBearer):
    """`Authorization: Bearer agx_...`. A header that is there decides: a bad token is never made good by a cookie."""

    def __call__(self, request: HttpRequest) -> User | None:
        header = request.headers.get("Authorization", "").strip()
        if not header:
            return None
        scheme, _, secret = header.partition(" ")
        if scheme.lower() != "bearer":
            raise unauthorized("Send the token as “Authorization: Bearer …”.")
        return self.authenticate(request, secret.strip())

    def authenticate(self, request: HttpRequest, token: str) -> User:
        """Return the token's user. Raises Problem: 401 bad token, 403 wrong scope, 429 too often."""
        try:
            found = token_of(token, at=clock.now())
        except BadTokenError as error:
            raise unauthorized(str(error)) from error
        if request.method not in READING and not found.may_write:
            raise Problem(403, "This token may only read", "Make one that may read and write under Settings.")
        request.user = found.user
        request.token = found  # type: ignore[attr-defined]
        count(request, found.user)
        return found.user


class BrowserAuth(SessionAuth):
    """The session cookie; what changes something also needs the header X-CSRFToken."""

    def __call__(self, request: HttpRequest) -> User | None:
        user = request.user
        if not user.is_authenticated:
            return None
        if request.method not in READING and check_csrf(request) is not None:
            said = "Send the header X-CSRFToken, or a bearer token instead of a session."
            raise Problem(403, "CSRF token missing or wrong", said)
        request.token = None  # type: ignore[attr-defined]
        count(request, user)
        return user


def unauthorized(detail: str) -> Problem:
    """Return the answer for somebody nobody knows."""
    return Problem(401, "Not logged in", detail, headers=_CHALLENGE)


def count(request: HttpRequest, user: User) -> None:
    """Count the request. Raises Problem 429."""
    try:
        limits.take(user.pk, is_write=request.method not in READING)
    except limits.TooOftenError as error:
        raise Problem(429, "Too many requests", str(error), headers={"Retry-After": str(error.seconds)}) from error
