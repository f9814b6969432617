"""Positions over the API: listed, opened, planned, closed. What changes something goes through the ledger."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import uuid4

from ninja import Query, Router, Status

from alphagex import clock
from apps.api.pages import Limit, Offset, Page, page_of
from apps.api.parameters import Key, Number
from apps.api.problems import INCOMPLETE, RESPONSES, Problem, not_found, of_form
from apps.api.requests import ApiRequest
from apps.api.tables import Format, csv_file
from apps.ledger.accounts import account_in_use
from apps.ledger.closing import ClosingError, close_position
from apps.ledger.editing import change_plan
from apps.ledger.models import Account, Order, Position
from apps.ledger.opening import Terms, open_position
from apps.ledger.pricing import quote_legs
from apps.ledger.tickets import LegTicket, Ticket, TicketError, checked, from_json
from apps.market.watching import note_watched
from apps.positions import history
from apps.positions.actions import BY_HAND
from apps.positions.api_shapes import (
    OrderSaid,
    PlanAsked,
    PositionAsked,
    PositionInFull,
    PositionSaid,
    ProfitAndLoss,
    in_full,
    position_of,
    rounded,
)
from apps.positions.detail import detail_of
from apps.positions.forms import OpenForm
from apps.positions.greeks import Greeks
from apps.positions.open_rows import newest_levels, open_positions, open_rows, row_of
from apps.positions.proposing import ticket_of
from apps.positions.stated import leg_prices
from apps.positions.structures import STRIKES
from apps.positions.summary import summary_of

router = Router(tags=["Positions"])
MOST_MONEY = Decimal(10) ** 12  # USD: the ledger's columns hold a hundred times as much
Accounts = Literal["own", "paper", "model", "autonomous", "all"]


@router.get("", response={200: Page[PositionSaid], **RESPONSES})
def positions(
    request: ApiRequest,
    limit: Limit = 100,
    offset: Offset = 0,
    format: Format = "json",
    status: Literal["open", "closed"] = "open",
    account: Accounts = "own",
    symbol: Annotated[str, Query(max_length=12)] = "",
    strategy: Annotated[str, Query(max_length=200)] = "",
    outcome: Literal["", "win", "loss", "even"] = "",
    since: date | None = None,
    until: date | None = None,
) -> Any:
    """Open or closed positions, newest first.

    outcome, since and until (days of the close) narrow the closed ones. strategy: a part of its name.
    """
    at, wanted = clock.now(), symbol.strip().upper()
    if status == "open":
        found = open_positions(request.user, account=account)
        if wanted:
            found = found.filter(symbol=wanted)
        if strategy:
            found = found.filter(strategy__icontains=strategy)
        if format == "csv":
            chosen_ids = set(found.values_list("pk", flat=True))
            rows = [row for row in open_rows(request.user, at=at, account=account) if row.position.pk in chosen_ids]
            return csv_file(_file_name("open"), history.open_csv(rows))
        newest = newest_levels(found.order_by().values_list("symbol", flat=True).distinct())
    else:
        chosen = history.Chosen(
            account=account, symbol=wanted, strategy=strategy, outcome=outcome, since=_day(since), until=_day(until)
        )
        if format == "csv":
            return csv_file(_file_name("closed"), history.closed_csv(request.user, chosen))
        found, newest = history.listed(request.user, chosen).select_related("account"), {}
    rows_of_page = found.prefetch_related("legs")
    return page_of(
        rows_of_page, lambda one: position_of(row_of(one, newest.get(one.symbol), at=at)), limit=limit, offset=offset
    )


@router.post("", response={201: OrderSaid, 202: OrderSaid, **RESPONSES})
def open_one(request: ApiRequest, asked: PositionAsked, key: Key = "") -> Any:
    """Open a position in your own record: 201 filled, 202 where it waits for a quote, 409 refused.

    The same Idempotency-Key again returns the same order and trades nothing.
    """
    at = clock.now()
    try:
        ticket, terms = _of_structure(asked) if asked.structure else _of_legs(asked)
        ticket = checked(ticket, today=clock.in_new_york(at).date())
        _refuse_too_much(ticket, terms)
        note_watched([ticket.symbol], at=at)
        own = account_in_use(request.user, Account.Kind.OWN, at=at)
        order = open_position(own, ticket, at=at, by=request.user, key=_key("open", key), terms=terms)
    except (TicketError, ValueError) as error:
        raise Problem(422, INCOMPLETE, str(error)) from error
    if from_json(order.ticket) != ticket:
        raise Problem(409, "Key used already", "This Idempotency-Key opened something else. Choose a new one.")
    return Status(202 if order.status == Order.Status.WORKING else 201, _order(order))


@router.get("/pnl", response={200: ProfitAndLoss, **RESPONSES})
def profit_and_loss(request: ApiRequest, account: Accounts = "own") -> dict[str, Any]:
    """P&L, risk and exposure by the newest marks."""
    at = clock.now()
    found = summary_of(request.user, open_rows(request.user, at=at, account=account), account=account, at=at)
    same = ("positions", "open_pnl", "unmarked", "today", "closed_today", "unlimited", "account_size", "win_rate")
    return {name: getattr(found, name) for name in same} | {
        "account": account,
        "at_risk": rounded(found.at_risk),
        "risk_share": found.risk_share,
        "closed_30_days": found.closed,
        "greeks": _greeks(found.greeks),
        "by_symbol": [
            {"symbol": one.name, "positions": one.positions, "at_risk": rounded(one.at_risk)} | _greeks(one.greeks)
            for one in found.by_symbol
        ],
        "by_expiration": [
            {"expiration": one.day, "positions": one.positions} | _greeks(one.greeks) for one in found.by_expiration
        ],
    }


@router.get("/{number}", response={200: PositionInFull, **RESPONSES})
def position(request: ApiRequest, number: Number) -> dict[str, Any]:
    """One position of any of your accounts, with its payoff and fills."""
    return in_full(detail_of(_any(request, number), at=clock.now()))


@router.put("/{number}", response={200: PositionSaid, **RESPONSES})
def plan(request: ApiRequest, number: Number, asked: PlanAsked) -> dict[str, Any]:
    """Change target, stop and notes. Fills stay what they are."""
    found, at = _own(request, number), clock.now()
    kept = {"target": found.target, "stop": found.stop, "notes": found.notes}
    wanted: dict[str, Any] = kept | asked.dict(exclude_unset=True)
    wanted["notes"] = wanted["notes"] or ""
    change_plan(found, **wanted, at=at, by=request.user)
    return _shown(_any(request, number))


@router.delete("/{number}", response={200: OrderSaid, **RESPONSES})
def close(
    request: ApiRequest, number: Number, quantity: Annotated[int | None, Query(ge=1, le=100_000)] = None, key: Key = ""
) -> Any:
    """Close a position at the quotes of the moment, or `quantity` of its units; 409 where there is no usable quote.

    The same Idempotency-Key again returns the same order.
    """
    found = _own(request, number)
    intention = _key(f"close:{found.pk}", key)
    was_asked = Order.objects.filter(account=found.account, key=intention).exists()
    if found.status == Position.Status.CLOSED and not was_asked:
        raise Problem(409, "Closed already", "This position is closed.")
    if quantity is not None and quantity > found.open_quantity and not was_asked:
        said = f"{found.open_quantity:,} are open; no more can be closed."
        raise Problem(422, INCOMPLETE, said, {"quantity": [said]})
    try:
        order = close_position(found, at=clock.now(), by=request.user, key=intention, quantity=quantity, reason=BY_HAND)
    except ClosingError as error:
        raise Problem(422, INCOMPLETE, str(error)) from error
    return _order(order)


def _of_structure(asked: PositionAsked) -> tuple[Ticket, Terms]:
    """Return what the page's own form makes of it. Raises Problem, ValueError."""
    at = clock.now()
    typed = {name: f"{strike:f}" for name, strike in zip(STRIKES, asked.strikes, strict=False)}
    for name in ("symbol", "structure", "side", "expiration", "quantity", "target", "stop", "strategy", "notes"):
        value = getattr(asked, name)
        typed[name] = "" if value is None else str(value)
    typed["basis"] = OpenForm.QUOTES if asked.price is None else OpenForm.STATED
    typed["price"] = "" if asked.price is None else str(asked.price)
    form = OpenForm(typed, today=clock.in_new_york(at).date())
    if not form.is_valid():
        raise of_form(form)
    if len(asked.strikes) > len(form.shape.strikes):
        said = f"A {form.shape.label.lower()} has {len(form.shape.strikes)} strikes."
        raise Problem(422, INCOMPLETE, said, {"strikes": [said]})
    ticket = ticket_of(form)
    if asked.price is None:
        return ticket, Terms(may_wait=asked.may_wait)
    quotes = quote_legs(ticket.symbol, ticket.legs, at=at)
    prices = leg_prices(ticket.legs, quotes, asked.price, is_paid=asked.side == "buy")
    return ticket, Terms(prices=prices, quotes=quotes)


def _of_legs(asked: PositionAsked) -> tuple[Ticket, Terms]:
    """Return what legs one by one ask for. Raises Problem."""
    if not asked.legs:
        said = "Name the legs, or a structure with its strikes."
        raise Problem(422, INCOMPLETE, said, {"legs": [said]})
    prices = [leg.price for leg in asked.legs if leg.price is not None]
    if asked.price is not None or 0 < len(prices) < len(asked.legs):
        said = "State the price of every leg, or of none: then the quotes count."
        raise Problem(422, INCOMPLETE, said, {"legs": [said]})
    if any(leg.expiration and leg.expiration > clock.LAST_DAY for leg in asked.legs):
        said = "No calendar reaches that day."
        raise Problem(422, INCOMPLETE, said, {"legs": [said]})
    legs = tuple(
        LegTicket(kind=leg.kind, ratio=leg.ratio, strike=leg.strike, expiration=leg.expiration) for leg in asked.legs
    )
    ticket = Ticket(
        symbol=asked.symbol,
        strategy=asked.strategy,
        legs=legs,
        quantity=asked.quantity,
        target=asked.target,
        stop=asked.stop,
        notes=asked.notes,
    )
    return ticket, Terms(prices=prices) if prices else Terms(may_wait=asked.may_wait)


def _refuse_too_much(ticket: Ticket, terms: Terms) -> None:
    """Raises Problem for more money than the ledger's columns hold."""
    prices = terms.prices or [Decimal(0)] * len(ticket.legs)
    most = sum(
        abs(leg.ratio) * leg.multiplier * max(leg.strike or Decimal(0), price)
        for leg, price in zip(ticket.legs, prices, strict=True)
    )
    if most * ticket.quantity > MOST_MONEY:
        said = "That is more money than the ledger counts. Choose a smaller quantity."
        raise Problem(422, INCOMPLETE, said, {"quantity": [said]})


def _order(order: Order) -> dict[str, Any]:
    """Return an order that was filled or waits. Raises Problem for one that was refused."""
    if order.status in (Order.Status.REJECTED, Order.Status.CANCELLED):
        raise Problem(409, "Not traded", order.refusal)
    names = ("status", "purpose", "quantity", "placed_at")
    traded = order.position_id and Position.objects.select_related("account").get(pk=order.position_id)
    return {name: getattr(order, name) for name in names} | {
        "number": order.pk,
        "detail": order.refusal,
        "position": _shown(traded) if traded else None,
    }


def _shown(found: Position) -> dict[str, Any]:
    return position_of(row_of(found, newest_levels([found.symbol]).get(found.symbol), at=clock.now()))


def _greeks(one: Greeks) -> dict[str, Any]:
    names = {"delta_usd": "dollars", "gamma_usd": "gamma", "theta_usd": "theta", "vega_usd": "vega"}
    return {said: getattr(one, name) for said, name in names.items()} | {"missing": one.missing}


def _any(request: ApiRequest, number: int) -> Position:
    mine = Position.objects.filter(account__owner=request.user).select_related("account")
    if (found := mine.filter(pk=number).first()) is None:
        raise not_found("position")
    return found


def _own(request: ApiRequest, number: int) -> Position:
    found = _any(request, number)
    if found.account.kind != Account.Kind.OWN:
        raise Problem(404, "No such position", "Positions of the desk's accounts are closed on their own pages.")
    return found


def _key(intention: str, given: str) -> str:
    return f"{intention}:{given or uuid4().hex}"[:80]


def _day(day: date | None) -> date | None:
    """Raises Problem for a day no calendar reaches."""
    if day is not None and not clock.FIRST_DAY <= day <= clock.LAST_DAY:
        raise Problem(422, INCOMPLETE, "No calendar reaches that day.")
    return day


def _file_name(which: str) -> str:
    return f"positions-{which}-{clock.today():%Y-%m-%d}"
