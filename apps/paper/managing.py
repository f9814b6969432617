"""Looking after open paper positions: marks at each snapshot, exits by the engine's rules, on a click or by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from alphagex import clock
from apps.accounts.services import preferences_of
from apps.gex.setups import game_plan
from apps.gex.setups.picture import picture_of
from apps.ledger.accounts import locked
from apps.ledger.closing import ClosingError, close_position
from apps.ledger.models import Account, Order, Position
from apps.ledger.opening import Terms
from apps.ledger.pricing import LegQuote, quote_leg
from apps.market import kept
from apps.market.blocks import NotReadyError
from apps.market.models import Feed
from apps.market.quotes import QuoteBook
from apps.paper import daily_rows, model_trading
from apps.paper.booking import Intention, RefusedError
from apps.paper.books import account_of, daily_settings, follow, model_settings
from apps.paper.engines import SYMBOL, ModelEngine, model_engine, reading_engine
from apps.paper.fill_costs import costs_of_position
from apps.paper.market_answers import GammaAnswers
from apps.paper.marks import show_quotes
from apps.paper.models import PaperPosition, PaperPositionV2
from legacy_engines.trading import paper_v1

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Managed:
    """closes: what was closed, as {symbol, strategy, reason, pnl in USD}. problems: why something was not done."""

    closes: Sequence[dict[str, Any]] = ()
    problems: Sequence[str] = ()


def manage_model(account: Account, *, at: datetime, by_hand: bool = False) -> Managed:
    """Mark the account's positions to the model and close those the engine closes.

    While auto-execute is off they are only marked, unless somebody asks for the exits.
    """
    with transaction.atomic():
        locked(account.pk)
        intention = Intention(at=at, by=account.owner if by_hand else None, key=f"exit:{at:%Y%m%dT%H%M%S.%f}")
        engine = model_engine(account, at=at, intention=intention)
        source = GammaAnswers(at)
        if engine.is_auto_execute_enabled():
            closes = engine.auto_manage_positions(source)
        else:
            closes = [
                done
                for row in _open_model_rows(account, at=at)
                if (done := _looked_at(engine, row, source, may_close=by_hand))
            ]
    return Managed(closes=closes, problems=[*source.problems.values(), *engine.problems])


def manage_daily(account: Account, *, at: datetime, by_hand: bool = False) -> Managed:
    """Mark the account's positions at their legs' mids and bring the engine's rows in step.

    The second engine has no exits: those of the first close where that is switched on, or somebody asks for it.
    """
    rows = PaperPositionV2.objects.filter(account=account, status="OPEN", position__isnull=False)
    rows = rows.exclude(_has_expired(at)).order_by("pk")
    source = GammaAnswers(at)
    book = QuoteBook(SYMBOL, at=at)  # all of its rows are SPY's
    closes: list[dict[str, Any]] = []
    problems: list[str] = []
    may_close = by_hand or daily_settings(account.owner).auto_manage
    for row in rows.select_related("position"):
        position = row.position
        if position is None:
            continue
        gex = source.get_net_gamma(row.symbol)
        quotes = [quote_leg(book, leg, at=at) for leg in position.legs.filter(open_quantity__gt=0)]
        position = show_quotes(position, quotes)
        if may_close and not gex.get("error"):
            done, problem = _exited(row, position, quotes, gex, at=at, by=account.owner if by_hand else None)
            closes += [done] if done else []
            problems += [problem] if problem else []
        daily_rows.write(row.pk, spot=gex.get("spot_price"))
    return Managed(closes=closes, problems=[*source.problems.values(), *problems])


def manage_symbol(symbol: str, *, at: datetime) -> None:
    """Do what a new snapshot of a symbol asks for, in every account that is concerned by it."""
    model = PaperPosition.objects.filter(status="OPEN", symbol=symbol, account__closed_at__isnull=True)
    for account in Account.objects.filter(pk__in=model.values("account")).select_related("owner"):
        _log(account, manage_model(account, at=at))
    if symbol == SYMBOL:
        daily = PaperPositionV2.objects.filter(status="OPEN", account__closed_at__isnull=True)
        for account in Account.objects.filter(pk__in=daily.values("account")).select_related("owner"):
            follow(account)
            _log(account, manage_daily(account, at=at))
    auto_execute(symbol, at=at)


def auto_execute(symbol: str, *, at: datetime) -> list[PaperPosition]:
    """Open the setups of a trader's own symbol that the engine would open without asking, each at most once a day."""
    opened = []
    accounts = Account.objects.filter(kind=Account.Kind.MODEL, closed_at__isnull=True).select_related("owner")
    for account in accounts:
        settings = model_settings(account.owner)
        if not (settings.enabled and settings.auto_execute and preferences_of(account.owner).symbol == symbol):
            continue
        account = account_of(account.owner, "model", at=at)
        for setup in model_trading.passing_setups(reading_engine(account, at=at), setups_of(symbol, at=at), at=at):
            key = f"auto:{clock.in_new_york(at):%Y-%m-%d}:{symbol}:{setup['strategy']}"[:80]
            done = model_trading.open_setup(account.owner, setup, key=key, at=at, by=None)
            if done.row is not None:
                opened.append(done.row)
            log.info("paper_auto_executed", owner=account.owner_id, symbol=symbol, refusal=done.refusal)
    return opened


def setups_of(symbol: str, *, at: datetime) -> list[dict[str, Any]]:
    """Return the setups the game plan finds on a symbol's newest levels, none before there are any.

    Kept for the snapshot they are of: one condor is simulated a thousand times.
    """
    seq = Feed.objects.filter(symbol=symbol).values_list("seq", flat=True).first() or 0
    name = f"paper-setups:{symbol}:{seq}:{clock.in_new_york(at):%Y-%m-%d}"
    found: list[dict[str, Any]] | None = kept.read([name]).get(name)
    if found is None:
        try:
            found = game_plan.detected(picture_of(symbol), at=at)
        except NotReadyError:
            return []
        kept.write({name: found}, seconds=300)
    return found


def _open_model_rows(account: Account, *, at: datetime) -> list[PaperPosition]:
    return list(PaperPosition.objects.filter(account=account, status="OPEN").exclude(_has_expired(at)).order_by("pk"))


def _has_expired(at: datetime) -> Q:
    """Return the rows of earlier days than today's: they have no quotes any more, and wait to be settled."""
    return Q(expiration_date__lt=clock.in_new_york(at).date().isoformat())


def _looked_at(
    engine: ModelEngine, row: PaperPosition, source: GammaAnswers, *, may_close: bool
) -> dict[str, Any] | None:
    """Mark one position, and close it by the engine's rules where somebody asked for it."""
    gex = source.get_net_gamma(row.symbol)
    if gex.get("error"):
        return None
    engine.update_position_value(row.pk, gex["spot_price"])
    if not may_close:
        return None
    (marked,) = engine.store.select(paper_v1.POSITIONS, [("id", "=", row.pk)])
    leave, reason = engine.check_exit_conditions(marked, gex)
    if not leave:
        return None
    try:
        engine.close_position(row.pk, reason)
    except RefusedError as refused:
        engine.problems.append(f"{row.symbol} {row.strategy}: {refused}")
        return None
    return {"symbol": row.symbol, "strategy": row.strategy, "reason": reason, "pnl": marked["unrealized_pnl"]}


def _exited(
    row: PaperPositionV2,
    position: Position,
    quotes: Sequence[LegQuote],
    gex: dict[str, Any],
    *,
    at: datetime,
    by: User | None,
) -> tuple[dict[str, Any] | None, str]:
    """Close one position if the rules say so; return what was done, and why something was not."""
    if position.status == Position.Status.CLOSED:
        return None, ""
    if position.mark_problem:
        return None, f"{row.strategy} is not judged: {position.mark_problem}"
    pnl = float(daily_rows.at_mid(position, costs_of_position(position)))
    facts = {
        "entry_premium": float(position.entry_price),
        "quantity": position.quantity,
        "unrealized_pnl": pnl,
        "expiration_date": row.expiration_date,
        "entry_net_gex": row.entry_net_gex or 0,
    }
    rules = model_engine(account_of(row.owner, "model", at=at), at=at)
    leave, reason = rules.check_exit_conditions(facts, gex)
    if not leave:
        return None, ""
    key = f"exit:{row.pk}:{at:%Y%m%dT%H%M%S.%f}"
    try:
        order = close_position(position, at=at, by=by, key=key, terms=Terms(quotes=quotes), reason=reason)
    except ClosingError as error:
        return None, str(error)
    if order.status != Order.Status.FILLED:
        return None, f"{row.strategy} is not closed: {order.refusal}"
    return {"symbol": row.symbol, "strategy": row.strategy, "reason": reason, "pnl": pnl}, ""


def _log(account: Account, managed: Managed) -> None:
    for done in managed.closes:
        log.info("paper_closed", owner=account.owner_id, strategy=done["strategy"], reason=done["reason"])
    for problem in managed.problems:
        log.info("paper_not_managed", owner=account.owner_id, problem=problem)
