"""Make, find and revoke tokens.

A token is 256 random bits, so its digest is a plain SHA-256: a slow hash protects what people choose and others can
guess, and here it would only make every request slow. Nobody finds 256 random bits by trying, however fast the hash.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from apps.api.models import ApiToken
from apps.security.audit import Action, record

BEGINS = "agx_"  # scanners of source code know by it what was committed by mistake
SHOWN = 12
MOST_PER_USER = 50
NOTED_EVERY = timedelta(minutes=1)


class TooManyTokensError(ValueError):
    """A user has as many working tokens as one may have."""


class BadTokenError(ValueError):
    """A token that opens nothing. The message says why: unknown, expired or revoked."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """What came of making a token. secret: shown once, kept nowhere; empty where the same form made it before."""

    token: ApiToken
    secret: str


@transaction.atomic
def make_token(
    user: User,
    *,
    name: str,
    scope: ApiToken.Scope,
    lasts: timedelta | None,
    key: str,
    at: datetime,
    request: HttpRequest | None = None,
) -> NewToken:
    """Make a token and write it down in the user's log. lasts: None for ever. Raises TooManyTokensError."""
    User.objects.select_for_update().get(pk=user.pk)
    if (known := ApiToken.objects.filter(user=user, key=key).first()) is not None:
        return NewToken(known, "")
    if working(user, at=at).count() >= MOST_PER_USER:
        raise TooManyTokensError(f"{MOST_PER_USER} tokens work already. Revoke one first.")
    secret = BEGINS + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        scope=scope,
        prefix=secret[:SHOWN],
        digest=digest_of(secret),
        key=key,
        created_at=at,
        expires_at=at + lasts if lasts else None,
    )
    record(Action.TOKEN_MADE, user, request=request, detail=f"{name}, {token.get_scope_display().lower()}")
    return NewToken(token, secret)


@transaction.atomic
def revoke(token: ApiToken, *, at: datetime, request: HttpRequest | None = None) -> bool:
    """Revoke a token; False if it was revoked already."""
    changed = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)
    if changed:
        record(Action.TOKEN_REVOKED, token.user, request=request, detail=token.name)
    return bool(changed)


def working(user: User, *, at: datetime) -> QuerySet[ApiToken]:
    """Return a user's tokens that open something at `at`."""
    return ApiToken.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), user=user, revoked_at=None)


def token_of(secret: str, *, at: datetime) -> ApiToken:
    """Return the working token `secret` is, with its user, and note that it was used. Raises BadTokenError."""
    found = ApiToken.objects.select_related("user", "user__preferences").filter(digest=digest_of(secret)).first()
    if found is None or not found.user.is_active:
        raise BadTokenError("The token is not known. Make one under Settings, API tokens.")
    if found.revoked_at is not None:
        raise BadTokenError("The token is revoked.")
    if not found.is_valid(at):
        raise BadTokenError("The token has expired.")
    if found.last_used_at is None or at - found.last_used_at >= NOTED_EVERY:
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=at)
    return found


def still_working(numbers: list[int], *, at: datetime) -> set[int]:
    """Return which tokens, by key, still open something: asked for what stays open long."""
    found = ApiToken.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), pk__in=numbers, revoked_at=None)
    return set(found.filter(user__is_active=True).values_list("pk", flat=True))


def digest_of(secret: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
