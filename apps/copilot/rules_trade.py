"""The trade of the engine's rules as an idea: its strikes moved to listed ones, on the desk's usual expiration."""

from datetime import date, timedelta
from typing import Any

from alphagex import clock
from apps.copilot.proposals import in_words
from apps.copilot.seen import Seen
from apps.ideas.idea import Idea, Leg, OptionType
from apps.market.quotes import QuoteBook
from apps.market.templatetags.numbers import usd
from legacy_engines.copilot.fallbacks import FallbackTrade, fallback_market, fallback_trade

_USUAL_DAYS = timedelta(days=5)
_LEGS: dict[str, tuple[tuple[int, OptionType, float], ...]] = {
    "NEGATIVE_GEX_SQUEEZE": ((1, "call", 1.01),),
    "PREMIUM_SELLING": ((-1, "call", 1.02), (1, "call", 1.04)),
    "IRON_CONDOR": ((1, "put", 0.98), (-1, "put", 0.99), (-1, "call", 1.01), (1, "call", 1.02)),
}
"""Contracts per unit, kind, and share of spot, as the engine words them."""


def rules_idea(seen: Seen) -> Idea:
    """Return the trade the engine's text names."""
    market = fallback_market(seen.market_data, "", symbol=seen.symbol)
    trade = fallback_trade(market)
    book = QuoteBook(seen.symbol, at=seen.at)
    day = _expiration(seen, book)
    strikes = [float(each) for each in book.strikes(day)]
    legs = tuple(
        Leg(quantity=side, option_type=kind, strike=_listed(int(market.spot * share), strikes), expiration=day)
        for side, kind, share in _LEGS[trade.strategy]
    )
    return Idea(
        symbol=seen.symbol,
        strategy=trade.strategy.replace("_", " ").capitalize().replace("gex", "GEX"),
        origin="Copilot, rules",
        as_of=seen.snapshot.as_of,
        spot=market.spot,
        action=", ".join(in_words(leg) for leg in legs),
        expiration=day,
        confidence=float(trade.probability),
        reasoning=trade.reason,
        dealers=market.mm_state,
        legs=legs,
        **_terms(trade, legs),
    )


def _terms(trade: FallbackTrade, legs: tuple[Leg, ...]) -> dict[str, Any]:
    """Return entry, target, stop and risk: premiums are the engine's estimates, a share of spot, and no quotes."""
    details: dict[str, Any] = {"option_premium": trade.entry}
    if trade.stop >= 0:
        terms = {"entry": f"about {usd(trade.entry)} debit", "target": usd(trade.target), "stop": usd(trade.stop)}
        return terms | {"max_risk": f"{usd(trade.entry * 100)} a contract", "details": details}
    calls = [leg.strike for leg in legs if leg.option_type == "call"]
    width = max(calls) - min(calls)
    risk = max(width - trade.entry, 0) * 100
    if risk:
        details["risk_reward"] = trade.entry * 100 / risk
    return {
        "entry": f"about {usd(trade.entry)} credit",
        "target": "keep the credit",
        "stop": f"a loss of {usd(-trade.stop)} a share",
        "max_risk": f"{usd(risk)} a contract" if risk else "",
        "details": details,
    }


def _expiration(seen: Seen, book: QuoteBook) -> date:
    wanted = clock.in_new_york(seen.at).date() + _USUAL_DAYS
    later = [day for day in book.expirations if day >= wanted]
    return later[0] if later else clock.session_after(wanted).day


def _listed(wanted: float, strikes: list[float]) -> float:
    return min(strikes, key=lambda strike: abs(strike - wanted), default=float(wanted))
