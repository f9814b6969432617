"""One guarded GET for our HTTP sources: a deadline for the whole answer, a largest size, and errors in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic

import requests

from apps.market.sources.protocol import SourceUnavailable

LARGEST = 64 * 2**20  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back. text: the whole body."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def retry_after(self) -> float | None:
        """Seconds the service asks to be left alone; dates are not read."""
        wait = self.headers.get("Retry-After", "").strip()
        return float(wait) if wait.isdecimal() else None


def get(
    session: requests.Session,
    url: str,
    *,
    params: Mapping[str, str],
    headers: Mapping[str, str],
    timeout: float,
    who: str,
    what: str,
) -> Reply:
    """Return the answer, whatever its status. timeout: seconds for connecting, each pause and the whole answer.

    who, what: service and subject for messages. Raises SourceUnavailable, which never shows address or parameters:
    they may hold an account.
    """
    deadline = monotonic() + timeout
    try:
        with session.get(
            url, params=dict(params), headers=dict(headers), timeout=timeout, stream=True, allow_redirects=False
        ) as answer:
            parts, size = [], 0
            for part in answer.iter_content(256 * 1024):
                parts.append(part)
                size += len(part)
                if monotonic() > deadline:
                    raise SourceUnavailable(f"{who}'s answer for {what} was not complete within {timeout:g} s.")
                if size > LARGEST:
                    raise SourceUnavailable(f"{who}'s answer for {what} is larger than {LARGEST // 2**20} MB.")
            return Reply(
                status=answer.status_code, text=b"".join(parts).decode("utf-8", "replace"), headers=answer.headers
            )
    except requests.Timeout:
        raise SourceUnavailable(f"{who} did not answer for {what} within {timeout:g} s.") from None
    except requests.RequestException as error:
        name = type(error).__name__
        # Not chained: the error's text holds the address with the account in it.
        raise SourceUnavailable(
            f"{who} could not be reached for {what} ({name}). Check the network connection."
        ) from None
