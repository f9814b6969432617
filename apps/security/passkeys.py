"""Passkeys (WebAuthn): added in the settings, used as a second factor or, where they verify their user, alone.

A challenge lives in the session, for one purpose, one answer and five minutes.
"""

import json
from datetime import datetime, timedelta
from typing import Any

import webauthn
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from alphagex import clock
from apps.security.models import Passkey

MOST = 10
_CHALLENGE, _GOOD_FOR = "passkey_challenge", timedelta(minutes=5)
_TRANSPORTS = {transport.value for transport in AuthenticatorTransport}
ADD, LOGIN, SECOND_STEP = "add", "login", "second step"


class PasskeyError(ValueError):
    """A passkey that is not taken. The message says why."""


def host_of(request: HttpRequest) -> str:
    """Return the name passkeys are bound to: the host without its port."""
    return request.get_host().rsplit(":", 1)[0] if not request.get_host().endswith("]") else request.get_host()


def why_not_here(request: HttpRequest) -> str:
    """Return why passkeys cannot work at this address, "" where they can: browsers want a name, not a number."""
    host = host_of(request).strip("[]")
    try:
        validate_ipv46_address(host)
    except ValidationError:
        return "" if request.is_secure() or host == "localhost" else "Passkeys need HTTPS, or the address localhost."
    return "Passkeys are bound to a name: open the desk as localhost or by its domain, not by an IP address."


def options_to_add(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return what the browser needs to make a passkey for `user`."""
    options = webauthn.generate_registration_options(
        rp_id=host_of(request),
        rp_name="AlphaGEX",
        user_name=user.get_username(),
        user_id=_handle(user),
        exclude_credentials=_descriptors(user),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    _keep_challenge(request, options.challenge, ADD)
    return dict(json.loads(webauthn.options_to_json(options)))


def options_to_sign(request: HttpRequest, user: User | None) -> dict[str, Any]:
    """Return what the browser needs to answer with a passkey. user: None for a login by the passkey alone."""
    options = webauthn.generate_authentication_options(
        rp_id=host_of(request),
        allow_credentials=_descriptors(user) if user else None,
        user_verification=UserVerificationRequirement.PREFERRED if user else UserVerificationRequirement.REQUIRED,
    )
    _keep_challenge(request, options.challenge, SECOND_STEP if user else LOGIN)
    return dict(json.loads(webauthn.options_to_json(options)))


def add(request: HttpRequest, user: User, *, name: str, credential: dict[str, Any]) -> Passkey:
    """Keep a passkey the browser has made. Raises PasskeyError."""
    challenge = _take_challenge(request, ADD)
    try:
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=host_of(request),
            expected_origin=_origin(request),
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise PasskeyError("The browser's answer does not fit. Try again.") from error
    response = credential.get("response")
    stated = response.get("transports") if isinstance(response, dict) else None
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if Passkey.objects.filter(user=user).count() >= MOST:
            raise PasskeyError(f"{MOST} passkeys are enough. Remove one first.")
        try:
            with transaction.atomic():
                return Passkey.objects.create(
                    user=user,
                    name=name,
                    credential_id=verified.credential_id,
                    public_key=verified.credential_public_key,
                    sign_count=verified.sign_count,
                    transports=[one for one in stated if one in _TRANSPORTS] if isinstance(stated, list) else [],
                    added_at=clock.now(),
                )
        except IntegrityError as error:
            raise PasskeyError("This passkey is here already.") from error


def signed_by(request: HttpRequest, credential: dict[str, Any], user: User | None) -> Passkey:
    """Return the passkey that answered rightly. user: whose it must be; None: anybody's who is let in by it alone.

    Raises PasskeyError.
    """
    challenge = _take_challenge(request, SECOND_STEP if user else LOGIN)
    try:
        credential_id = base64url_to_bytes(str(credential.get("id", "")))
    except ValueError as error:
        raise PasskeyError("The browser's answer does not fit. Try again.") from error
    with transaction.atomic():
        # Locked: the count of uses is compared and kept in one.
        found = Passkey.objects.select_for_update().filter(credential_id=credential_id).first()
        if found is None or (user is not None and found.user_id != user.pk):
            raise PasskeyError("The desk does not know this passkey.")
        try:
            verified = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=host_of(request),
                expected_origin=_origin(request),
                credential_public_key=bytes(found.public_key),
                credential_current_sign_count=found.sign_count,
                require_user_verification=user is None,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError) as error:
            raise PasskeyError("The passkey's answer does not fit. Try again.") from error
        found.sign_count, found.last_used_at = verified.new_sign_count, clock.now()
        found.save(update_fields=["sign_count", "last_used_at"])
    return found


def _handle(user: User) -> bytes:
    return f"alphagex user {user.pk}".encode()


def _origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=bytes(passkey.credential_id), transports=[AuthenticatorTransport(one) for one in passkey.transports]
        )
        for passkey in Passkey.objects.filter(user=user)
    ]


def _keep_challenge(request: HttpRequest, challenge: bytes, purpose: str) -> None:
    request.session[_CHALLENGE] = {
        "challenge": bytes_to_base64url(challenge),
        "purpose": purpose,
        "at": clock.utc_iso(clock.now()),
    }


def _take_challenge(request: HttpRequest, purpose: str) -> bytes:
    """Return the challenge of this session, once. Raises PasskeyError."""
    kept = request.session.pop(_CHALLENGE, None)
    if not kept or kept["purpose"] != purpose or clock.now() - datetime.fromisoformat(kept["at"]) > _GOOD_FOR:
        raise PasskeyError("That took too long. Try again.")
    return base64url_to_bytes(kept["challenge"])
