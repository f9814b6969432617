"""The auto trader as the API shows it and takes it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field


class MoneySaid(Schema):
    """Of its account, USD. equity = cash + value; available: what a new trade may risk."""

    start: Decimal
    cash: Decimal
    value: Decimal
    equity: Decimal
    realized: Decimal
    unrealized: Decimal
    at_risk: Decimal
    available: Decimal
    open_positions: int


class StatusSaid(Schema):
    """next_check: null while it is stopped. window: for entries, today; null on a day without.

    alarm: said when its checks have fallen silent; problem: its last error. Both empty else.
    """

    state: Literal["running", "paused", "stopped", "killed"]
    detail: str
    paused_until: datetime | None
    last_trade_check: datetime | None
    last_position_check: datetime | None
    next_check: datetime | None
    window_opens: datetime | None
    window_closes: datetime | None
    alarm: str
    problem: str
    money: MoneySaid


class TradeSaid(Schema):
    """A trade as the engine keeps it, at mid. position: the same trade in the ledger, null for a part of one.

    entry_date, entry_time: New York, as the engine writes them. confidence: per cent.
    """

    number: int
    position: int | None
    symbol: str
    strategy: str
    action: str
    status: Literal["OPEN", "CLOSED"]
    entry_date: str
    entry_time: str
    expiration_date: str
    closed_date: str | None
    closed_time: str | None
    contracts: int
    entry_price: float
    current_price: float | None
    exit_price: float | None
    unrealized_pnl: float | None
    realized_pnl: float | None
    exit_reason: str | None
    confidence: float | None
    trade_reasoning: str | None


class LogSaid(Schema):
    """A line of the engine's log, New York time. trade: its number among the positions here."""

    number: int
    date: str
    time: str
    action: str
    details: str
    trade: int | None
    success: bool


class DecisionSaid(Schema):
    """A decision. reason: one sentence. opened: the number of the trade it opened."""

    number: int
    at: datetime
    trading_day: date
    kind: Literal["search", "manage", "skip"]
    outcome: str
    reason: str
    opened: int | None


class DecisionInFull(DecisionSaid):
    """With all it was made of. steps: the log lines it wrote."""

    inputs: dict[str, Any]
    steps: list[Any]
    result: dict[str, Any]
    engine_version: str


class ConfigSaid(Schema):
    """How orders are filled. commission: USD a contract."""

    fill_model: Literal["mid", "spread"]
    commission: Decimal
    starting_cash: Decimal


class ConfigAsked(Schema):
    """How orders are filled from now on: at the mid, or with a share of the spread. commission: USD a contract."""

    fill_model: Literal["mid", "spread"]
    commission: Annotated[Decimal, Field(ge=0, le=100, decimal_places=4, allow_inf_nan=False)]
