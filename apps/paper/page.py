"""What the paper pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.urls import reverse

from apps.accounts.services import preferences_of
from apps.gex.setups.cards import reference_of
from apps.ledger.models import Account, Order, Position
from apps.ledger.pricing import LegQuote, quote_legs
from apps.ledger.tickets import LegTicket
from apps.paper import finding, limits, managing, model_trading, open_positions, trades
from apps.paper.books import DailySettings, Kind, ModelSettings, account_and_settings
from apps.paper.contracts import legs_of_daily
from apps.paper.engines import SYMBOL, ModelEngine, reading_engine
from apps.paper.equity import equity_figure, equity_points
from apps.paper.models import FoundTrade, PaperPerformance
from apps.paper.performance import Performance, performance_of

_TITLES: dict[Kind, tuple[str, str]] = {
    "daily": ("Daily trade, SPY", "Quoted prices"),
    "model": ("Any symbol", "Model prices"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section of the finder's reasoning."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """Today's trade. refusal: why Execute would refuse it now; risk: USD at mid, None without limit or market."""

    found: FoundTrade | None
    key: str
    sections: Sequence[Section] = ()
    legs: Sequence[tuple[LegTicket, LegQuote]] = ()
    sizing: finding.Sizing | None = None
    risk: Decimal | None = None
    expires: date | None = None
    dte: int | None = None
    refusal: str = ""

    @property
    def trade(self) -> dict[str, Any]:
        return self.found.trade if self.found else {}

    @property
    def tone(self) -> str:
        """Of the confidence: from 80 high, from 70 good, else moderate."""
        confidence = self.trade.get("confidence", 0)
        return "gain" if confidence >= 80 else "act" if confidence >= 70 else "warn"

    @property
    def word(self) -> str:
        return {"gain": "high", "act": "good", "warn": "moderate"}[self.tone]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setups:
    """The setups of the trader's own symbol that pass the engine's checks now."""

    symbol: str
    is_on: bool
    passing: Sequence[dict[str, Any]]
    found: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """All of a page that renews itself."""

    kind: Kind
    account: Account
    performance: Performance
    positions: Sequence[open_positions.Shown]
    trades: Sequence[trades.Trade]
    refused: Sequence[Order]
    figure: str
    finder: Finder | None
    setups: Setups | None
    days: Sequence[PaperPerformance]
    settings: DailySettings | ModelSettings

    @property
    def symbols(self) -> list[str]:
        """What the page listens to."""
        held = [one.position.symbol for one in self.positions]
        own = [SYMBOL] if self.setups is None else [self.setups.symbol]
        return list(dict.fromkeys([*own, *held]))


def body_of(owner: User, kind: Kind, *, at: datetime) -> Body:
    """Return an account's page at a moment."""
    account, settings = account_and_settings(owner, kind, at=at)
    engine = reading_engine(account, at=at) if kind == "model" else None
    performance = performance_of(account, kind, engine=engine)
    # Those the figures are of, open and closed ones in one query; what was closed meanwhile is closed here too.
    found = Position.objects.filter(pk__in=[*performance.open, *performance.newest])
    rows = open_positions.with_rows_and_legs(found, account)
    closed = [(position, legs) for position, legs in rows if position.status == Position.Status.CLOSED]
    closed.sort(key=lambda row: (row[0].closed_at or at, row[0].pk), reverse=True)
    days = PaperPerformance.objects.filter(account=account).order_by("-date")[:5] if kind == "model" else ()
    return Body(
        kind=kind,
        account=account,
        performance=performance,
        positions=[
            open_positions.of_position(position, legs, at=at)
            for position, legs in rows
            if position.status == Position.Status.OPEN
        ],
        trades=[trades.of_position(position, legs) for position, legs in closed],
        refused=list(Order.objects.filter(account=account, status=Order.Status.REJECTED).order_by("-pk")[:3]),
        figure=_figure(account, performance, at=at) if performance.steps else "",
        finder=finder_of(account, settings, at_risk=performance.standing.at_risk, at=at)
        if isinstance(settings, DailySettings)
        else None,
        setups=_setups(engine, settings, owner, at=at) if engine and isinstance(settings, ModelSettings) else None,
        settings=settings,
        days=list(days),
    )


def _figure(account: Account, performance: Performance, *, at: datetime) -> str:
    return equity_figure(equity_points(account, performance.steps, performance.standing.equity, at=at))


def finder_of(account: Account, settings: DailySettings, *, at: datetime, at_risk: Decimal | None = None) -> Finder:
    """Return today's found trade with its size and what stands against executing it. at_risk: USD, where known."""
    found = finding.newest_found(account, at=at)
    if found is None or not found.trade:
        return Finder(found=found, key=uuid4().hex)
    trade = found.trade
    sizing = finding.sizing_of(trade, capital=account.starting_cash, share=settings.max_position)
    legs = legs_of_daily(trade)
    # What was executed has its fills: no need to read the chain for its legs again.
    quotes = quote_legs(SYMBOL, legs, at=at) if found.executed_id is None else [LegQuote()] * len(legs)
    refusal = ""
    if sizing is None:
        refusal = "The contract has no price, so its size cannot be said."
    elif found.executed_id is None:
        refusal = limits.why_not_daily(
            account, settings, legs=legs, quotes=quotes, quantity=sizing.contracts, at_risk=at_risk
        )
    expires = date.fromisoformat(trade["expiration_str"])
    return Finder(
        found=found,
        key=uuid4().hex,
        sections=sections_of(trade["reasoning"]),
        legs=list(zip(legs, quotes, strict=True)),
        sizing=sizing,
        risk=limits.risk_at_mid(legs, quotes, sizing.contracts) if sizing and found.executed_id is None else None,
        expires=expires,
        dte=(expires - at.date()).days,
        refusal=refusal,
    )


def sections_of(reasoning: str) -> list[Section]:
    """Return the finder's reasoning by its headings."""
    parts = [part.partition("\n") for part in reasoning.split("\n\n")]
    return [Section(heading=heading.capitalize(), text=text) for heading, _, text in parts]


def tabs(kind: Kind) -> list[dict[str, Any]]:
    """Return the two accounts as tabs."""
    return [
        {"label": f"{title} · {note.lower()}", "url": url_of(each), "active": each == kind}
        for each, (title, note) in _TITLES.items()
    ]


def url_of(kind: Kind) -> str:
    """Return the address of an account's page."""
    return reverse("paper:page") if kind == "daily" else reverse("paper:account", args=[kind])


def _setups(engine: ModelEngine, settings: ModelSettings, owner: User, *, at: datetime) -> Setups:
    symbol = preferences_of(owner).symbol
    is_on = settings.enabled and settings.auto_execute
    found = managing.setups_of(symbol, at=at) if is_on else []
    passing = model_trading.passing_setups(engine, found, at=at)
    named = [{**setup, "reference": reference_of(setup), "key": uuid4().hex} for setup in passing]
    return Setups(symbol=symbol, is_on=is_on, passing=named, found=len(found))
