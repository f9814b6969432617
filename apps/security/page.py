"""What the security page shows."""

from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest

from apps.accounts.settings_tabs import settings_tabs
from apps.security import factors, passkeys, recovery
from apps.security.forms import PasskeyForm, PasswordForm
from apps.security.log import log_of
from apps.security.models import Passkey
from apps.security.sessions import sessions_of

_NEWEST = 8


def page_of(request: HttpRequest, user: User, **wrong: Any) -> dict[str, Any]:
    """Return the context. wrong: a form that failed, in place of the fresh one: app_form, codes_form, passkey_form;
    or removing, the number of the passkey whose removing_form failed."""
    app = factors.confirmed_app(user)
    kept = list(Passkey.objects.filter(user=user))
    return {
        "tabs": settings_tabs("security"),
        "app": app,
        "passkeys": kept,
        "is_on": app is not None or bool(kept),
        "codes_left": recovery.codes_left(user),
        "codes_in_all": recovery.HOW_MANY,
        "why_no_passkey": passkeys.why_not_here(request),
        "sessions": sessions_of(user, current=request.session.session_key),
        "log": log_of(user, size=_NEWEST),
        "password_rules": password_validators_help_texts(),
        "app_form": PasswordForm(auto_id="app_%s"),
        "codes_form": PasswordForm(auto_id="codes_%s"),
        "passkey_form": PasskeyForm(auto_id="passkey_%s"),
        "removing_form": PasswordForm(auto_id="removing_%s"),
        **wrong,
    }
