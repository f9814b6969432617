"""The recorded world of the auto-trader and the second paper account: chains, gamma source, model, reductions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from legacy_engines.trading.autonomous import adviser
from tests.parity.cases import Case, frame

FIGURE = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?%?")
REASONS = {
    "Hard stop": "HARD_STOP",
    "Expiration": "EXPIRATION",
    "Profit taken": "PROFIT",
    "Stop loss": "STOP",
    "Expiring": "EXPIRING",
    "GEX flip": "GEX_FLIP",
}
MODEL = "AI exit: "
ERRORS: dict[str, type[Exception]] = {
    "TimeoutError": TimeoutError,
    "ValueError": ValueError,
    "ConnectionError": ConnectionError,
}


@dataclass(frozen=True)
class Chains:
    """Calls and puts of one expiration."""

    calls: pd.DataFrame
    puts: pd.DataFrame


class CannedTicker:
    """Answers from `env.yfinance[symbol]`; an expiration not recorded raises, as the provider does."""

    def __init__(self, symbol: str, recorded: Mapping[str, Any]) -> None:
        self.symbol = symbol
        self.recorded = recorded
        self.options = tuple(recorded)

    def history(self, *, period: str, interval: str = "1d") -> pd.DataFrame:
        raise ValueError(f"no bars are recorded for {self.symbol}")

    def option_chain(self, expiration: str) -> Chains:
        if expiration not in self.recorded:
            raise ValueError(f"Expiration {expiration} of {self.symbol} is not listed")
        chains = self.recorded[expiration]
        return Chains(frame(chains["calls"]), frame(chains["puts"]))


class CannedTickers:
    """Looks symbols up in what `env.yfinance` holds: chains by symbol and expiration."""

    def __init__(self, recorded: Mapping[str, Any]) -> None:
        self.recorded = recorded

    def __call__(self, symbol: str) -> CannedTicker:
        return CannedTicker(symbol, self.recorded.get(symbol) or {})


class StubSource:
    """Answers from `env.state.api_client`: by method, then by symbol or `*`; a list answers successive calls."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers
        self.asked: list[list[str]] = []

    def get_net_gamma(self, symbol: str) -> Any:
        return self._answer("get_net_gamma", symbol)

    def get_skew_data(self, symbol: str) -> Any:
        return self._answer("get_skew_data", symbol)

    def _answer(self, method: str, symbol: str) -> Any:
        self.asked.append([method, symbol])
        by_symbol = self.answers.get(method, {})
        answer = by_symbol.get(symbol, by_symbol.get("*"))
        if isinstance(answer, list):
            answer = answer[min(self.asked.count([method, symbol]), len(answer)) - 1]
        if isinstance(answer, dict) and "__raise__" in answer:
            raise ERRORS.get(answer["__raise__"], RuntimeError)(str(answer["__raise__"]))
        return answer


class CannedModel:
    """The model of `env.state.ai`: replies or raises; without either it is the shipped client (trading Q-1)."""

    def __init__(self, recorded: Mapping[str, Any]) -> None:
        self.recorded = recorded
        self.calls: list[dict[str, Any]] = []

    def __call__(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, temperature: float) -> Any:
        if not {"reply", "reply_raises"} & set(self.recorded):
            raise TypeError("the shipped client takes only the messages")
        facts = messages[0]["content"].split(adviser.ENTRY_REASONING)[0]
        self.calls.append({"max_tokens": max_tokens, "temperature": temperature, "figures": figures(facts)})
        if self.recorded.get("reply_raises"):
            name = self.recorded["reply_raises"]
            raise ERRORS.get(name, RuntimeError)(name)
        return self.recorded["reply"]


def tickers_of(case: Case) -> CannedTickers:
    return CannedTickers(case.env.get("yfinance") or {})


def key_of(case: Case) -> str | None:
    """Return the model's key as it is found in the places the case says it lies in."""
    place = str((case.state.get("ai") or {}).get("key"))
    environment = {"env": {"CLAUDE_API_KEY": "k"}, "env_lower": {"claude_api_key": "k"}}.get(place, {})
    secrets = {"claude_api_key": "k"} if place == "secrets" else {}
    return adviser.model_key(environment, secrets)


def arguments(case: Case, source: StubSource) -> list[Any]:
    stub = {"__stub__": "api_client"}
    return [source if argument == stub else argument for argument in case.args]


# How recorded texts were reduced


def figures(text: str | None) -> list[str] | None:
    return None if text is None else [figure.replace(",", "") for figure in FIGURE.findall(text)]


def exit_reason(text: str | None) -> Any:
    """Return an exit reason as it was recorded: kind and figures; the model's own words; empty or NULL stays."""
    if not text:
        return text
    if text.startswith(MODEL):
        return {"kind": "AI", "text": text.removeprefix(MODEL)}
    kind = next((kind for words, kind in REASONS.items() if text.startswith(words)), None)
    return {"kind": kind, "numbers": figures(text)} if kind else {"kind": "CUSTOM", "text": text}


def advice(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the adviser said as it was recorded: `should_close` and the kind of the reason."""
    reason = answer["reason"]
    if answer["should_close"]:
        return {"should_close": True, "reason": {"kind": "CLOSE", "text": reason}}
    kind = {adviser.UNAVAILABLE: "UNAVAILABLE", adviser.HOLD: "HOLD"}.get(reason)
    if kind is None and reason.startswith(adviser.FAILED):
        kind = "ERROR"
    return {"should_close": False, "reason": {"kind": kind}}


def quote(answer: Mapping[str, Any]) -> Any:
    return {"error": bool(answer["error"])} if set(answer) == {"error"} else answer


def reasoned(trade: Mapping[str, Any] | None) -> Any:
    """Return a trade with its reasoning reduced to figures, which were recorded last."""
    if trade is None:
        return None
    rest = {name: value for name, value in trade.items() if name != "reasoning"}
    return {**rest, "reasoning_numbers": figures(trade["reasoning"])}


def position(row: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in row.items() if name != "trade_reasoning"}
    return {**rest, "exit_reason": exit_reason(row["exit_reason"]), "has_reasoning": bool(row["trade_reasoning"])}


def paper_position(row: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in position(row).items() if name != "notes"}
    return {**rest, "notes_numbers": figures(row["notes"])}


def log_entry(row: Mapping[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in row.items() if name != "details"}
    return {**rest, "details_numbers": figures(row["details"])}


def without_error_figures(recorded: Any) -> Any:
    """Return tables in which ERROR lines say only whether they have details.

    Those figures came out of the error texts of the provider and of Python, which are not ours to repeat.
    """
    if not isinstance(recorded, dict) or "db" not in recorded or "autonomous_trade_log" not in recorded["db"]:
        return recorded
    log = [
        {**line, "details_numbers": line["details_numbers"] is not None} if line["action"] == "ERROR" else line
        for line in recorded["db"]["autonomous_trade_log"]
    ]
    return {**recorded, "db": {**recorded["db"], "autonomous_trade_log": log}}
