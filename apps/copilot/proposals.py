"""Trades an answer proposes: read, kept with the answer, and handed over on a click."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from django.contrib.auth.models import User
from django.db import transaction
from msgspec import Meta

from alphagex import clock
from apps.copilot.models import Turn
from apps.copilot.seen import Seen
from apps.ideas import services, takers
from apps.ideas.idea import Idea, Leg
from apps.ideas.models import TradeIdea
from apps.ideas.takers import Outcome
from apps.market.quotes import QuoteBook
from apps.market.templatetags.numbers import strike as strike_words
from apps.market.templatetags.numbers import usd

ORIGIN = "Copilot"
MOST_IDEAS = 4
_HUNDRED = 100
Price = Annotated[float, Meta(ge=0, le=100_000)]


class ProposedLeg(msgspec.Struct, forbid_unknown_fields=True):
    """One option of a proposed trade."""

    side: Literal["buy", "sell"]
    option_type: Literal["call", "put"]
    strike: Annotated[float, Meta(gt=0, le=1_000_000, description="Listed strike, points.")]
    expiration: Annotated[str, Meta(description="Listed expiration, YYYY-MM-DD.")]
    contracts: Annotated[int, Meta(ge=1, le=100, description="Contracts per unit of the trade, usually 1.")] = 1


class ProposedTrade(msgspec.Struct, forbid_unknown_fields=True):
    """A concrete trade. Prices: USD per share of one unit."""

    strategy: Annotated[str, Meta(min_length=2, max_length=80, description="Such as Iron condor or Long call.")]
    legs: Annotated[list[ProposedLeg], Meta(min_length=1, max_length=4)]
    reason: Annotated[str, Meta(max_length=600, description="Why, in one or two sentences.")]
    premium: Annotated[Price, Meta(description="Paid or received, USD a share, from a quote you were given.")] = 0
    is_credit: bool = False
    target: Annotated[str, Meta(max_length=120)] = ""
    stop: Annotated[str, Meta(max_length=120)] = ""
    max_loss: Annotated[Price, Meta(description="Most one unit can lose, USD a contract; 0: not known.")] = 0
    confidence_percent: Annotated[float, Meta(ge=0, le=100)] | None = None


class ProposalError(ValueError):
    """A trade that cannot be meant. The message tells Claude what to mend."""


def idea_of_proposal(trade: ProposedTrade, seen: Seen) -> Idea:
    """Return a proposed trade as an idea. Raises ProposalError for contracts that do not exist."""
    book = QuoteBook(seen.symbol, at=seen.at)
    legs = tuple(_leg(one, seen, book) for one in trade.legs)
    premium = usd(trade.premium) if trade.premium else ""
    details: dict[str, Any] = {"option_premium": trade.premium} if trade.premium else {}
    if trade.is_credit and trade.max_loss and trade.premium:
        details["risk_reward"] = trade.premium * _HUNDRED / trade.max_loss
    return Idea(
        symbol=seen.symbol,
        strategy=trade.strategy,
        origin=ORIGIN,
        as_of=seen.snapshot.as_of,
        spot=float(seen.snapshot.spot),
        action=", ".join(in_words(leg) for leg in legs),
        entry=f"{premium} {'credit' if trade.is_credit else 'debit'}" if premium else "",
        target=trade.target,
        stop=trade.stop,
        max_risk=f"{usd(trade.max_loss)} a contract" if trade.max_loss else "",
        expiration=min(leg.expiration for leg in legs if leg.expiration),
        confidence=trade.confidence_percent,
        reasoning=trade.reason,
        legs=legs,
        details=details,
    )


def in_words(leg: Leg) -> str:
    """Return `Buy 1 4,550 call 20 Nov`."""
    side = "Buy" if leg.quantity > 0 else "Sell"
    day = f" {leg.expiration:%-d %b}" if leg.expiration else ""
    return f"{side} {abs(leg.quantity)} {strike_words(leg.strike)} {leg.option_type}{day}"


def as_json(idea: Idea) -> dict[str, Any]:
    """Return an idea as it is kept with its answer."""
    kept: dict[str, Any] = msgspec.to_builtins(asdict(idea))
    return kept


def from_json(kept: dict[str, Any]) -> Idea:
    """Return a kept idea."""
    legs = tuple(Leg(**one | {"expiration": _day(one["expiration"])}) for one in kept["legs"])
    return Idea(
        **kept | {"legs": legs, "expiration": _day(kept["expiration"]), "as_of": datetime.fromisoformat(kept["as_of"])}
    )


@transaction.atomic
def hand_over(user: User, turn_id: int, *, place: int, taker_key: str, at: datetime) -> Outcome:
    """Give an idea of the user's own answer to a taker. The same click again hands over what is logged already.

    Raises Turn.DoesNotExist, IndexError for an idea that is not there, KeyError for an unknown taker.
    """
    turn = Turn.objects.select_for_update().get(pk=turn_id, chat__owner=user)
    taker = takers.taker(taker_key)
    idea = from_json(turn.ideas[place])
    name = f"{place}:{taker.key}"
    stored = TradeIdea.objects.filter(pk=turn.taken.get(name), user=user).first()
    if stored is None:
        stored = services.keep(user, idea, taken_for=taker.key, at=at)
        turn.taken[name] = stored.pk
        turn.save(update_fields=["taken"])
    return taker.take(user, idea, stored)


def _leg(one: ProposedLeg, seen: Seen, book: QuoteBook) -> Leg:
    day = _day(one.expiration)
    if day is None:
        raise ProposalError(f"{one.expiration!r} is no date; write YYYY-MM-DD.")
    if day < clock.in_new_york(seen.at).date():
        raise ProposalError(f"{one.expiration} is over.")
    listed = book.expirations
    if listed and day not in listed:
        near = ", ".join(str(each) for each in sorted(listed, key=lambda each: abs((each - day).days))[:4])
        raise ProposalError(f"{seen.symbol} has no expiration {day}; near it are {near}.")
    strikes = [float(each) for each in book.strikes(day)]
    if strikes and one.strike not in strikes:
        near = ", ".join(f"{each:g}" for each in sorted(strikes, key=lambda each: abs(each - one.strike))[:4])
        raise ProposalError(f"{seen.symbol} {day} has no strike {one.strike:g}; near it are {near}.")
    quantity = one.contracts if one.side == "buy" else -one.contracts
    return Leg(quantity=quantity, option_type=one.option_type, strike=one.strike, expiration=day)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
