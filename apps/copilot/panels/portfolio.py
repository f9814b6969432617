"""The open positions together: concentration, one-sidedness, total risk, by the engine."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from apps.ledger.models import Position
from apps.positions.open_rows import OWN, Row, open_rows
from legacy_engines.risk.portfolio import PortfolioAnalyzer

_TONES = {"high": "loss", "medium": "warn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A part of the positions. share: fraction of all."""

    label: str
    count: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioRisk:
    """found: the engine's analysis, None without positions. delta: net delta, shares; unlimited: positions without a
    limit to their loss, which no sum holds; unknown: positions whose delta is not known."""

    found: dict[str, Any] | None
    warnings: list[dict[str, str]]
    sectors: list[Bar]
    biases: list[Bar]
    unlimited: int
    delta_usd: float
    unknown: int

    @property
    def grade(self) -> str:
        return str(self.found["diversification_score"]).partition(" - ")[0] if self.found else ""

    @property
    def grade_words(self) -> str:
        return str(self.found["diversification_score"]).partition(" - ")[2] if self.found else ""


def portfolio_risk(owner: User, *, at: datetime) -> PortfolioRisk:
    """Return the view of the trader's own open positions."""
    rows = open_rows(owner, at=at, account=OWN)
    found = PortfolioAnalyzer.analyze_portfolio([_as_engine_reads(row) for row in rows])
    is_empty = found["status"] == "empty"
    total = len(rows)
    return PortfolioRisk(
        found=None if is_empty else found,
        warnings=[one | {"tone": _TONES.get(one["severity"], "act")} for one in found["warnings"]],
        sectors=[] if is_empty else _bars(found["sector_exposure"], total),
        biases=[] if is_empty else _bars(found["directional_bias"], total),
        unlimited=sum(row.at_risk is None for row in rows),
        delta_usd=sum(row.greeks.dollars for row in rows),
        unknown=sum(bool(row.greeks.missing) for row in rows),
    )


def _as_engine_reads(row: Row) -> dict[str, Any]:
    return {
        "symbol": row.position.symbol,
        "type": _type(row),
        "max_risk": 0.0 if row.at_risk is None else float(row.at_risk),
    }


def _type(row: Row) -> str:
    """Return `call` or `put` for one bought option, which is what the engine calls bullish and bearish."""
    legs = list(row.legs)
    is_bought = row.position.direction == Position.Direction.LONG
    return legs[0].kind if len(legs) == 1 and is_bought else row.position.strategy


def _bars(counts: dict[str, int], total: int) -> list[Bar]:
    """Return the parts that are there, in the engine's order (A-23)."""
    names = {"tech": "Technology", "market": "Index funds"}
    return [
        Bar(label=names.get(name, name.capitalize()), count=count, share=count / total)
        for name, count in counts.items()
        if count
    ]
