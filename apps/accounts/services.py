"""Users and what they chose."""

import secrets
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import transaction

from apps.accounts.models import UserPreferences

OWNER = "owner"


@dataclass(frozen=True, slots=True)
class SeededOwner:
    """What seeding did. new_password: to be shown once, None when nothing was generated."""

    user: User
    is_new: bool
    new_password: str | None


def preferences_of(user: AbstractBaseUser | AnonymousUser) -> UserPreferences:
    """Return the user's row, asked for once per user object, or unsaved defaults for someone who has none yet."""
    if not isinstance(user, User) or user.pk is None:
        return UserPreferences()
    try:
        return user.preferences
    except UserPreferences.DoesNotExist:
        defaults = UserPreferences(user_id=user.pk)
        UserPreferences.user.field.remote_field.set_cached_value(user, defaults)
        return defaults


def set_theme(user: User, *, theme: str) -> None:
    """Keep the theme."""
    UserPreferences.objects.update_or_create(user=user, defaults={"theme": theme})


def set_symbol(user: User, *, symbol: str) -> None:
    """Keep the symbol that is shown first after login."""
    UserPreferences.objects.update_or_create(user=user, defaults={"symbol": symbol})


@transaction.atomic
def seed_owner(*, password: str) -> SeededOwner:
    """Make the owner's account. `password` (of the environment, may be empty) also replaces a later one.

    An owner that exists keeps the password unless one is given: changing the setting is how a lost one is replaced.
    """
    user, is_new = get_user_model().objects.get_or_create(
        username=OWNER, defaults={"is_staff": True, "is_superuser": True}
    )
    generated = secrets.token_urlsafe(12) if is_new and not password else None
    wanted = password or generated
    if wanted and not user.check_password(wanted):
        user.set_password(wanted)
        user.save(update_fields=["password"])
    UserPreferences.objects.get_or_create(user=user)
    return SeededOwner(user, is_new, generated)
