"""Macro figures of the Federal Reserve Bank of St. Louis (FRED): the newest observation of a series."""

import math
import re
from datetime import datetime

import msgspec
import requests

from alphagex import clock
from apps.market.chain import Origin
from apps.market.sources import stand_in
from apps.market.sources.protocol import (
    Answer,
    Kind,
    Meter,
    Question,
    SourceError,
    SourceUnavailable,
    UnknownSymbol,
    Unmetered,
)

DEFAULT_BASE_URL = "https://api.stlouisfed.org"
PATH = "/fred/series/observations"
MISSING = "."  # a holiday, a figure that is not out yet
UNMETERED = Unmetered()
_SERIES = re.compile(r"[A-Z0-9_]{1,40}")
_ORIGIN = Origin(source="fred", kind="live", label="FRED")


class _Observation(msgspec.Struct):
    date: str
    value: str


class _Observations(msgspec.Struct):
    observations: list[_Observation]


class _Declined(msgspec.Struct):
    error_message: str = ""


class FredSource:
    """Delivers the newest observation of a series (DGS10, DFF, DEXUSEU, UNRATE, CPIAUCSL ...).

    api_key: goes into the address, as FRED wants it, and into no message. timeout: seconds. Threads may share it.
    """

    name = "fred"
    always_open = False
    kinds = frozenset({Kind.MACRO})

    def __init__(
        self, api_key: str, *, base_url: str = DEFAULT_BASE_URL, timeout: float = 5.0, meter: Meter = UNMETERED
    ) -> None:
        self._key = api_key
        self._address = base_url.rstrip("/") + PATH
        self._timeout = timeout
        self._meter = meter

    def fetch(self, question: Question, *, at: datetime) -> Answer:
        """Return the newest observation, its value as FRED prints it, "." where there is none, as of its date.

        Raises SourceUnavailable, UnknownSymbol, OutOfBudget.
        """
        series = question.symbol.strip().upper()
        if question.kind is not Kind.MACRO or not _SERIES.fullmatch(series):
            raise UnknownSymbol(f"FRED has no {question.kind.value} {question.symbol!r}. Ask for a series like DGS10.")
        if not self._key:
            raise SourceUnavailable("FRED needs a key: set FRED_API_KEY (free at fred.stlouisfed.org).")
        self._meter.spend()
        answer = self._asked(series)
        if isinstance(answer, SourceError):
            # Raised here, outside of the handler: the exception of requests quotes the address with the key in it.
            raise answer
        if answer.status_code != 200:
            raise self._refusal(answer, series)
        observations = _read(answer.content, series)
        self._meter.succeeded()
        if not observations:
            raise UnknownSymbol(f"FRED has no observations of {series}.")
        return Answer(
            question=question,
            value=[{"date": each.date, "value": _number_or_point(each.value)} for each in observations],
            as_of=_midnight(observations[0].date, series),
            origin=stand_in.origin_of(_ORIGIN, stand_in.said(answer.headers)),
        )

    def _asked(self, series: str) -> requests.Response | SourceError:
        # The parameters of the old program (intelligence 13), so that the same figure comes back.
        params: dict[str, str | int] = {
            "series_id": series,
            "api_key": self._key,
            "file_type": "json",
            "limit": 1,
            "sort_order": "desc",
        }
        try:
            return requests.get(self._address, params=params, timeout=self._timeout, allow_redirects=False)
        except requests.Timeout:
            return SourceUnavailable(f"FRED did not answer for {series} within {self._timeout:g} s.")
        except requests.RequestException as error:
            return SourceUnavailable(
                f"FRED could not be reached for {series} ({type(error).__name__}). Check the network connection."
            )

    def _refusal(self, answer: requests.Response, series: str) -> SourceError:
        """Return what to raise for an answer that is no success, and tell the budget of a refusal."""
        status, said = answer.status_code, _said(answer.content).lower()
        if status == 429:
            wait = answer.headers.get("Retry-After", "").strip()
            self._meter.refused("too many requests (429)", retry_after=float(wait) if wait.isdecimal() else None)
            pause = f"in {wait} s" if wait.isdecimal() else "in a few minutes"
            return SourceUnavailable(f"FRED asks for fewer requests (429, for {series}). Try again {pause}.")
        if "api_key" in said or status in (401, 403):
            self._meter.refused(f"the key is refused ({status})", for_long=True)
            return SourceUnavailable(f"FRED refuses the key ({status}). Check FRED_API_KEY.")
        if "series does not exist" in said or status == 404:
            return UnknownSymbol(f"FRED has no series {series}. Check the spelling.")
        return SourceUnavailable(f"FRED answered {status} for {series}. Try again in a few minutes.")


def _read(body: bytes, series: str) -> list[_Observation]:
    start = body.lstrip()[:1]
    if not start:
        raise SourceUnavailable(f"FRED sent an empty answer for {series}. Try again in a few minutes.")
    if start == b"<":
        raise SourceUnavailable(f"FRED sent a web page instead of {series}. Try again in a few minutes.")
    try:
        return msgspec.json.decode(body, type=_Observations).observations
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SourceUnavailable(f"FRED's answer for {series} cannot be read: {error}.") from error


def _number_or_point(text: str) -> str:
    """Return the number as printed, or FRED's own sign for a missing one: "NaN" would pass for a number further on."""
    try:
        return text if math.isfinite(float(text)) else MISSING
    except ValueError:
        return MISSING


def _said(body: bytes) -> str:
    """Return FRED's explanation, empty if the body holds none. It is looked at, never shown: it may quote the key."""
    try:
        return msgspec.json.decode(body, type=_Declined).error_message
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def _midnight(day: str, series: str) -> datetime:
    try:
        return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=clock.NEW_YORK)
    except ValueError as error:
        raise SourceUnavailable(f"FRED dates its newest {series} {day[:20]!r}, which is no date.") from error
