"""What a trader's closed trades add up to and teach: the journal engine's figures over the chosen trades.

Kept in Redis under a name that changes with the trades, so that a page over many of them costs their reading once.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import pandas as pd
from django.contrib.auth.models import User
from django.db.models import Avg, Count, F, Func, Max, Min, Q, QuerySet, TextField

from apps.gex.plans.wording import shown
from apps.journal.choosing import Chosen, in_period
from apps.journal.curve import figure_of
from apps.journal.frames import frame_of
from apps.journal.models import JournalEntry
from apps.market import kept
from apps.market.rows import DjangoRowStore
from apps.market.tickers import EngineClock
from legacy_engines.trading.journal import TradeJournalAgent

_SHAPE = 2  # one more whenever Record, or how it is reckoned, changes, so that no older one is read
_KEPT_SECONDS = 86_400
_STRONG, _FAIR = 70, 50  # win rates that tint a strategy's row
_GOOD_NEWS = (
    "Best", "Excellent", "Hot streak", "Strong edge", "Winning strategies", "Positive expectancy",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Trades of one strategy or symbol. Money in USD, rounded to cents; win_rate in %, to 0.1."""

    name: str
    trades: int
    pnl: float
    average: float
    wins: int
    win_rate: float

    @property
    def share(self) -> float:
        return self.win_rate / 100

    @property
    def tone(self) -> str:
        return "gain" if self.win_rate >= _STRONG else "warn" if self.win_rate >= _FAIR else "loss"

    @property
    def word(self) -> str:
        return {"gain": "strong", "warn": "fair", "loss": "weak"}[self.tone]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One of the engine's texts: title, sentence, and whether it is good news."""

    title: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The figures of a view. Money in USD, shares as fractions, hours. profit_factor: None for infinite.

    average_r: mean of P&L over risk, of `with_r` trades whose risk is known; None without any.
    """

    trades: int
    winners: int = 0
    losers: int = 0
    win_rate: float = 0
    pnl: float = 0
    expectancy: float = 0
    profit_factor: float | None = 0
    average_win: float = 0
    average_loss: float = 0
    best: float = 0
    worst: float = 0
    hours_held: float = 0
    average_r: float | None = None
    with_r: int = 0
    strategies: Sequence[Result] = ()
    symbols: Sequence[Result] = ()
    insights: Sequence[Saying] = ()
    recommendations: Sequence[Saying] = ()
    tags: Sequence[str] = ()
    figure: str = ""

    @property
    def tone(self) -> str:
        """Of the win rate: from 50 % good."""
        return "gain" if self.win_rate >= 0.5 else "loss"


def record_of(owner: User, chosen: Chosen, *, at: datetime) -> Record:
    """Return the figures of the chosen accounts and period at a moment; what narrows the list does not matter."""
    entries = in_period(owner, chosen, at=at)
    name = _name(owner, entries)
    found = kept.read([name]).get(name)
    if not isinstance(found, Record):
        found = _reckoned(entries, at=at)
        kept.write({name: found}, seconds=_KEPT_SECONDS)
    return found


def _name(owner: User, entries: QuerySet[JournalEntry]) -> str:
    """Return a name that only the same trades, unchanged, have."""
    state = entries.order_by().aggregate(
        trades=Count("pk"), changed=Max("updated_at"), newest=Max("pk"), first=Min("closed_at"), last=Max("closed_at")
    )
    return f"journal:{_SHAPE}:{owner.pk}:{sha256(repr(sorted(state.items())).encode()).hexdigest()}"


def _reckoned(entries: QuerySet[JournalEntry], *, at: datetime) -> Record:
    trades = frame_of(entries)
    if trades.empty:
        return Record(trades=0)
    agent = TradeJournalAgent(store=DjangoRowStore(), clock=EngineClock(at))
    metrics = agent.calculate_performance_metrics(trades)
    risked = entries.order_by().aggregate(
        average=Avg(F("pnl") / F("max_loss"), filter=Q(max_loss__gt=0)), count=Count("pk", filter=Q(max_loss__gt=0))
    )
    factor = float(metrics["profit_factor"])
    return Record(
        trades=metrics["total_trades"],
        winners=metrics["winners"],
        losers=metrics["losers"],
        win_rate=metrics["win_rate"] / 100,
        pnl=float(metrics["total_pnl"]),
        expectancy=float(metrics["expectancy"]),
        profit_factor=factor if math.isfinite(factor) else None,
        average_win=float(metrics["avg_win"]),
        average_loss=float(metrics["avg_loss"]),
        best=float(metrics["best_trade"]),
        worst=float(metrics["worst_trade"]),
        hours_held=float(metrics["avg_hold_time"]),
        average_r=None if risked["average"] is None else float(risked["average"]),
        with_r=risked["count"],
        strategies=_results(agent.analyze_by_strategy(trades), "strategy"),
        symbols=_results(agent.analyze_by_symbol(trades), "symbol"),
        insights=[_saying(text) for text in agent.detect_patterns(trades)["insights"]],
        recommendations=[_saying(text) for text in agent.generate_recommendations(trades, metrics)],
        tags=_tags(entries),
        figure=figure_of(trades),
    )


def _results(table: pd.DataFrame, column: str) -> list[Result]:
    rows: list[dict[str, Any]] = table.to_dict("records")  # type: ignore[assignment]
    return [
        Result(
            name=row[column],
            trades=int(row["total_trades"]),
            pnl=float(row["total_pnl"]),
            average=float(row["avg_pnl"]),
            wins=int(row["wins"]),
            win_rate=float(row["win_rate"]),
        )
        for row in rows
    ]


def _saying(text: str) -> Saying:
    title, colon, sentence = shown(text).partition(": ")
    if not colon:
        return Saying(title="", text=title, tone="")
    tone = "gain" if title.startswith(_GOOD_NEWS) else "warn"
    return Saying(title=title, text=sentence[:1].upper() + sentence[1:], tone=tone)


def _tags(entries: QuerySet[JournalEntry]) -> list[str]:
    used = entries.order_by().exclude(tags=[])
    names = used.annotate(tag=Func("tags", function="unnest", output_field=TextField())).values_list("tag", flat=True)
    return sorted(names.distinct())
