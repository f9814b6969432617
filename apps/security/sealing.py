"""Secrets at rest: encrypted by keys that follow from SECRET_KEY, opened only to be used.

Each purpose has keys of its own, so that what was sealed for one cannot be opened as another's. What was sealed under a
key of SECRET_KEY_FALLBACKS still opens; `manage.py reseal` moves it to the present one.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class SealBrokenError(Exception):
    """A secret cannot be opened: it was sealed under a SECRET_KEY that is gone."""


class Seal:
    """Seals and opens the secrets of one purpose."""

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose

    def seal(self, text: str) -> str:
        """Return `text` encrypted."""
        return self._keys().encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """Return what was sealed. Raises SealBrokenError."""
        try:
            return self._keys().decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise SealBrokenError("This was sealed under another SECRET_KEY.") from error

    def reseal(self, sealed: str) -> str:
        """Return the same secret under the present key. Raises SealBrokenError."""
        try:
            return self._keys().rotate(sealed.encode()).decode()
        except InvalidToken as error:
            raise SealBrokenError("This was sealed under another SECRET_KEY.") from error

    def _keys(self) -> MultiFernet:
        return MultiFernet(
            [_fernet(secret, self.purpose) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
        )


@lru_cache(maxsize=16)
def _fernet(secret: str, purpose: str) -> Fernet:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
