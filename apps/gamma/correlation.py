"""What gamma that went really led to: the desk's own log of decay against the move of the next session."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.gamma.words import TONES
from apps.market.blocks import Block, NotReadyError
from apps.market.templatetags.numbers import percent, signed_percent
from apps.market.tracking import correlation

REPORT_DAYS, BACKTEST_DAYS = 30, 60
LEAST_FOR_BACKTEST = 10
_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A prediction and its outcome."""

    day: str
    level: str
    tone: str
    decay: str
    move: str
    range: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """move, range: correlation with the gamma that went, as the engine prints it. backtest: a sentence."""

    count: int
    move: str
    range: str
    rows: list[Logged]
    backtest: str
    origin: str


def build(symbol: str, at: datetime) -> Correlation:
    """Return the report of the last month. Raises NotReadyError before the first outcome."""
    report = correlation.report(symbol, REPORT_DAYS, at=at)
    if not report["rows"] or report["figures"] is None:
        raise NotReadyError(
            "No outcome yet",
            "Each session at 15:45 the desk logs how much gamma goes, and after the next close what price did. "
            "The first line comes after two sessions.",
        )
    figures = report["figures"]
    return Correlation(
        count=len(report["rows"]),
        move=figures["corr_decay_vs_abs_move"],
        range=figures["corr_decay_vs_range"],
        rows=[_row(one) for one in report["rows"][:_SHOWN]],
        backtest=_backtest(symbol, at),
        origin=f"{report['label']}, {REPORT_DAYS} days" if report.get("label") else f"{REPORT_DAYS} days",
    )


def _row(one: dict[str, Any]) -> Logged:
    level = str(one["risk_level"])
    return Logged(
        day=str(one["timestamp"])[:10],
        level=level.capitalize(),
        tone=TONES.get(level, ""),
        decay=percent(one["gamma_decay_pct"] / 100, 0),
        move=signed_percent(one["actual_price_move_pct"] / 100),
        range=percent(one["actual_intraday_range_pct"] / 100, 2),
    )


def _backtest(symbol: str, at: datetime) -> str:
    tested = correlation.backtest(symbol, BACKTEST_DAYS, at=at)
    if tested["tested"] is None:
        return f"A threshold is looked for from {LEAST_FOR_BACKTEST} outcomes on, over {BACKTEST_DAYS} days."
    if tested["threshold"] is None:
        return f"Over {BACKTEST_DAYS} days no share of gamma told wild sessions from calm ones."
    best = next(one for one in tested["tested"] if one["threshold"] == tested["threshold"])
    told = [f"{name.replace('_', ' ')} {_plain(value)}" for name, value in best.items() if name != "threshold"]
    told_best = f"a loss of {tested['threshold']} % told wild sessions from calm ones best"
    return f"Over {BACKTEST_DAYS} days {told_best}: {', '.join(told)}."


def _plain(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


BLOCK = Block(
    key="correlation",
    title="What it led to",
    template="gamma/correlation.html",
    build=build,
    kept_seconds=300,
)
