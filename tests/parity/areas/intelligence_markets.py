"""The price source and the settings of the recorded copilot cases."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from tests.parity.worlds import StandingClock


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
