"""Ideas that are taken into the trader's own record: the form opens with what the idea names."""

from decimal import Decimal
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse

from apps.ideas.idea import Idea
from apps.ideas.models import TradeIdea
from apps.ideas.takers import Outcome, Taker
from apps.ledger.idea_legs import legs_of_idea
from apps.ledger.tickets import LegTicket
from apps.positions.structures import STRIKES, STRUCTURES


def form_of(idea: Idea) -> dict[str, str]:
    """Return the form's fields as far as an idea names them; a trader fills in the rest."""
    found = {"symbol": idea.symbol, "strategy": idea.strategy, "notes": "\n".join(
        line for line in (f"{idea.origin}.", idea.action, idea.reasoning) if line)}  # fmt: skip
    legs = legs_of_idea(idea)
    for name in STRUCTURES:
        for side in ("buy", "sell"):
            strikes = _strikes(name, side, legs)
            if strikes is not None:
                expiration = legs[0].expiration
                found |= {"structure": name, "side": side}
                found |= {"expiration": expiration.isoformat()} if expiration else {}
                return found | {
                    field: f"{strike.normalize():f}" for field, strike in zip(STRIKES, strikes, strict=False)
                }
    return found


def _strikes(name: str, side: str, legs: tuple[LegTicket, ...]) -> list[Decimal] | None:
    """Return the strikes of legs that are this structure, None where they are another."""
    shape = STRUCTURES[name]
    if len(shape.legs) != len(legs) or len({leg.expiration for leg in legs}) != 1:
        return None
    sign = 1 if side == "buy" else -1
    strikes: list[Decimal | None] = [None] * len(shape.strikes)
    left = sorted(legs, key=lambda leg: leg.strike or Decimal(0))
    for kind, ratio, place in sorted(shape.legs, key=lambda leg: leg[2]):
        match = next((leg for leg in left if leg.kind == kind and leg.ratio == sign * ratio), None)
        if match is None:
            return None
        left.remove(match)
        if shape.strikes:
            if strikes[place] not in (None, match.strike):
                return None
            strikes[place] = match.strike
    found = [strike for strike in strikes if strike is not None]
    return found if found == sorted(set(found)) and len(found) == len(shape.strikes) else None


def _take(user: User, idea: Idea, stored: TradeIdea) -> Outcome:
    return Outcome(url=f"{reverse('positions:page')}?{urlencode({'open': 'idea', 'idea': stored.pk})}")


TAKE = Taker(key="take", label="Take", icon="layers", take=_take)
