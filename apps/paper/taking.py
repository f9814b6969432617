"""Ideas that are tried in paper: a dialog says what would be opened and what it can lose, a click on it opens it.

An idea with legs goes to the account at quoted prices; one without is the first engine's to read, size and price.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.template.loader import render_to_string

from alphagex import clock
from apps.ideas.idea import Idea
from apps.ideas.models import TradeIdea
from apps.ideas.stored import idea_of
from apps.ideas.takers import Outcome, Taker
from apps.ledger import payoff
from apps.ledger.accounts import locked
from apps.ledger.idea_legs import legs_of_idea
from apps.ledger.models import Account, Position
from apps.ledger.opening import Terms, open_position, side_of
from apps.ledger.pricing import LegQuote, NoFillError, fill_prices, quote_legs
from apps.ledger.tickets import LegTicket, Ticket, TicketError
from apps.paper import model_trading
from apps.paper.booking import RefusedError
from apps.paper.books import account_of, daily_settings
from apps.paper.limits import why_not_daily


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the dialog shows. net: USD per share of one unit, paid (positive) or received, at the account's fill model.

    max_loss: USD per unit, None without limit. refusal: why it cannot be opened as it is.
    """

    idea: Idea
    stored_id: int
    key: str
    quantity: int = 1
    legs: tuple[LegTicket, ...] = ()
    quotes: tuple[LegQuote, ...] = ()
    net: Decimal | None = None
    max_loss: Decimal | None = None
    has_limit: bool = True
    preview: model_trading.Preview | None = None
    refusal: str = ""

    @property
    def lines(self) -> list[tuple[LegTicket, LegQuote]]:
        return list(zip(self.legs, self.quotes, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of the click. position: in the ledger, None where refused."""

    position: Position | None = None
    refusal: str = ""


def offer(user: User, stored: TradeIdea, *, at: datetime, quantity: int = 1, refusal: str = "") -> Offer:
    """Return what the dialog shows of an idea now."""
    idea = idea_of(stored)
    legs = legs_of_idea(idea)
    common: dict[str, Any] = {"idea": idea, "stored_id": stored.pk, "key": uuid4().hex, "quantity": quantity}
    if not legs:
        try:
            found = model_trading.preview(user, model_trading.setup_of(idea), at=at)
        except RefusedError as refused:
            return Offer(**common, refusal=refusal or str(refused))
        return Offer(**common, preview=found, refusal=refusal or found.refusal)
    account = account_of(user, "daily", at=at)
    quotes = tuple(quote_legs(idea.symbol, legs, at=at))
    why = why_not_daily(account, daily_settings(user), legs=legs, quotes=quotes, quantity=quantity)
    try:
        prices = fill_prices(quotes, [side_of(leg.ratio) for leg in legs], fill_model=account.fill_model)
    except NoFillError as no_fill:
        return Offer(**common, legs=legs, quotes=quotes, refusal=refusal or str(no_fill))
    net = sum((leg.ratio * price for leg, price in zip(legs, prices, strict=True)), Decimal(0))
    loss = payoff.extremes(legs, prices, units=1).max_loss
    return Offer(
        **common, legs=legs, quotes=quotes, net=net, max_loss=loss, has_limit=loss is not None, refusal=refusal or why
    )


def take_up(user: User, stored: TradeIdea, *, quantity: int, key: str, at: datetime) -> Taken:
    """Open an idea. One that was opened already, and the same click again, gives the same position."""
    idea = idea_of(stored)
    legs = legs_of_idea(idea)
    account = account_of(user, "daily" if legs else "model", at=at)
    key = f"idea:{stored.pk}:{key}"[:80]
    with transaction.atomic():
        locked(account.pk)
        if (known := Position.objects.filter(account=account, idea=stored).first()) is not None:
            return Taken(position=known)
        if legs:
            return _at_quotes(account, idea, stored, legs, quantity=quantity, key=key, at=at)
        setup = model_trading.setup_of(idea)
        opened = model_trading.open_setup(user, setup, key=key, at=at, by=user, idea_id=stored.pk)
        return Taken(position=opened.row.position if opened.row else None, refusal=opened.refusal)


def _at_quotes(
    account: Account,
    idea: Idea,
    stored: TradeIdea,
    legs: tuple[LegTicket, ...],
    *,
    quantity: int,
    key: str,
    at: datetime,
) -> Taken:
    quotes = quote_legs(idea.symbol, legs, at=at)
    user = account.owner
    why = why_not_daily(account, daily_settings(user), legs=legs, quotes=quotes, quantity=quantity)
    if why:
        return Taken(refusal=why)
    ticket = Ticket(
        symbol=idea.symbol,
        strategy=idea.strategy,
        legs=legs,
        quantity=quantity,
        notes=idea.reasoning,
        idea_id=stored.pk,
    )
    terms = Terms(quotes=quotes)
    try:
        order = open_position(account, ticket, at=at, by=user, key=key, terms=terms, reason=idea.origin)
    except TicketError as error:
        return Taken(refusal=str(error))
    return Taken(position=order.position, refusal=order.refusal)


def _take(user: User, idea: Idea, stored: TradeIdea) -> Outcome:
    shown = offer(user, stored, at=clock.now())
    return Outcome(dialog=render_to_string("paper/take.html", {"offer": shown}))


PAPER = Taker(key="paper", label="Paper trade", icon="flask-conical", take=_take)
