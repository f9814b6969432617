"""The two paper engines with what the application gives them: the exchange's calendar beside New York's clock.

Decisions stay the engines'.
"""

import math
from datetime import date, datetime
from typing import Any

from alphagex import clock
from apps.ledger.idea_legs import listed_day
from apps.ledger.models import Account
from apps.market.tickers import EngineClock
from apps.paper.booking import BookedStore, Intention
from apps.paper.market_answers import GammaAnswers, tickers
from apps.paper.store import PaperStore, ReadOnceStore
from legacy_engines.ports import GammaSource
from legacy_engines.storage import Row
from legacy_engines.trading.autonomous.decision import SYMBOL
from legacy_engines.trading.paper_v1 import PaperTradingEngine
from legacy_engines.trading.paper_v2 import PaperTradingEngineV2

__all__ = [
    "SYMBOL",
    "DailyEngine",
    "ModelEngine",
    "NoTradeFoundError",
    "daily_engine",
    "model_engine",
    "reading_engine",
]


class NoTradeFoundError(Exception):
    """The finder has no trade. The message says why."""


class ModelEngine(PaperTradingEngine):
    """The first engine. problems: why positions were not marked or not closed in this run."""

    problems: list[str]

    def _days_left(self, expiration_date: str) -> int:
        """Return whole days to the close of the expiry day; the engine counts to the midnight before (trading Q-6)."""
        closes = clock.session_on_or_before(date.fromisoformat(expiration_date)).closes
        return (closes - self.clock.now()).days

    def _manage(self, row: Row, api_client: GammaSource) -> dict[str, Any] | None:
        try:
            return super()._manage(row, api_client)
        except Exception as error:
            # The engine goes on with the next position and says nothing; the page shall say it.
            self.problems.append(f"{row['symbol']} {row['strategy']}: {error}")
            raise


class DailyEngine(PaperTradingEngineV2):
    """The second engine."""

    def find(self, source: GammaAnswers) -> dict[str, Any]:
        """Return today's trade. Raises NoTradeFoundError with the market's own reason."""
        trade = self.find_daily_trade(source)
        if trade is None:
            why = source.problems.get(SYMBOL, f"The finder could not build a trade on {SYMBOL}'s levels.")
            raise NoTradeFoundError(why)
        # Missing quotes are zeros by now; a volatility the chain does not name would not fit into JSON.
        return {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in trade.items()
        }

    def _get_expiration_string(self, dte: float) -> str:
        friday = super()._get_expiration_string(dte)
        return listed_day(date.fromisoformat(friday)).isoformat()


def model_engine(account: Account, *, at: datetime, intention: Intention | None = None) -> ModelEngine:
    """Return the first engine over an account's rows; with an intention, what it opens and closes is booked."""
    engine = ModelEngine(float(account.starting_cash), store=_store(account, intention), clock=_clock(at))
    engine.problems = []
    return engine


def reading_engine(account: Account, *, at: datetime) -> ModelEngine:
    """Return the first engine for looking at an account whose settings are stored: it reads each table once."""
    engine = ModelEngine(float(account.starting_cash), store=ReadOnceStore(account.owner, account), clock=_clock(at))
    engine.problems = []
    return engine


def daily_engine(account: Account, *, at: datetime, intention: Intention | None = None) -> DailyEngine:
    """Return the second engine over an account's rows."""
    return DailyEngine(
        float(account.starting_cash), store=_store(account, intention), clock=_clock(at), tickers=tickers(at)
    )


def _store(account: Account, intention: Intention | None) -> PaperStore:
    return PaperStore(account.owner, account) if intention is None else BookedStore(account, intention)


def _clock(at: datetime) -> EngineClock:
    return EngineClock(clock.in_new_york(at))
