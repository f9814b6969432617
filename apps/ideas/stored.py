"""A stored idea as it was proposed."""

from datetime import date

from apps.ideas.idea import Idea, Leg
from apps.ideas.models import TradeIdea


def idea_of(stored: TradeIdea) -> Idea:
    """Return a stored idea as it was proposed."""
    terms = stored.terms
    legs = tuple(
        Leg(
            quantity=leg["quantity"],
            option_type=leg["option_type"],
            strike=leg["strike"],
            expiration=_day(leg["expiration"]),
        )
        for leg in terms["legs"]
    )
    return Idea(
        symbol=stored.symbol,
        strategy=stored.strategy,
        origin=stored.origin,
        as_of=stored.as_of,
        spot=float(stored.entry_price),
        action=stored.action,
        entry=terms["entry"],
        target=terms["target"],
        stop=terms["stop"],
        max_risk=terms["max_risk"],
        size=terms["size"],
        expiration=_day(terms["expiration"]),
        confidence=stored.confidence,
        reasoning=stored.reasoning,
        dealers=stored.mm_behavior,
        legs=legs,
        details=terms["details"],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
