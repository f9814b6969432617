"""Yahoo as a source: one request for each question, one for each expiration of a chain."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from alphagex import clock
from apps.market.chain import Chain, Origin
from apps.market.sources import stand_in
from apps.market.sources.cboe import plain_symbol
from apps.market.sources.protocol import (
    Answer,
    Kind,
    Meter,
    OutOfBudget,
    Question,
    SourceUnavailable,
    UnknownSymbol,
    Unmetered,
)
from apps.market.sources.yahoo.bars import as_of_bars, bars_of, read_detail
from apps.market.sources.yahoo.pages import Page, chain_of, option_rows, read_page
from apps.market.sources.yahoo.symbols import is_index, yahoo_symbol

if TYPE_CHECKING:
    from apps.market.sources.yahoo.library import YahooLibrary
    from apps.market.sources.yahoo.session import YahooSession

DELAY_SECONDS = 900  # options and indexes; shares come about as they trade
NEAREST_EXPIRATIONS = 8  # of a chain, each costs a request; most dealer gamma is near
PAGES_KEPT = timedelta(minutes=2)  # of a chain that ran out of budget half-way

_OPTIONS_ORIGIN = Origin(source="yahoo", kind="delayed", label="Yahoo", delay_seconds=DELAY_SECONDS)
_SHARES_ORIGIN = Origin(source="yahoo", kind="delayed", label="Yahoo")
UNMETERED = Unmetered()
_UNDATED = "Yahoo did not say when it quoted; the time is that of asking."


class YahooSource:
    """Delivers option quotes, expirations, price bars and the nearest part of chains.

    base_url: stands in for all of Yahoo's hosts, empty for the real ones. timeout: seconds for one answer. Threads may
    share it.
    """

    name = "yahoo"
    always_open = False
    kinds = frozenset({Kind.OPTIONS, Kind.EXPIRATIONS, Kind.BARS})

    def __init__(self, *, base_url: str = "", timeout: float = 15.0, meter: Meter = UNMETERED) -> None:
        self._base_url = base_url
        self._timeout = timeout
        self._meter = meter
        self._building = threading.Lock()
        self._session: YahooSession | None = None
        self._built: YahooLibrary | None = None
        self._begun: dict[str, tuple[datetime, list[Page]]] = {}

    def fetch(self, question: Question, *, at: datetime) -> Answer:
        """Return quotes, expirations or bars. Raises SourceUnavailable, UnknownSymbol, OutOfBudget."""
        match question.kind:
            case Kind.BARS:
                return self._bars(question, at=at)
            case Kind.EXPIRATIONS:
                page = self._page(question.symbol, None, at=at)
                return self._answer(question, list(page.listed), page)
            case Kind.OPTIONS:
                return self._options(question, at=at)
            case _:
                raise UnknownSymbol(f"Yahoo has no {question.kind.value.replace('_', ' ')}.")

    def fetch_chain(self, symbol: str, *, at: datetime) -> Chain:
        """Return the chain of the nearest NEAREST_EXPIRATIONS; its warnings say that later ones are not in it.

        Out of budget half-way (OutOfBudget), what came so far is kept, and the next call goes on from there.
        """
        symbol = plain_symbol(symbol)
        begun_at, pages = self._pages_so_far(symbol, at=at)
        try:
            if not pages:
                pages.append(self._page(symbol, None, at=at))
            for expiration in pages[0].listed[len(pages) : NEAREST_EXPIRATIONS]:
                pages.append(self._page(symbol, date.fromisoformat(expiration), at=at))
        except OutOfBudget:
            if pages:
                self._begun[symbol] = (begun_at, pages)
            raise
        return chain_of(pages, symbol=symbol, origin=self._origin(_OPTIONS_ORIGIN))

    def _pages_so_far(self, symbol: str, *, at: datetime) -> tuple[datetime, list[Page]]:
        begun_at, pages = self._begun.pop(symbol, (at, []))
        return (begun_at, pages) if timedelta(0) <= at - begun_at <= PAGES_KEPT else (at, [])

    def _options(self, question: Question, *, at: datetime) -> Answer:
        try:
            expiration = date.fromisoformat(question.detail)
        except ValueError:
            raise UnknownSymbol(f"{question.detail!r} is no expiration. Write it like 2026-01-16.") from None
        page = self._page(question.symbol, expiration, at=at)
        if expiration.isoformat() not in page.listed:
            raise UnknownSymbol(
                f"Yahoo lists no options on {question.symbol} that expire {expiration}. The nearest listed: "
                f"{', '.join(_nearest(page.listed, expiration))}."
            )
        rows = option_rows(page, symbol=plain_symbol(question.symbol), expiration=expiration)
        if not rows["calls"] and not rows["puts"]:
            raise SourceUnavailable(f"Yahoo sent no contracts of {question.symbol} that expire {expiration}.")
        return self._answer(question, rows, page)

    def _page(self, symbol: str, expiration: date | None, *, at: datetime) -> Page:
        """Return one expiration, the nearest for None. Raises UnknownSymbol where no options are listed."""
        spelled = yahoo_symbol(symbol)
        what = f"the options of {symbol}"
        epoch = int(datetime.combine(expiration, time(), UTC).timestamp()) if expiration else None
        chain, listed = self._library().options(spelled, what=what, epoch=epoch)
        if not listed:
            raise UnknownSymbol(f"Yahoo lists no options on {symbol}. Check the spelling.")
        return read_page(chain, listed, yahoo_symbol=spelled, symbol=symbol, at=at)

    def _bars(self, question: Question, *, at: datetime) -> Answer:
        interval, period = read_detail(question.detail)
        spelled, what = yahoo_symbol(question.symbol), f"prices of {question.symbol} ({question.detail})"
        frame, meta = self._library().history(spelled, what=what, interval=interval, period=period)
        value, last_start = bars_of(frame, interval=interval, what=what)
        as_of = as_of_bars(last_start, meta, interval=interval, symbol=spelled, at=at)
        origin = _OPTIONS_ORIGIN if is_index(question.symbol) else _SHARES_ORIGIN
        return Answer(question=question, value=value, as_of=as_of, origin=self._origin(origin))

    def _answer(self, question: Question, value: object, page: Page) -> Answer:
        origin = _OPTIONS_ORIGIN if page.is_dated else replace(_OPTIONS_ORIGIN, detail=_UNDATED)
        as_of = clock.in_new_york(page.as_of)
        return Answer(question=question, value=value, as_of=as_of, origin=self._origin(origin))

    def _origin(self, origin: Origin) -> Origin:
        return stand_in.origin_of(origin, self._session.stand_in if self._session else "")

    def _library(self) -> "YahooLibrary":
        # Made when first needed: it is slow to import, and a connection must not be carried into forked workers.
        with self._building:
            if self._built is None:
                from apps.market.sources.yahoo.library import YahooLibrary
                from apps.market.sources.yahoo.session import YahooSession

                self._session = YahooSession(base_url=self._base_url, timeout=self._timeout, meter=self._meter)
                self._built = YahooLibrary(self._session)
            return self._built


def _nearest(listed: tuple[str, ...], expiration: date) -> list[str]:
    """Return the three listed dates nearest to `expiration`, in order."""
    return sorted(sorted(listed, key=lambda day: abs(date.fromisoformat(day) - expiration))[:3])
