"""Positions as the API shows them and takes them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from alphagex import clock
from apps.api.schemas import Source, source_stored
from apps.ledger.models import Fill, Leg, Position
from apps.ledger.tickets import MOST_LEGS, MOST_UNITS
from apps.positions.detail import Detail
from apps.positions.open_rows import Row
from apps.positions.structures import STRUCTURES

Price = Annotated[Decimal, Field(ge=0, le=10_000_000, decimal_places=4, allow_inf_nan=False)]
Notes = Annotated[str, Field(max_length=20_000)]


class LegSaid(Schema):
    """A leg. ratio: contracts or shares a unit, negative when sold at the opening. Prices: USD a share."""

    kind: Literal["call", "put", "stock"]
    ratio: int
    strike: Decimal | None
    expiration: date | None
    open_quantity: int
    entry_price: Decimal
    bid: Decimal | None
    ask: Decimal | None
    mark: Decimal | None
    iv: float | None
    source: Source | None


class PositionSaid(Schema):
    """A position. Prices: USD a share of one unit, its legs together.

    direction: LONG was paid for and gains when its price rises, SHORT brought money in and gains when it falls. pnl:
    realized and unrealized together, commissions deducted. share: pnl of what was paid or received. at_risk: what it
    can still lose, null without limit. since_entry: what has changed in the market. mark_problem: why there is no newer
    mark.
    """

    number: int
    account: str
    symbol: str
    strategy: str
    direction: Literal["LONG", "SHORT"]
    status: Literal["OPEN", "CLOSED"]
    quantity: int
    open_quantity: int
    opened_at: datetime
    closed_at: datetime | None
    entry_price: Decimal
    current_price: Decimal | None
    exit_price: Decimal | None
    exit_reason: str
    pnl: Decimal
    realized: Decimal
    unrealized: Decimal
    share: float | None
    commissions: Decimal
    max_loss: Decimal | None
    at_risk: Decimal | None
    target: Decimal | None
    stop: Decimal | None
    notes: str
    dte: int | None
    is_expired: bool
    since_entry: str
    marked_at: datetime | None
    mark_problem: str
    legs: list[LegSaid]


class FillSaid(Schema):
    """One leg's fill. price: USD a share. basis: a quote, a stated price, or a model's."""

    leg: str
    side: str
    quantity: int
    price: Decimal
    commission: Decimal
    basis: str
    at: datetime


class PositionInFull(PositionSaid):
    """With its payoff at expiration (null: no limit) and its fills. is_exact: False with several expirations."""

    best: Decimal | None
    worst: Decimal | None
    breakevens: list[Decimal]
    is_exact: bool
    fills: list[FillSaid]


class OrderSaid(Schema):
    """What became of an order. position: null while it waits; detail: why it waits."""

    number: int
    status: Literal["filled", "working"]
    purpose: str
    quantity: int
    placed_at: datetime
    detail: str
    position: PositionSaid | None


class GreeksSaid(Schema):
    """USD: of delta, of delta per 1 % move, per calendar day, per volatility point. missing: legs left out."""

    delta_usd: float
    gamma_usd: float
    theta_usd: float
    vega_usd: float
    missing: int


class SymbolExposure(GreeksSaid):
    """What hangs on one symbol. at_risk: USD, of the positions with a limit."""

    symbol: str
    positions: int
    at_risk: Decimal


class ExpirationExposure(GreeksSaid):
    """What hangs on the legs of one day; a calendar stands on two."""

    expiration: date
    positions: int


class ProfitAndLoss(Schema):
    """Of the chosen accounts, USD. today: realized since midnight in New York. unmarked: positions without a mark.

    unlimited: positions whose loss has no limit, which at_risk leaves out. win_rate: of the last 30 days, a fraction.
    """

    account: str
    positions: int
    open_pnl: Decimal
    unmarked: int
    today: Decimal
    closed_today: int
    at_risk: Decimal
    unlimited: int
    account_size: Decimal
    risk_share: float
    closed_30_days: int
    win_rate: float | None
    greeks: GreeksSaid
    by_symbol: list[SymbolExposure]
    by_expiration: list[ExpirationExposure]


class LegAsked(Schema):
    """price: USD a share it was traded at; state it for every leg or for none, then the quotes of the moment count."""

    kind: Literal["call", "put", "stock"]
    ratio: Annotated[int, Field(ge=-10_000, le=10_000)]
    strike: Price | None = None
    expiration: date | None = None
    price: Price | None = None


class PositionAsked(Schema):
    """Either legs and strategy, or a structure with its side, expiration and strikes, rising.

    price: USD a share of one unit, all legs together, for a structure you traded already. may_wait: without a usable
    quote the order waits until the close. target, stop: prices of the underlying.
    """

    symbol: Annotated[str, Field(max_length=12)]
    quantity: Annotated[int, Field(ge=1, le=MOST_UNITS)] = 1
    legs: Annotated[list[LegAsked], Field(max_length=MOST_LEGS, default_factory=list)]
    structure: Annotated[str, Field(max_length=20, description=f"One of {', '.join(STRUCTURES)}.")] = ""
    side: Literal["buy", "sell"] = "buy"
    expiration: date | None = None
    strikes: Annotated[list[Price], Field(max_length=4, default_factory=list)]
    price: Price | None = None
    may_wait: bool = False
    strategy: Annotated[str, Field(max_length=200)] = ""
    target: Price | None = None
    stop: Price | None = None
    notes: Notes = ""


class PlanAsked(Schema):
    """What of the plan changes: a field that is left out stays, null empties it."""

    target: Price | None = None
    stop: Price | None = None
    notes: Notes | None = None


def position_of(row: Row) -> dict[str, Any]:
    """Return a position with what the page says of it."""
    position = row.position
    same = ("account", "pnl", "share", "at_risk", "realized", "unrealized", "number", "legs", "since_entry")
    names = [name for name in PositionSaid.model_fields if name not in same and hasattr(position, name)]
    return {name: getattr(position, name) for name in names} | {
        "number": position.pk,
        "account": position.account.kind,
        "pnl": row.pnl,
        "realized": position.pnl,
        "unrealized": position.unrealized_pnl,
        "share": row.share,
        "at_risk": rounded(row.at_risk),
        "dte": row.dte,
        "is_expired": row.is_expired,
        "since_entry": row.since.word,
        "legs": [_leg(leg, is_open=position.status == Position.Status.OPEN) for leg in row.legs],
    }


def in_full(detail: Detail) -> dict[str, Any]:
    """Return a position with its payoff and fills."""
    return position_of(detail.row) | {
        "best": rounded(detail.best),
        "worst": rounded(detail.worst),
        "breakevens": [rounded(one) for one in detail.breakevens],
        "is_exact": detail.is_exact,
        "fills": [_fill(fill) for fill in detail.fills],
    }


def rounded(amount: Decimal | None) -> Decimal | None:
    """Return a computed amount with the six digits the tables have."""
    return None if amount is None else round(amount, 6)


def _leg(leg: Leg, *, is_open: bool) -> dict[str, Any]:
    found = {name: getattr(leg, name) for name in LegSaid.model_fields if name != "source"}
    return found | {"source": source_stored(leg.source, leg.truth, leg.marked_at) if is_open else None}


def _fill(fill: Fill) -> dict[str, Any]:
    names = ("side", "quantity", "price", "commission", "basis")
    return {name: getattr(fill, name) for name in names} | {"leg": str(fill.leg), "at": clock.in_new_york(fill.at)}
