"""The price source, settings, macro data and stored trades of the recorded copilot cases."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pandas as pd

from legacy_engines.copilot.trade_memory import TradingRAG
from legacy_engines.market.macro import FREDIntegration
from tests.parity.cases import Case
from tests.parity.worlds import CannedSession, SqliteStore, StandingClock, clock_of

UNLISTED_TIMES = {"recommendations": "timestamp", "gex_history": "timestamp", "positions": "opened_at"}
"""Columns the old tables fill with the time; in a recorded row that does not list them they are NULL."""


class FrozenClock(StandingClock):
    """The clock of these cases: it stood still while the old program slept."""

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)


class UnreadableSettings(UserDict[str, str]):
    """Settings whose file is missing: every look is an error."""

    def __getitem__(self, key: str) -> str:
        raise FileNotFoundError("no settings file")

    def get(self, key: str, default: Any = None) -> Any:
        return self[key]


@dataclass
class CannedChain:
    """Calls and puts of one expiration."""

    calls: pd.DataFrame
    puts: pd.DataFrame


@dataclass
class CannedTicker:
    """One symbol: recorded expirations, chains and closes."""

    recorded: Mapping[str, Any]

    @property
    def options(self) -> list[str]:
        return list(self.recorded.get("options") or [])

    def history(self, *, period: str, interval: str = "1d") -> pd.DataFrame:
        return pd.DataFrame({"Close": self.recorded.get("history_close") or []})

    def option_chain(self, expiration: str) -> CannedChain:
        chain = self.recorded["chain"][expiration]
        return CannedChain(pd.DataFrame(chain["calls"]), pd.DataFrame(chain["puts"]))


@dataclass
class CannedTickers:
    """Recorded symbols by name; `raise_sequence` holds what each further look at a symbol raises, null for nothing."""

    recorded: Mapping[str, Any]
    looked_up: list[str] = field(default_factory=list)

    def __call__(self, symbol: str) -> CannedTicker:
        before = self.looked_up.count(symbol)
        self.looked_up.append(symbol)
        if symbol not in self.recorded:
            raise LookupError(f"{symbol} is not listed")
        errors = self.recorded[symbol].get("raise_sequence") or []
        if before < len(errors) and errors[before]:
            raise RuntimeError(errors[before])
        return CannedTicker(self.recorded[symbol])


def fred(case: Case) -> tuple[FREDIntegration, CannedSession]:
    session = CannedSession(case.env.get("http") or [])
    clock, state = clock_of(case), case.state
    settings = UnreadableSettings() if state.get("secrets_unavailable") else state.get("secrets") or {}
    engine = FREDIntegration(
        clock=clock,
        session=session,
        tickers=CannedTickers(case.env.get("yfinance") or {}),
        environ=state.get("environ") or {},
        settings=settings,
    )
    for series, entry in (state.get("cache") or {}).items():
        engine.cache[series] = (entry["value"], clock.now() - timedelta(seconds=entry["age_seconds"]))
    return engine, session


def memory(case: Case) -> TradingRAG:
    store = SqliteStore(clock_of(case), tables=case.state.get("db") != "no_tables")
    for table, rows in (case.env.get("db_rows") or {}).items():
        nothing = {UNLISTED_TIMES[table]: None} if table in UNLISTED_TIMES else {}
        store.load({table: [{**nothing, **row} for row in rows]})
    return TradingRAG(store, clock=store.clock)
