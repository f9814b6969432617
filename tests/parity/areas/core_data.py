"""Chain and clock of the core cases: a canned price source, a running clock, and the bindings of the fetcher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd

from legacy_engines.options.yahoo_chain import OptionsDataFetcher
from tests.parity.cases import Case, frame
from tests.parity.worlds import StandingClock, clock_of


class TickingClock(StandingClock):
    """A clock that runs: each look at it takes a microsecond."""

    @classmethod
    def of(cls, case: Case) -> TickingClock:
        return cls(case.env["clock"], case.env.get("process_tz") or "America/New_York")

    def now(self) -> datetime:
        instant = super().now()
        self.advance(1e-6)
        return instant


@dataclass
class Chain:
    """Calls and puts of one expiration."""

    calls: pd.DataFrame
    puts: pd.DataFrame


@dataclass
class ChainTicker:
    """A ticker that answers from `env.yfinance` and keeps what it was asked for. The answer "raise" fails."""

    recorded: dict[str, Any]
    calls: list[str] = field(default_factory=list)

    @property
    def options(self) -> Sequence[str]:
        self.calls.append("options")
        listed: Sequence[str] = _answer(self.recorded.get("options"))
        return listed

    def history(self, *, period: str, interval: str = "1d") -> pd.DataFrame:
        key = period if interval == "1d" else f"{period}/{interval}"
        self.calls.append(key)
        return pd.DataFrame({"Close": _answer(self.recorded.get("history", {}).get(key, []))})

    def option_chain(self, expiration: str) -> Chain:
        self.calls.append(f"chain:{expiration}")
        chain = _answer(self.recorded["chains"][expiration])
        return Chain(frame(chain["calls"]), frame(chain["puts"]))


def _answer(recorded: Any) -> Any:
    if recorded == "raise":
        raise ConnectionError("the price source fails in this case")
    return recorded


def fetcher_of(case: Case) -> tuple[OptionsDataFetcher, ChainTicker, StandingClock]:
    """Return the fetcher of a case with its recorded state, its ticker and its clock."""
    ticker, clock = ChainTicker(case.env.get("yfinance", {})), clock_of(case)
    fetcher = OptionsDataFetcher(**case.init, tickers=lambda symbol: ticker, clock=clock)
    for name, value in case.state.items() if case.state else ():
        setattr(fetcher, name, frame(value) if name == "options_chain" and value is not None else value)
    return fetcher, ticker, clock


def arguments(case: Case, *names: str) -> list[Any]:
    """Return the arguments of a case, by position or by name, without those left out at the end."""
    return [*case.args, *(case.kwargs[name] for name in names[len(case.args) :] if name in case.kwargs)]


def get_spot_price(case: Case) -> Any:
    fetcher, ticker, _ = fetcher_of(case)
    return {
        "return": fetcher.get_spot_price(),
        "after": {"spot_price": fetcher.spot_price, "history_calls": ticker.calls},
    }


def calculate_greeks(case: Case) -> Any:
    options, *spot = arguments(case, "option_data", "spot")
    return fetcher_of(case)[0].calculate_greeks(frame(options), *spot)


def get_options_chain(case: Case) -> Any:
    fetcher, ticker, clock = fetcher_of(case)
    chain = fetcher.get_options_chain(*case.args, **case.kwargs)
    state = {
        "options_chain_is_none": fetcher.options_chain is None,
        "spot_price": fetcher.spot_price,
        "sleeps": clock.sleeps,
        "ticker_calls": ticker.calls,
    }
    return {"return": chain, "after": state}


def chain_was_broken(case: Case) -> str | None:
    """Name the cases that show the broken date comparison: those in which an attempt sees an expiration."""
    listed = case.env.get("yfinance", {}).get("options")
    attempts = case.kwargs.get("max_retries", case.args[1] if len(case.args) > 1 else 3)
    if attempts and isinstance(listed, list) and any(_is_date(text) for text in listed):
        return "core Q1 is repaired: an expiration is read instead of failing on its date"
    return None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
