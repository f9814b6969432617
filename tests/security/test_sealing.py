"""Secrets at rest: sealed for one purpose, opened under an earlier SECRET_KEY, moved to the new one."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django import Settings

from apps.alerts.channels import add_channel
from apps.alerts.models import Channel
from apps.alerts.sealing import unseal
from apps.security.authenticator import secret_of
from apps.security.models import AuthenticatorApp
from apps.security.sealing import Seal, SealBrokenError
from tests.moments import OPEN_MARKET


def test_what_is_sealed_for_one_purpose_opens_for_no_other() -> None:
    sealed = Seal("one").seal("secret")
    assert "secret" not in sealed
    assert Seal("one").unseal(sealed) == "secret"
    assert Seal("one").seal("secret") != sealed
    for broken in (sealed[:-4] + "AAA=", "", "nonsense"):
        with pytest.raises(SealBrokenError):
            Seal("one").unseal(broken)
    with pytest.raises(SealBrokenError):
        Seal("other").unseal(sealed)


def test_a_new_key_takes_over_from_the_old(trader: User, app: AuthenticatorApp, settings: Settings) -> None:
    channel = add_channel(trader, name="Phone", address="ntfys://a-secret-topic", at=OPEN_MARKET)
    secret, old = secret_of(app), settings.SECRET_KEY
    settings.SECRET_KEY = "the new key"
    with pytest.raises(SealBrokenError):
        secret_of(app)
    with pytest.raises(CommandError, match="2 secrets"):
        call_command("reseal", stdout=StringIO())
    settings.SECRET_KEY_FALLBACKS = [old]
    assert secret_of(app) == secret
    said = StringIO()
    call_command("reseal", stdout=said)
    assert "authenticator apps: 1 sealed anew, 0 cannot be opened" in said.getvalue()
    assert "channels: 1 sealed anew" in said.getvalue()
    settings.SECRET_KEY_FALLBACKS = []
    app.refresh_from_db()
    assert secret_of(app) == secret
    assert unseal(Channel.objects.get(pk=channel.pk).sealed_address) == "ntfys://a-secret-topic"
