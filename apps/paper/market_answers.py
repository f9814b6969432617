"""What the market says when a paper engine asks: gamma from the newest snapshot, options from the newest chain.

What is missing or old is an error with its reason, never a number.
"""

from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from alphagex import clock
from apps.market import configured, data_cache, facts
from apps.market.data_cache import Fact
from apps.market.models import Snapshot
from apps.market.sources.packed_quotes import PackedQuotes
from apps.market.sources.protocol import Kind, Question
from apps.market.tickers import FactTicker
from apps.market.tracking import engine_dictionaries
from legacy_engines.ports import Tickers

_KNOWN_AS_ZERO = ("bid", "ask", "last", "open_interest", "volume")


class GammaAnswers:
    """The engines' source of gamma at a moment: one answer per symbol, however often it is asked (trading Q-21).

    needs_flip: gamma without a flip is no answer, because the finder would take spot for it. problems: by symbol.
    """

    def __init__(self, at: datetime, *, needs_flip: bool = False) -> None:
        self._at = at
        self._needs_flip = needs_flip
        self._known: dict[str, dict[str, Any]] = {}
        self.problems: dict[str, str] = {}

    def get_net_gamma(self, symbol: str) -> dict[str, Any]:
        """Return the engine's dictionary, or `error` with the reason."""
        if symbol not in self._known:
            self._known[symbol] = self._asked(symbol)
        return dict(self._known[symbol])

    def get_skew_data(self, symbol: str) -> dict[str, Any]:
        """Return what is known of the skew. The finder asks for it and decides without it; no request is spent."""
        known = engine_dictionaries.skew(symbol, at=self._at, ask=_known_already)
        return dict(known.value) if known else {}

    def _asked(self, symbol: str) -> dict[str, Any]:
        sourced = engine_dictionaries.net_gamma(symbol)
        snapshot = Snapshot.objects.of(symbol).first()
        why = "" if sourced and snapshot else f"No levels of {symbol} yet."
        if snapshot is not None:
            why = self._unusable(snapshot)
        if why or sourced is None:
            self.problems[symbol] = why
            return {"error": why}
        gamma = dict(sourced.value)
        if not gamma.get("flip_point"):
            gamma.pop("flip_point", None)  # 0 would be read as a level
        return gamma

    def _unusable(self, snapshot: Snapshot) -> str:
        symbol = snapshot.symbol
        if snapshot.stale_after is None:
            return f"{symbol}'s levels are imported or held. Paper trades wait for the market."
        if self._at > snapshot.stale_after:
            when = f"{clock.in_new_york(snapshot.as_of):%Y-%m-%d %H:%M:%S} ET"
            return f"{symbol}'s levels are from {when}, too old to trade on."
        if self._needs_flip and snapshot.flip_point is None:
            return f"{symbol} has no flip now. {snapshot.flip_reason}".strip()
        return ""


def tickers(at: datetime) -> Tickers:
    """Return where the engine looks symbols up: chains as they are known at a moment; nothing waits."""
    return lambda symbol: FactTicker(symbol, partial(_options, at=at))


def _known_already(question: Question) -> Fact:
    source = configured.data_source(question.kind)
    return data_cache.read(source.name if source else facts.NOBODY, question)


def _options(question: Question, *, at: datetime) -> Fact:
    """Return one expiration's rows, from the chain that was fetched anyway where it has them.

    What is not quoted is 0, as price services write it; the engine takes a missing volume for a broken quote.
    """
    whole = data_cache.read(configured.chain_source().name, Question(kind=Kind.QUOTES, symbol=question.symbol))
    if whole.is_known:
        sides = PackedQuotes(whole.value).rows(datetime.fromisoformat(question.detail).date())
        if sides["calls"] or sides["puts"] or not facts.can_be_asked(Kind.OPTIONS):
            return _with_zeros(msgspec.structs.replace(whole, question=question, value=sides))
    return _with_zeros(facts.newest(question, at=at))


def _with_zeros(fact: Fact) -> Fact:
    if not fact.is_known:
        return fact
    sides = {
        side: [{**row, **{name: row.get(name) or 0 for name in _KNOWN_AS_ZERO}} for row in rows]
        for side, rows in fact.value.items()
    }
    return msgspec.structs.replace(fact, value=sides)
