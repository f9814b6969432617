"""What a move does to an open position, by the engine's first-order estimate."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import QueryDict

from apps.copilot.panels.forms import ScenarioForm
from apps.ledger.models import Position
from apps.positions.open_rows import Row, open_rows
from legacy_engines.risk import scenarios
from legacy_engines.risk.scenarios import ScenarioPlanner
from legacy_engines.screens.copilot import EXAMPLE_POSITION, scenario_name

EXAMPLE = "example"
_CONTRACT = 100
_TONES = {
    scenarios.TAKE_PROFITS: "gain",
    scenarios.SCALE_OUT_HALF: "gain",
    scenarios.CUT_LOSS: "loss",
    scenarios.MONITOR_AT_RISK: "warn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """form: as filled in. found: the engine's figures, None while the form has faults. since_mark: P&L since entry on
    today's mark, USD, where there is a mark: the engine itself starts from the entry price. is_example: no position."""

    form: ScenarioForm
    found: dict[str, Any] | None
    tone: str
    is_example: bool
    note: str
    since_mark: float | None

    @property
    def pnl_share(self) -> float:
        return float(self.found["pnl_pct"]) / 100 if self.found else 0.0

    @property
    def move_share(self) -> float:
        return float(self.found["stock_move_pct"]) / 100 if self.found else 0.0


def scenario_of(owner: User, given: QueryDict, *, at: datetime) -> Scenario:
    """Return the panel. Positions whose greeks are not known cannot be estimated and are left out."""
    rows = {str(row.position.pk): row for row in open_rows(owner, at=at) if not row.greeks.missing and row.spot}
    names = [(key, f"{row.position.symbol} {row.position.strategy}, {row.contracts}") for key, row in rows.items()]
    if not rows:
        names = [(EXAMPLE, "Example: 7 SPY 585 calls at 4.50")]
    first = ScenarioForm.FIRST | {"position": names[0][0]}
    form = ScenarioForm({name: given.get(name) or value for name, value in first.items()}, positions=names)
    if not form.is_valid():
        return Scenario(form=form, found=None, tone="", is_example=not rows, note="", since_mark=None)
    row = rows.get(form.cleaned_data["position"])
    change = _change(form)
    found = _estimated(row, change) if row else ScenarioPlanner.analyze_scenario(_example(), change)
    return Scenario(
        form=form,
        found=found,
        tone=_TONES.get(found["recommendation"], ""),
        is_example=row is None,
        note=_note(row) if row else "",
        since_mark=_since_mark(row, change) if row else None,
    )


def _change(form: ScenarioForm) -> dict[str, Any]:
    asked = form.cleaned_data
    days = int(asked["days"])
    return {
        "name": scenario_name(asked["price_change"], days),
        "price_change_pct": asked["price_change"],
        "days_forward": days,
        "iv_change_pct": asked["iv_change"],
    }


def _example() -> dict[str, Any]:
    return EXAMPLE_POSITION | {"contracts": EXAMPLE_POSITION["quantity"]}


def _estimated(row: Row, change: dict[str, Any]) -> dict[str, Any]:
    """Return the engine's figures. It knows what is bought; what was sold loses what the package gains."""
    position = row.position
    found = ScenarioPlanner.analyze_scenario(_package(row, float(position.entry_price)), change)
    if position.direction == Position.Direction.LONG:
        return found
    entry, units = float(position.entry_price), position.open_quantity
    total = -found["total_pnl"]
    return found | {
        "pnl_per_contract": -found["pnl_per_contract"],
        "total_pnl": total,
        "pnl_pct": -found["pnl_pct"],
        "recommendation": ScenarioPlanner._get_recommendation(total, entry, units),
    }


def _since_mark(row: Row, change: dict[str, Any]) -> float | None:
    """Return the P&L since entry if the scenario starts from the newest mark, USD."""
    position = row.position
    if position.current_price is None:
        return None
    found = ScenarioPlanner.analyze_scenario(_package(row, float(position.current_price)), change)
    sign = 1 if position.direction == Position.Direction.LONG else -1
    return float(row.pnl) + sign * float(found["total_pnl"])


def _package(row: Row, price: float) -> dict[str, Any]:
    """Return a position as one option of the engine's: greeks per share of one unit, seen by a buyer of the package."""
    position = row.position
    sign = 1 if position.direction == Position.Direction.LONG else -1
    shares = position.open_quantity * _CONTRACT * sign
    return {
        "symbol": position.symbol,
        "entry_price": price,
        "contracts": position.open_quantity,
        "delta": row.greeks.shares / shares,
        "theta": row.greeks.theta / shares,
        "current_price": float(row.spot or 0),
    }


def _note(row: Row) -> str:
    if row.position.current_price is None:
        return "The position has no mark yet; the estimate starts from its entry."
    return ""
