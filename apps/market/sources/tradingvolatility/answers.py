"""What can be wrong with an answer, in the order in which it is looked at (gamma 3.8), and how it is said."""

import math
from typing import Any

import msgspec

from apps.market.sources.http import Reply
from apps.market.sources.protocol import Meter, SourceError, SourceUnavailable

WHO = "Trading Volatility"
LIMIT_TEXT = "API limit exceeded"
LATER = "Try again in a few minutes."


class DeniedError(SourceError):
    """The account is not known to this interface, or the interface is gone: the other one may know it."""


def decoded(reply: Reply, what: str, *, meter: Meter, any_limit_text: bool = False) -> Any:
    """Return the JSON of a good answer. Raises DeniedError, SourceUnavailable.

    any_limit_text: take "rate limit" in any letter case for an exhausted quota; only the history does (gamma 3.8).
    """
    status, text = reply.status, reply.text
    if status == 429:
        meter.refused(f"{WHO} asked for fewer requests (429).", retry_after=reply.retry_after)
        raise SourceUnavailable(f"{WHO} asks for fewer requests (429, for {what}). The next one goes after a pause.")
    if status in (401, 403) or (status in (404, 410) and not _says_why(text)):
        raise DeniedError(f"{WHO} refuses the account ({status}, for {what}).")
    if LIMIT_TEXT in text or (any_limit_text and "rate limit" in text.lower()):
        meter.refused(f"{WHO}: {LIMIT_TEXT}.")
        raise SourceUnavailable(f"{WHO}'s limit of requests is used up (for {what}). The next one goes after a pause.")
    if status not in (200, 400, 404):
        raise SourceUnavailable(f"{WHO} answered {status} for {what}. {LATER}")
    if not text.strip():
        raise SourceUnavailable(f"{WHO} sent an empty answer for {what}. {LATER}")
    if text.lstrip().startswith("<"):
        raise SourceUnavailable(f"{WHO} sent a web page instead of {what}. {LATER}")
    try:
        body = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise SourceUnavailable(f"{WHO}'s answer for {what} is not JSON: {error}. {LATER}") from error
    check_numbers(body, what)
    return body


def check_numbers(value: Any, what: str) -> None:
    """Refuse an answer that holds NaN or infinity, which the service writes as text. Raises SourceUnavailable."""
    if isinstance(value, dict):
        for inner in value.values():
            check_numbers(inner, what)
    elif isinstance(value, list):
        for inner in value:
            check_numbers(inner, what)
    elif isinstance(value, str) and value.strip().lstrip("+-").lower() in {"nan", "inf", "infinity"}:
        raise SourceUnavailable(f"{WHO} sent {value!r} where a number belongs, for {what}. {LATER}")


def number(entry: Any, key: str, what: str) -> float:
    """Return a number that must be there, sent as text or not. Raises SourceUnavailable."""
    try:
        value = float(entry[key])
    except (KeyError, TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise SourceUnavailable(f"{WHO} sent no number for {key} of {what}. {LATER}")
    return value


def number_or_none(entry: Any, key: str, what: str) -> float | None:
    """Return a number that may be missing or null. Raises SourceUnavailable for what is neither."""
    return None if entry.get(key) in (None, "", "null") else number(entry, key, what)


def _says_why(text: str) -> bool:
    """Return whether a 404 is about the question, not about the whole interface: then it carries an error object."""
    return text.lstrip().startswith("{")
