"""What the market says when the engine asks: SPY's gamma from the newest snapshot, options from the newest chain.

Every answer is for one moment. What is missing or old is an error with its reason, never a number.
"""

from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from apps.autotrader.contracts import Contract
from apps.ledger.pricing import LegQuote, of_option
from apps.market import configured, data_cache, facts
from apps.market.budget import Priority
from apps.market.data_cache import Fact
from apps.market.models import Snapshot
from apps.market.quotes import quote_option
from apps.market.sources.packed_quotes import PackedQuotes
from apps.market.sources.protocol import Kind, Question
from apps.market.tickers import FactTicker
from apps.market.tracking import engine_dictionaries
from legacy_engines.options.quotes import get_real_option_price

_KNOWN_AS_ZERO = ("bid", "ask", "last", "open_interest", "volume")


class MarketAnswers:
    """The market at a moment. needs_flip: gamma without a flip is no answer, because no entry can rest on it."""

    def __init__(self, at: datetime, *, needs_flip: bool) -> None:
        self._at = at
        self._needs_flip = needs_flip

    def net_gamma(self, symbol: str) -> dict[str, Any]:
        """Return the keys of `get_net_gamma`, or `error` with the reason. An unknown flip is left out, not 0."""
        snapshot = Snapshot.objects.of(symbol).first()
        sourced = engine_dictionaries.net_gamma(symbol)
        if snapshot is None or sourced is None:
            return {"error": f"No levels of {symbol} yet."}
        if why := self._unusable(snapshot):
            return {"error": why}
        gamma = dict(sourced.value)
        if snapshot.flip_point is None:
            del gamma["flip_point"]
            if self._needs_flip:
                return {"error": f"{symbol} has no flip now. {snapshot.flip_reason}".strip()}
        return gamma | {"source": sourced.source, "truth": sourced.truth, "snapshot": snapshot.pk}

    def skew(self, symbol: str) -> dict[str, Any]:
        """Return the object of `get_skew_data` as far as it is known; no request is spent on it.

        The engine asks for it and decides without it.
        """
        sourced = engine_dictionaries.skew(symbol, at=self._at, ask=_known)
        return dict(sourced.value) if sourced else {}

    def quote(self, contract: Contract) -> dict[str, Any]:
        """Return the engine's quote of the listed contract nearest to the wanted one, or `error`; see `leg`."""
        ticker = FactTicker(contract.symbol, partial(_options, at=self._at))
        return get_real_option_price(
            contract.symbol, contract.strike, contract.option_type, contract.expiration, tickers=lambda _: ticker
        )

    def leg(self, contract: Contract) -> dict[str, Any]:
        """Return the quote an order for exactly this contract is filled on, as JSON of a LegQuote."""
        quote = quote_option(
            contract.symbol,
            contract.day,
            contract.exact_strike,
            contract.side,
            at=self._at,
            priority=Priority.SCHEDULED,
        )
        found: dict[str, Any] = msgspec.to_builtins(of_option(quote))
        return found

    def _unusable(self, snapshot: Snapshot) -> str:
        when = f"{snapshot.symbol}'s levels are from {snapshot.as_of.astimezone(self._at.tzinfo):%Y-%m-%d %H:%M:%S} ET"
        if snapshot.stale_after is None:
            return f"{when}, imported or held: the trader waits for the market."
        if self._at > snapshot.stale_after:
            return f"{when}, which is too old to trade on."
        return ""


def leg_quote(stored: dict[str, Any]) -> LegQuote:
    """Return the LegQuote that `MarketAnswers.leg` wrote."""
    return msgspec.convert(stored, LegQuote, strict=False)


def _known(question: Question) -> Fact:
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
    return _with_zeros(facts.newest(question, at=at, priority=Priority.SCHEDULED))


def _with_zeros(fact: Fact) -> Fact:
    if not fact.is_known:
        return fact
    sides = {
        side: [{**row, **{name: row.get(name) or 0 for name in _KNOWN_AS_ZERO}} for row in rows]
        for side, rows in fact.value.items()
    }
    return msgspec.structs.replace(fact, value=sides)
