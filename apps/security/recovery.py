"""Recovery codes: shown once, kept as digests, each good for one login."""

import base64
import secrets
from hashlib import sha256

from django.contrib.auth.models import User
from django.db import transaction

from alphagex import clock
from apps.security.models import RecoveryCode

HOW_MANY = 10
_BYTES = 10


@transaction.atomic
def make_codes(user: User) -> list[str]:
    """Return new codes such as "ABCD-EFGH-IJKL-MNOP"; the old ones are worthless from now on."""
    User.objects.select_for_update().get(pk=user.pk)
    RecoveryCode.objects.filter(user=user).delete()
    codes = [base64.b32encode(secrets.token_bytes(_BYTES)).decode() for _ in range(HOW_MANY)]
    at = clock.now()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(code), made_at=at) for code in codes)
    return ["-".join(code[place : place + 4] for place in range(0, len(code), 4)) for code in codes]


def use_code(user: User, typed: str) -> bool:
    """Return whether `typed` is an unused code, and use it up."""
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(typed), used_at__isnull=True)
    return unused.update(used_at=clock.now()) == 1


def codes_left(user: User) -> int:
    """Return how many codes are unused."""
    return RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()


def _digest(code: str) -> str:
    """80 random bits need no slow hash: nobody can try them all."""
    plain = "".join(code.upper().split()).replace("-", "")
    return sha256(plain.encode()).hexdigest()
