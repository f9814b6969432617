"""The trade of the day: found on a click or by the desk, executed on a click, once."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import structlog
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from alphagex import clock
from apps.ledger.accounts import locked
from apps.ledger.models import Account
from apps.ledger.pricing import as_stored, quote_legs
from apps.paper.booking import Intention, RefusedError
from apps.paper.books import account_of, daily_settings
from apps.paper.contracts import legs_of_daily
from apps.paper.engines import SYMBOL, DailyEngine, NoTradeFoundError, daily_engine
from apps.paper.limits import why_not_daily
from apps.paper.market_answers import GammaAnswers
from apps.paper.models import FoundTrade, PaperPositionV2

log = structlog.get_logger(__name__)
FROM_HOUR = 10
"""New York: the desk's own search of the day comes at the first levels from then on, when the opening has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """What became of a click on Execute. row: the position, None where refused. changed: found again, and another."""

    row: PaperPositionV2 | None = None
    refusal: str = ""
    changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """What the engine would buy (legacy pages C-24). USD; share: of the capital, fraction. None without a price."""

    contracts: int
    premium: float
    total: float
    share: float


def find(owner: User, *, at: datetime, by_desk: bool = False) -> FoundTrade:
    """Look for today's trade and keep what was found, or why there is none."""
    account = account_of(owner, "daily", at=at)
    trade, problem = _search(daily_engine(account, at=at), at=at)
    return FoundTrade.objects.create(
        owner=owner,
        account=account,
        found_at=at,
        trading_day=clock.in_new_york(at).date(),
        trade=trade,
        problem=problem,
        by_desk=by_desk,
    )


def newest_found(account: Account, *, at: datetime) -> FoundTrade | None:
    """Return today's newest search, None before the first one."""
    today = clock.in_new_york(at).date()
    return FoundTrade.objects.filter(account=account, trading_day=today).select_related("executed").first()


def sizing_of(trade: dict[str, Any], *, capital: Decimal, share: Decimal) -> Sizing | None:
    """Return the engine's size. capital: USD; share: the largest a position may take of it."""
    mid = trade.get("real_mid") or 0
    if mid <= 0:
        return None
    contracts = max(1, min(int(float(capital) * float(share) / (mid * 100)), 50))
    total = contracts * mid * 100
    return Sizing(contracts=contracts, premium=mid, total=total, share=total / float(capital))


def execute(found: FoundTrade, *, key: str, at: datetime, by: User) -> Executed:
    """Open the found trade at the prices of now. Executed already, or the same click again, gives the same position.

    The trade is found again first: on other levels the finder may want another one, which is then shown instead.
    """
    if not found.trade:
        return Executed(refusal=found.problem or "There is no trade to execute.")
    account = account_of(found.owner, "daily", at=at)
    if account.pk != found.account_id:
        return Executed(refusal="This account was reset meanwhile. Find today's trade again.")
    with transaction.atomic():
        locked(account.pk)
        found = FoundTrade.objects.select_for_update(of=("self",)).select_related("executed", "owner").get(pk=found.pk)
        if found.executed is not None:
            return Executed(row=found.executed)
        if found.trading_day != clock.in_new_york(at).date():
            return Executed(refusal=f"It was found on {found.trading_day:%a %-d %b}. Find today's trade.")
        trade, problem = _search(daily_engine(account, at=at), at=at)
        if problem:
            return Executed(refusal=problem)
        if legs_of_daily(trade) != legs_of_daily(found.trade):
            _keep_again(found, trade, at=at)
            return Executed(
                changed=True,
                refusal=f"The levels have moved: today's trade is {trade['strategy']} now. Look at it, then execute.",
            )
        return _opened(account, found, trade, key=key, at=at, by=by)


def find_for_everybody(*, at: datetime) -> int:
    """Search for every trader who wants the trade of the day found, once a day; return how many searches it made."""
    moment = clock.in_new_york(at)
    if not clock.market_status(at).is_open or moment.hour < FROM_HOUR:
        return 0
    searched = FoundTrade.objects.filter(trading_day=moment.date())
    accounts = Account.objects.filter(kind=Account.Kind.PAPER, closed_at__isnull=True)
    done = 0
    for account in accounts.exclude(pk__in=searched.values("account")).select_related("owner"):
        settings = daily_settings(account.owner)
        if not (settings.enabled and settings.auto_find):
            continue
        try:
            with transaction.atomic():
                found = find(account.owner, at=at, by_desk=True)
        except IntegrityError:
            continue  # another worker was first
        if found.problem:
            # Nothing found is not the search of the day: the next levels may have more.
            found.delete()
        else:
            done += 1
            log.info("paper_trade_found", owner=account.owner_id, strategy=found.trade["strategy"])
    return done


def _search(engine: DailyEngine, *, at: datetime) -> tuple[dict[str, Any], str]:
    try:
        return engine.find(GammaAnswers(at, needs_flip=True)), ""
    except NoTradeFoundError as nothing:
        return {}, str(nothing)


def _keep_again(found: FoundTrade, trade: dict[str, Any], *, at: datetime) -> None:
    found.trade, found.found_at, found.problem = trade, at, ""
    found.save(update_fields=["trade", "found_at", "problem"])


def _opened(
    account: Account, found: FoundTrade, trade: dict[str, Any], *, key: str, at: datetime, by: User
) -> Executed:
    legs = legs_of_daily(trade)
    quotes = quote_legs(SYMBOL, legs, at=at)
    settings = daily_settings(found.owner)
    size = sizing_of(trade, capital=account.starting_cash, share=settings.max_position)
    if size is None:
        return Executed(refusal=f"No price of {trade['contract_symbol'] or 'the contract'}: nothing is filled.")
    why = why_not_daily(account, settings, legs=legs, quotes=quotes, quantity=size.contracts)
    if why:
        return Executed(refusal=why)
    intention = Intention(
        at=at,
        by=by,
        key=f"found:{found.pk}:{key}"[:80],
        reason="Trade of the day",
        legs=legs,
        quotes=quotes,
        target=_price(trade.get("target_price")),
        stop=_price(trade.get("stop_loss")),
    )
    try:
        number = daily_engine(account, at=at, intention=intention).execute_trade(trade)
    except RefusedError as refused:
        return Executed(refusal=str(refused))
    found.executed, found.trade, found.found_at = PaperPositionV2.objects.filter(pk=number or 0).first(), trade, at
    found.save(update_fields=["executed", "trade", "found_at"])
    return Executed(row=found.executed)


def _price(value: float | None) -> Decimal | None:
    """Return a price of the underlying, None where the finder names none; a condor's stop of 0 is none."""
    return as_stored(Decimal(repr(float(value)))) if value else None
