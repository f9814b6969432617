"""What the API says of a symbol's levels."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ninja import Schema

from apps.api.schemas import Source


class Levels(Schema):
    """Gamma in USD per 1 % move of spot, levels in points, shares as fractions.

    flip_point is null with flip_reason. implied_volatility: at the money, 30 days, per year.
    """

    symbol: str
    seq: int
    spot: Decimal
    change: Decimal | None
    net_gex: float
    gross_gex: float
    call_gex: float
    put_gex: float
    flip_point: float | None
    flips: list[float]
    flip_reason: str
    flip_quality: str
    call_wall: float | None
    put_wall: float | None
    zero_dte_share: float | None
    net_dex: float | None
    net_vex: float | None
    net_chex: float | None
    volume_gex: float | None
    implied_move: float | None
    implied_volatility: float | None
    put_call_ratio: float | None
    stale_after: datetime | None
    source: Source


class ByStrike(Schema):
    """Columns of one length, by rising strike; puts negative."""

    strike: list[float]
    call_gex: list[float]
    put_gex: list[float]
    call_open_interest: list[float]
    put_open_interest: list[float]


class ByExpiration(Schema):
    """Sums of one settlement: a date may settle twice, AM and PM."""

    expiration: date
    settlement: str
    settles_at: datetime
    call_gex: float
    put_gex: float
    net_gex: float
    gross_gex: float


class Profile(Schema):
    """Net gamma re-priced on a grid of spots; curves by weighting: all, zero_dte, ex_next, volume."""

    spot: list[float]
    curves: dict[str, list[float]]


class Analysis(Levels):
    """The whole analysis of the newest chain."""

    headline: str
    explanation: str
    contracts: int
    contracts_used: int
    warnings: list[str]
    assumptions: dict[str, Any]
    by_strike: ByStrike
    by_expiration: list[ByExpiration]
    profile: Profile


class HistoryDay(Schema):
    """A session. truth: live, delayed, recorded or simulated; is_final: the session is over."""

    day: date
    source: str
    truth: str
    label: str
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    net_gex: float | None
    gross_gex: float | None
    flip_point: float | None
    call_wall: float | None
    put_wall: float | None
    implied_volatility: float | None
    put_call_ratio: float | None
    snapshots: int
    is_final: bool


class History(Schema):
    """The sessions, the oldest first."""

    symbol: str
    days: list[HistoryDay]


class Setup(Schema):
    """A setup as the engine words it. confidence: per cent."""

    reference: str
    strategy: str
    confidence: float
    action: str
    strikes: str
    entry: str
    target: str
    stop: str
    reasoning: str
    win_rate: str


class Setups(Schema):
    """What the engine makes of the levels, and what it proposes, the best first."""

    symbol: str
    seq: int
    regime: dict[str, str]
    setups: list[Setup]
    source: Source


class Plan(Schema):
    """A plan in Markdown."""

    symbol: str
    period: str
    markdown: str
    source: Source
