"""Hand an idea over: find it again, keep it with its facts, give it to the one who takes it."""

from dataclasses import asdict
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from apps.ideas import sources, takers
from apps.ideas.idea import Idea
from apps.ideas.models import TradeIdea
from apps.ideas.takers import Outcome
from apps.market.storage import price_to_decimal

_TERMS = ("entry", "target", "stop", "max_risk", "size", "details")


@transaction.atomic
def hand_over(user: User, *, source: str, symbol: str, reference: str, taker_key: str, at: datetime) -> Outcome:
    """Give a proposed idea to a taker and keep it in the user's log. All or nothing.

    Raises IdeaGoneError when it is no longer proposed, KeyError for an unknown source or taker.
    """
    idea = sources.find(source, symbol, reference, at=at)
    taker = takers.taker(taker_key)
    stored = keep(user, idea, taken_for=taker.key, at=at)
    return taker.take(user, idea, stored)


def keep(user: User, idea: Idea, *, taken_for: str, at: datetime) -> TradeIdea:
    """Write an idea into the user's log."""
    terms = {name: getattr(idea, name) for name in _TERMS}
    terms["expiration"] = idea.expiration.isoformat() if idea.expiration else None
    terms["legs"] = [
        asdict(leg) | {"expiration": leg.expiration.isoformat() if leg.expiration else None} for leg in idea.legs
    ]
    return TradeIdea.objects.create(
        user=user,
        created_at=at,
        taken_for=taken_for,
        origin=idea.origin,
        symbol=idea.symbol,
        strategy=idea.strategy[:200],
        confidence=idea.confidence,
        entry_price=price_to_decimal(idea.spot),
        as_of=idea.as_of,
        action=idea.action,
        reasoning=idea.reasoning,
        mm_behavior=idea.dealers,
        terms=terms,
    )
