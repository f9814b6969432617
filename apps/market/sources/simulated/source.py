"""The simulated source: chains and every other market fact of the little market, at any moment."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from alphagex import clock
from apps.market.chain import Chain, Origin
from apps.market.exposure.analysis import analyse
from apps.market.sources.protocol import Answer, Kind, Question, SourceUnavailable, UnknownSymbol
from apps.market.sources.simulated import gamma_facts, macro, options, prices, skew, volatility_index
from apps.market.sources.simulated.chains import Chains, days_until
from apps.market.sources.simulated.observed import Sessions, observe
from apps.market.sources.simulated.price_history import PriceHistory
from apps.market.sources.simulated.universe import INSTRUMENTS, VOLATILITY_INDEX, instrument_of, plain

MOST_DAYS_BACK = 3660
_Dated = tuple[Any, datetime]


class SimulatedSource:
    """Delivers a seeded market; nothing is remembered that could not be computed again.

    Every number is a function of seed, symbol and moment, and they agree: bars pass through the spots of the chains,
    the VIX is what SPX options cost, past days of gamma are the analyses of the chains at their closes.
    """

    name = "simulated"
    always_open = True

    def __init__(self, seed: int = 42) -> None:
        self._seed = seed
        self._origin = Origin(source=self.name, kind="simulated", label="Simulated", detail=f"seed {seed}")
        self._chains = Chains(seed, self._origin)
        self._prices = PriceHistory(seed)
        self._sessions = Sessions(self._chains)
        self._answers: dict[Kind, Callable[[Question, datetime], _Dated]] = {
            Kind.OPTIONS: self._options,
            Kind.EXPIRATIONS: self._expirations,
            Kind.BARS: self._bars,
            Kind.GAMMA_DAYS: self._gamma_days,
            Kind.EXPIRATION_GAMMA: self._expiration_gamma,
            Kind.LEVELS: self._levels,
            Kind.SKEW: self._skew,
            Kind.SKEW_DAYS: self._skew_days,
            Kind.MACRO: self._macro,
        }

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols of the simulated market that have options."""
        return tuple(INSTRUMENTS)

    @property
    def kinds(self) -> frozenset[Kind]:
        """Every kind, but for the packed quotes: they come with each chain."""
        return frozenset(self._answers)

    def spot(self, symbol: str, at: datetime) -> float:
        """Return the price of `symbol`, or the level of the VIX, at `at`, in cents."""
        at = clock.in_new_york(at)
        if plain(symbol) == VOLATILITY_INDEX:
            return volatility_index.level(self._seed, at)
        return float(prices.traded_prices(self._seed, instrument_of(symbol), np.array([days_until(at)]))[0])

    def fetch_chain(self, symbol: str, *, at: datetime) -> Chain:
        """Return the chain of `symbol` at `at`, the same for every caller with the same seed."""
        return self._chains.chain(instrument_of(symbol), clock.in_new_york(at))

    def fetch(self, question: Question, *, at: datetime) -> Answer:
        """Return the answer at `at`. Raises UnknownSymbol, SourceUnavailable."""
        answer = self._answers.get(question.kind)
        if answer is None:
            raise SourceUnavailable(f"The simulated market has no {question.kind.value}: they come with its chains.")
        at = clock.in_new_york(at)
        days_until(at)  # refuses moments without a market
        value, as_of = answer(question, at)
        return Answer(question=question, value=value, as_of=as_of, origin=self._origin)

    def _options(self, question: Question, at: datetime) -> _Dated:
        chain = self.fetch_chain(question.symbol, at=at)
        return options.rows(options.one_expiration(chain, question.detail)), at

    def _expirations(self, question: Question, at: datetime) -> _Dated:
        return options.expirations(self.fetch_chain(question.symbol, at=at)), at

    def _bars(self, question: Question, at: datetime) -> _Dated:
        return self._prices.bars(question.symbol, question.detail, at=at)

    def _gamma_days(self, question: Question, at: datetime) -> _Dated:
        first = at.date() - _days_back(question.detail)
        closes = self._sessions.closes(instrument_of(question.symbol), first=first, at=at)
        return [dict(each.gamma_row) for each in closes], closes[-1].as_of if closes else at

    def _expiration_gamma(self, question: Question, at: datetime) -> _Dated:
        chain = options.one_expiration(self.fetch_chain(question.symbol, at=at), question.detail)
        return gamma_facts.expiration_gamma(analyse(chain), expiry=question.detail), at

    def _levels(self, question: Question, at: datetime) -> _Dated:
        return gamma_facts.levels(analyse(self.fetch_chain(question.symbol, at=at))), at

    def _skew(self, question: Question, at: datetime) -> _Dated:
        closes = self._sessions.closes(instrument_of(question.symbol), first=at.date() - skew.MEMORY, at=at)
        # The present moment stands for the newest session, whose close may have passed.
        today = clock.session_on_or_before(at.date()).day
        before = [each for each in closes if each.as_of.date() < today]
        return skew.row([*before, observe(self.fetch_chain(question.symbol, at=at))]), at

    def _skew_days(self, question: Question, at: datetime) -> _Dated:
        first = at.date() - _days_back(question.detail)
        closes = self._sessions.closes(instrument_of(question.symbol), first=first - skew.MEMORY, at=at)
        shown = [place for place, each in enumerate(closes) if each.as_of.date() >= first]
        return [skew.row(closes[: place + 1]) for place in shown], closes[-1].as_of if closes else at

    def _macro(self, question: Question, at: datetime) -> _Dated:
        found = macro.observations(self._seed, question.symbol, at.date())
        newest = date.fromisoformat(found[0]["date"])
        return found, datetime(newest.year, newest.month, newest.day, tzinfo=clock.NEW_YORK)


def _days_back(detail: str) -> timedelta:
    if not (detail.isascii() and detail.isdigit() and 0 < int(detail) <= MOST_DAYS_BACK):
        raise UnknownSymbol(f"{detail!r} are no days back. Ask for a whole number from 1 to {MOST_DAYS_BACK}.")
    return timedelta(days=int(detail))
