"""Opening, marking and closing at the model's prices: the first engine's own actions, each done once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from apps.ideas.idea import Idea
from apps.ledger.accounts import locked
from apps.ledger.models import Account, Order
from apps.paper.booking import Intention, RefusedError
from apps.paper.books import account_of, model_settings
from apps.paper.engines import ModelEngine, model_engine
from apps.paper.limits import MODEL_OFF, why_not_model
from apps.paper.market_answers import GammaAnswers
from apps.paper.models import PaperPosition
from legacy_engines.trading.paper_v1_pricing import get_next_expiration, option_side, parse_dte_from_strategy, strike_in

MANUAL = "Manual close"
_PRICE = re.compile(r"\$?(\d[\d,]*(?:\.\d+)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """row: the position, None where refused."""

    row: PaperPosition | None = None
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the engine would open. premium: USD per share; expires: YYYY-MM-DD. refusal: why it would not.

    is_package: the engine sees no call or put in it and prices the whole by a rule of its own.
    """

    quantity: int
    premium: float
    strike: float
    expires: str
    is_package: bool
    refusal: str = ""

    @property
    def cost(self) -> float:
        return self.quantity * self.premium * 100


def setup_of(idea: Idea) -> dict[str, Any]:
    """Return an idea as the engine reads setups. A first target that is written as a price is read as one."""
    setup: dict[str, Any] = {
        "symbol": idea.symbol,
        "strategy": idea.strategy,
        "action": idea.action or idea.strategy,
        "confidence": 70 if idea.confidence is None else idea.confidence,
        "reasoning": idea.reasoning,
    }
    if idea.details.get("best_time"):
        setup["best_time"] = str(idea.details["best_time"])
    target = idea.details.get("target_1") or idea.target
    number = target if isinstance(target, int | float) else _price(str(target))
    return setup | ({"target_1": float(number)} if number else {})


def preview(owner: User, setup: Mapping[str, Any], *, at: datetime) -> Preview:
    """Return what would be opened now. Raises RefusedError without usable levels or a price."""
    account = account_of(owner, "model", at=at)
    gex = _levels(setup["symbol"], GammaAnswers(at))
    return _previewed(account, setup, gex, at=at)


def open_setup(
    owner: User, setup: Mapping[str, Any], *, key: str, at: datetime, by: User | None, idea_id: int | None = None
) -> Opened:
    """Open a setup by the engine's size and price. The same key again gives the same position."""
    account = account_of(owner, "model", at=at)
    if not model_settings(owner).enabled:
        return Opened(refusal=MODEL_OFF)
    try:
        gex = _levels(setup["symbol"], GammaAnswers(at))
        with transaction.atomic():
            locked(account.pk)
            known = PaperPosition.objects.filter(
                account=account, position__orders__key=key, position__orders__purpose=Order.Purpose.OPEN
            ).first()
            if known is not None:
                return Opened(row=known)
            if why := _previewed(account, setup, gex, at=at).refusal:
                return Opened(refusal=why)
            intention = Intention(at=at, by=by, key=key, reason=str(setup["strategy"]), idea_id=idea_id)
            number = model_engine(account, at=at, intention=intention).open_position(setup, gex)
    except RefusedError as refused:
        return Opened(refusal=str(refused))
    return Opened(row=PaperPosition.objects.filter(pk=number or 0).first(), refusal="" if number else MODEL_OFF)


def close(row: PaperPosition, *, key: str, at: datetime, by: User, reason: str = MANUAL) -> Opened:
    """Mark a position to the model on the levels of now, then close it. Closed already: nothing happens again."""
    account = account_of(row.owner, "model", at=at)
    try:
        with transaction.atomic():
            locked(account.pk)
            intention = Intention(at=at, by=by, key=key, reason=reason)
            engine = model_engine(account, at=at, intention=intention)
            gex = GammaAnswers(at).get_net_gamma(row.symbol)
            if not gex.get("error"):
                engine.update_position_value(row.pk, gex["spot_price"])
            engine.close_position(row.pk, reason)
    except RefusedError as refused:
        return Opened(refusal=str(refused))
    row.refresh_from_db()
    return Opened(row=row)


def passing_setups(engine: ModelEngine, setups: list[dict[str, Any]], *, at: datetime) -> list[dict[str, Any]]:
    """Return the setups the engine would open without asking; none while auto-execute is off."""
    if not setups or not engine.is_auto_execute_enabled():
        return []
    source = GammaAnswers(at)
    return [
        setup
        for setup in setups
        if not (gex := source.get_net_gamma(setup["symbol"])).get("error") and engine.evaluate_new_setup(setup, gex)
    ]


def _previewed(account: Account, setup: Mapping[str, Any], gex: Mapping[str, Any], *, at: datetime) -> Preview:
    engine = model_engine(account, at=at)
    spot = gex["spot_price"]
    try:
        quantity, premium = engine.calculate_position_size(setup, spot)
    except ValueError as error:
        # At the money on its last day the model has no price: the old program broke off here too.
        raise RefusedError("The model has no price for this contract on its last day.") from error
    dte = parse_dte_from_strategy(str(setup["strategy"]), setup.get("best_time"))
    return Preview(
        quantity=quantity,
        premium=premium,
        is_package=option_side(str(setup["action"])) is None,
        strike=strike_in(str(setup["action"]), setup.get("target_1", spot)),
        expires=f"{get_next_expiration(dte, clock=engine.clock):%Y-%m-%d}",
        refusal=why_not_model(account, model_settings(account.owner), premium=premium, quantity=quantity),
    )


def _levels(symbol: str, source: GammaAnswers) -> dict[str, Any]:
    gex = source.get_net_gamma(symbol)
    if gex.get("error"):
        raise RefusedError(str(gex["error"]))
    return gex


def _price(text: str) -> float | None:
    """Return a text that is a price and nothing else: "$3.00 per spread" is no target of the underlying."""
    found = _PRICE.fullmatch(text.strip())
    return float(found[1].replace(",", "")) if found else None
