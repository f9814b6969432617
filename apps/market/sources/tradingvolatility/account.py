"""One account at the service: which of the two interfaces knows it is found out from its shape and from the answers."""

import re
from datetime import datetime
from typing import Any, Protocol

import requests

from apps.market.sources import stand_in
from apps.market.sources.http import get
from apps.market.sources.protocol import Meter, SourceUnavailable
from apps.market.sources.tradingvolatility import v1, v2
from apps.market.sources.tradingvolatility.answers import WHO, DeniedError, decoded

_USER_NAME = re.compile(r"I-[A-Za-z0-9]+")


class Remembered(Protocol):
    """Where what was found out is kept, for all processes; empty text for nothing yet."""

    def read(self) -> str: ...

    def write(self, version: str) -> None: ...


class InProcess:
    """Remembers for as long as the process lives."""

    def __init__(self) -> None:
        self._version = ""

    def read(self) -> str:
        return self._version

    def write(self, version: str) -> None:
        self._version = version


class Account:
    """Asks endpoints by their names in the first interface and returns what that one would have sent.

    What is remembered: "v1" or "v2" where that one answered; with "!" after it where it then denied us once; with "?"
    where the other one denied us and this one is still to be tried. One denial of an interface that knew us may be a
    passing fault, so only the second makes us try the other.
    """

    def __init__(
        self,
        key: str,
        *,
        base_url: str,
        session: requests.Session,
        timeout: float,
        meter: Meter,
        remembered: Remembered,
    ) -> None:
        self._key = key
        self._base_url = base_url.rstrip("/")
        self._session = session
        self._timeout = timeout
        self._meter = meter
        self._remembered = remembered
        self.stand_in = ""  # what the server said of itself with its last answer

    @property
    def version(self) -> str:
        """The interface that answered last, or is tried next."""
        return self._remembered.read().rstrip("!?") or self._likely

    @property
    def _likely(self) -> str:
        """User names of the first interface look like I-XXXXXXXXXXXX; anything else is a token of the second."""
        return v1.NAME if _USER_NAME.fullmatch(self._key) else v2.NAME

    def entry(self, endpoint: str, symbol: str, *, at: datetime, detail: str = "") -> Any:
        """Return the symbol's object. Each request is paid for first. Raises SourceError, OutOfBudget."""
        known, version = self._remembered.read(), self.version
        try:
            entry = self._asked(version, endpoint, symbol, detail, at=at)
        except DeniedError as denied:
            if known == version:
                self._remembered.write(f"{version}!")
                raise self._refused(denied) from None
            if known == f"{version}?":
                self._remembered.write("")
                raise self._refused(denied) from None
            other = v2.NAME if version == v1.NAME else v1.NAME
            self._remembered.write(f"{other}?")
            return self.entry(endpoint, symbol, at=at, detail=detail)
        if known != version:
            self._remembered.write(version)
        return entry

    def _asked(self, version: str, endpoint: str, symbol: str, detail: str, *, at: datetime) -> Any:
        headers = {"Accept": "application/json"}
        if version == v1.NAME:
            path, params = v1.request_of(endpoint, symbol, detail, key=self._key, at=at)
        else:
            path, params = v2.request_of(endpoint, symbol, detail)
            headers["Authorization"] = f"Bearer {self._key}"
        self._meter.spend()
        reply = get(
            self._session,
            self._base_url.removesuffix("/v2") + path,
            params=params,
            headers=headers,
            timeout=self._timeout,
            who=WHO,
            what=symbol,
        )
        self.stand_in = stand_in.said(reply.headers)
        body = decoded(reply, symbol, meter=self._meter, any_limit_text=endpoint == "gex/history")
        self._meter.succeeded()
        return (v1 if version == v1.NAME else v2).entry_of(body, endpoint, symbol)

    def _refused(self, denied: DeniedError) -> SourceUnavailable:
        self._meter.refused(str(denied), for_long=True)
        return SourceUnavailable(f"{denied} Check TRADING_VOLATILITY_API_KEY and the plan of the account.")
