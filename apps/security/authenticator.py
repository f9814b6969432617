"""Authenticator apps: codes of six digits that follow from a shared secret and the half minute (RFC 6238)."""

import base64
import secrets

import segno
from cryptography.hazmat.primitives import constant_time
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.contrib.auth.models import User

from alphagex import clock
from apps.security.models import AUTHENTICATOR_SEAL, AuthenticatorApp

STEP_SECONDS = 30
_SECRET_BYTES = 20
# Clocks of phones are off by a few seconds: the half minutes before and after count too.
_TOLERANCE = (-1, 0, 1)


def begin(user: User) -> AuthenticatorApp:
    """Make a new secret for an app that is not confirmed yet; a confirmed one is left as it is."""
    sealed = AUTHENTICATOR_SEAL.seal(base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode())
    app, is_new = AuthenticatorApp.objects.get_or_create(
        user=user, defaults={"sealed_secret": sealed, "started_at": clock.now()}
    )
    if not is_new and app.confirmed_at is None:
        app.sealed_secret, app.started_at, app.last_step = sealed, clock.now(), 0
        app.save()
    return app


def secret_of(app: AuthenticatorApp) -> str:
    """Return the secret in base32, to be typed by whoever cannot scan. Raises SealBrokenError."""
    return AUTHENTICATOR_SEAL.unseal(app.sealed_secret)


def qr_code(app: AuthenticatorApp) -> str:
    """Return the picture to scan as a data: address. Raises SealBrokenError."""
    address = _totp(app).get_provisioning_uri(app.user.get_username(), "AlphaGEX")
    return segno.make(address, error="m").svg_data_uri(scale=5, border=3, dark="#0a0e17", light="#ffffff")


def accepts(app: AuthenticatorApp, code: str) -> bool:
    """Return whether `code` is one of now that was not used before, and note its use. The user's row is locked.

    Raises SealBrokenError.
    """
    totp, now = _totp(app), int(clock.now().timestamp()) // STEP_SECONDS
    for step in (now + offset for offset in _TOLERANCE):
        right = totp.generate(step * STEP_SECONDS)
        if step > app.last_step and constant_time.bytes_eq(right, code.encode()):
            app.last_step = step
            app.save(update_fields=["last_step"])
            return True
    return False


def _totp(app: AuthenticatorApp) -> TOTP:
    # The hash every app knows; what is known against SHA-1 does not touch HMAC.
    return TOTP(base64.b32decode(secret_of(app)), 6, SHA1(), STEP_SECONDS)  # noqa: S303
