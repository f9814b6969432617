"""Cboe's delayed quotes over HTTP: whole chains, 15 minutes late, one request per call."""

import re
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import requests

from apps.market.chain import Chain, ChainError, Origin
from apps.market.sources import stand_in
from apps.market.sources.cboe_json import parse_cboe_json
from apps.market.sources.occ import UNDERLYING_OF_ROOT
from apps.market.sources.protocol import Meter, SourceUnavailable, UnknownSymbol, Unmetered

DEFAULT_BASE_URL = "https://cdn.cboe.com/api/global/delayed_quotes/options"
DELAY_SECONDS = 900
LARGEST = 64 * 2**20  # bytes; the SPX chain of 2026 has 14 million
USER_AGENT = "AlphaGEX/0.1 (self-hosted options desk)"

# Indexes stand in the address with an underscore, shares and funds plain.
INDEXES = frozenset(
    {
        "SPX",
        "NDX",
        "RUT",
        "VIX",
        "DJX",
        "XSP",
        "OEX",
        "XEO",
        "MRUT",
        "XND",
        "NANOS",
        "MXEA",
        "MXEF",
        "MXACW",
        "MXUSA",
        "MXWLD",
        "RLG",
        "RLV",
        "RUI",
        "SPESG",
    }
)
_PLAIN = re.compile(r"[A-Z][A-Z0-9]{0,7}(\.[A-Z]{1,2})?")
UNMETERED = Unmetered()
_ORIGIN = Origin(source="cboe", kind="delayed", label="Cboe delayed", delay_seconds=DELAY_SECONDS)


@dataclass(frozen=True, slots=True)
class _Remembered:
    """The last answer for a symbol and what lets the server say that it still holds."""

    chain: Chain
    conditions: dict[str, str]


class CboeSource:
    """Delivers delayed chains; what has not changed since the last call is not sent again.

    timeout: seconds, for connecting, for each pause and for the whole answer. Not shared between threads.
    """

    name = "cboe"
    always_open = False

    def __init__(
        self,
        base_url: str = DEFAULT_BASE_URL,
        session: requests.Session | None = None,
        timeout: float = 10.0,
        meter: Meter = UNMETERED,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._session = session or requests.Session()
        self._timeout = timeout
        self._meter = meter
        self._remembered: dict[str, _Remembered] = {}

    def fetch_chain(self, symbol: str, *, at: datetime) -> Chain:
        """Return the newest chain of `symbol`; it carries its own moment, `at` does not matter to a live source."""
        symbol = plain_symbol(symbol)
        remembered = self._remembered.get(symbol)
        headers = {"User-Agent": USER_AGENT, "Accept": "application/json"}
        if remembered:
            headers |= remembered.conditions
        self._meter.spend()
        try:
            with self._session.get(
                self.address_of(symbol), headers=headers, timeout=self._timeout, stream=True
            ) as answer:
                if answer.status_code == 304 and remembered:
                    self._meter.succeeded()
                    return remembered.chain
                if answer.status_code == 429:
                    self._meter.refused("Cboe asked for fewer requests (429).", retry_after=_seconds(answer))
                _refuse_status(answer, symbol)
                body = self._body(answer, symbol)
                conditions, origin = _conditions(answer), stand_in.origin_of(_ORIGIN, stand_in.said(answer.headers))
        except requests.Timeout as error:
            raise SourceUnavailable(f"Cboe did not answer for {symbol} within {self._timeout:g} s.") from error
        except requests.RequestException as error:
            raise SourceUnavailable(
                f"Cboe could not be reached for {symbol} ({type(error).__name__}). Check the network connection."
            ) from error
        self._meter.succeeded()
        chain = _parse(body, symbol, origin)
        self._remembered[symbol] = _Remembered(chain, conditions)
        return chain

    def address_of(self, symbol: str) -> str:
        """Return where the chain of a plain symbol is."""
        return f"{self._base_url}/{'_' if symbol in INDEXES else ''}{symbol}.json"

    def _body(self, answer: requests.Response, symbol: str) -> bytes:
        """Return the whole body, within one deadline: a server that drips bytes would never time out otherwise."""
        deadline = monotonic() + self._timeout
        parts, size = [], 0
        for part in answer.iter_content(256 * 1024):
            parts.append(part)
            size += len(part)
            if monotonic() > deadline:
                raise SourceUnavailable(f"Cboe's answer for {symbol} was not complete within {self._timeout:g} s.")
            if size > LARGEST:
                raise SourceUnavailable(f"Cboe's answer for {symbol} is larger than {LARGEST // 2**20} MB.")
        return b"".join(parts)


def plain_symbol(symbol: str) -> str:
    """Return `symbol` as it is listed: `^spx`, `_SPX` and `$SPX` are SPX. Raises UnknownSymbol."""
    plain = symbol.strip().upper().lstrip("^_$").replace("/", ".")
    if not _PLAIN.fullmatch(plain):
        raise UnknownSymbol(f"{symbol!r} is no ticker symbol. Write it like SPY, SPX or BRK.B.")
    if underlying := UNDERLYING_OF_ROOT.get(plain):
        raise UnknownSymbol(f"{plain} is a series of {underlying} options, not an underlying. Ask for {underlying}.")
    return plain


def _refuse_status(answer: requests.Response, symbol: str) -> None:
    status = answer.status_code
    if status == 200:
        return
    if status == 404:
        raise UnknownSymbol(f"Symbol {symbol!r} has no listed options at Cboe (404). Check the spelling.")
    if status == 403:
        raise SourceUnavailable(
            f"Cboe refused the chain of {symbol!r} (403). It does so for symbols without options and for too many "
            "requests: check the spelling, or wait a few minutes."
        )
    if status == 429:
        wait = _seconds(answer)
        pause = f"in {wait:.0f} s" if wait else "in a few minutes"
        raise SourceUnavailable(f"Cboe asks for fewer requests (429, for {symbol}). Try again {pause}.")
    raise SourceUnavailable(f"Cboe answered {status} for {symbol}. Try again in a few minutes.")


def _seconds(answer: requests.Response) -> float | None:
    wait = answer.headers.get("Retry-After", "")
    return float(wait) if wait.isdigit() else None


def _parse(body: bytes, symbol: str, origin: Origin) -> Chain:
    start = body.lstrip()[:1]
    if not start:
        raise SourceUnavailable(f"Cboe sent an empty answer for {symbol}. Try again in a few minutes.")
    if start == b"<":
        raise SourceUnavailable(f"Cboe sent a web page instead of the chain of {symbol}. Try again in a few minutes.")
    try:
        chain = parse_cboe_json(body, origin=origin)
    except ChainError as error:
        raise SourceUnavailable(f"Cboe's answer for {symbol} is no usable chain: {error}.") from error
    if chain.symbol != symbol:
        raise SourceUnavailable(f"Cboe answered with the chain of {chain.symbol} when asked for {symbol}.")
    return chain


def _conditions(answer: requests.Response) -> dict[str, str]:
    offered = {"If-None-Match": answer.headers.get("ETag"), "If-Modified-Since": answer.headers.get("Last-Modified")}
    return {header: value for header, value in offered.items() if value}
