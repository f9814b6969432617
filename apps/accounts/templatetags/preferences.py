"""What a user chose, for templates of the frame."""

from typing import Any

from django import template
from django.contrib.auth.models import User

from apps.accounts.models import UserPreferences
from apps.accounts.services import preferences_of

register = template.Library()


@register.simple_tag(takes_context=True)
def pace(context: template.Context) -> str:
    """Return how often an open page takes what is new: live, 30, 60 or hand (static/js/pace.js)."""
    user: Any = getattr(context.get("request"), "user", None)
    return str(preferences_of(user).refresh) if isinstance(user, User) else UserPreferences.Refresh.LIVE.value
