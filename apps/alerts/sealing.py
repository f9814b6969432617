"""Addresses of channels hold tokens: they are kept encrypted and opened only to send."""

from apps.security.sealing import Seal
from apps.security.sealing import SealBrokenError as _BrokenError

CHANNEL_SEAL = Seal("alphagex notification channels")


class SealBrokenError(_BrokenError):
    """An address cannot be opened: SECRET_KEY is another one than when it was sealed."""


def seal(text: str) -> str:
    """Return `text` encrypted by a key that follows from SECRET_KEY."""
    return CHANNEL_SEAL.seal(text)


def unseal(sealed: str) -> str:
    """Return what was sealed. Raises SealBrokenError."""
    try:
        return CHANNEL_SEAL.unseal(sealed)
    except _BrokenError as error:
        raise SealBrokenError(
            "The address cannot be read any more, because SECRET_KEY was changed. Remove the channel and add it again."
        ) from error
