"""What the copilot sees of market and trader at one moment: dictionaries for the engines, and the desk's own data.

The engines' prompts hold what the old program sent. Beside them stands DESK DATA: sources and ages, the three gamma
views, open positions, the record, and distances the desk has computed, so that Claude need not calculate.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, partial
from typing import Any

from django.contrib.auth.models import User

from alphagex import clock
from apps.copilot.models import Access
from apps.journal.choosing import Chosen
from apps.journal.models import JournalEntry
from apps.journal.record import record_of
from apps.ledger.models import Position
from apps.market import facts
from apps.market.data_cache import Fact
from apps.market.macro import Macro, macro
from apps.market.models import Snapshot
from apps.market.sources.protocol import Question
from apps.market.storage import load_exposure
from apps.market.tracking import engine_dictionaries
from apps.market.tracking.week_gamma import WeekGamma, intelligence
from apps.positions.open_rows import Row, open_rows

MOST_POSITIONS = 30
MOST_NOTES = 8
LONGEST_NOTE = 600
_VIEWS = {
    "daily_impact": ("today_total_gamma", "tomorrow_total_gamma", "expiring_today", "impact_pct", "risk_level"),
    "weekly_evolution": ("monday_baseline", "friday_end", "total_decay_pct", "decay_pattern"),
}


class NothingKnownError(LookupError):
    """No levels of the symbol yet. The message says what comes next."""


def access_of(owner: User) -> Access:
    """Return what a user lets the copilot see; unsaved defaults for one who never chose."""
    return Access.objects.filter(owner=owner).first() or Access(owner=owner)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One user's view of one symbol at a moment. ask: how market facts are asked for (a worker may wait for them)."""

    owner: User
    symbol: str
    at: datetime
    access: Access
    ask: Callable[[Question], Fact] | None = field(default=None, repr=False)

    @property
    def asking(self) -> Callable[[Question], Fact]:
        return self.ask or partial(facts.newest, at=self.at)

    @cached_property
    def snapshot(self) -> Snapshot:
        """The newest levels with their curves. Raises NothingKnownError."""
        found = engine_dictionaries.newest_with_detail(self.symbol)
        if found is None:
            raise NothingKnownError(
                f"No levels of {self.symbol} yet. The desk has begun to follow it; ask again in a minute."
            )
        return found

    @cached_property
    def market_data(self) -> dict[str, Any]:
        """Return what the engines call market data. Raises NothingKnownError.

        What is not known is left out rather than 0, which the engines would take for a price.
        """
        sourced = engine_dictionaries.net_gamma(self.symbol) if self.snapshot else None
        value = dict(sourced.value) if sourced else {}
        for name in ("flip_point", "call_wall", "put_wall", "implied_volatility"):
            if not value.get(name):
                value.pop(name, None)
        # The engines' fallback reads price for a missing flip, their context reads 0: price is the lesser evil.
        value.setdefault("flip_point", value["spot_price"])
        return value | {"symbol": self.symbol}

    @cached_property
    def week(self) -> WeekGamma:
        return intelligence(self.symbol, self.at, ask=self.asking)

    @cached_property
    def macro(self) -> Macro:
        return macro(self.at, ask=self.asking)

    @property
    def gamma(self) -> dict[str, Any] | None:
        """The three gamma views as the engines take them, None where no day of the week has gamma."""
        found = self.week.intelligence
        return found if found.get("success") else None

    @cached_property
    def cautions(self) -> list[str]:
        """What is weak about these data, a sentence each; shown to the trader and told to Claude."""
        snapshot, said = self.snapshot, []
        if snapshot.kind == Snapshot.Kind.SIMULATED:
            said.append("The market is simulated: no price here is real.")
        elif snapshot.kind == Snapshot.Kind.RECORDED:
            said.append(f"The market is a recording of {clock.in_new_york(snapshot.as_of):%-d %b %Y}.")
        elif snapshot.stale_after and snapshot.stale_after < self.at:
            said.append(f"The levels are old, of {clock.in_new_york(snapshot.as_of):%-d %b %H:%M} ET.")
        if snapshot.flip_point is None:
            why = snapshot.flip_reason or "none is reported"
            said.append(f"There is no flip on these levels ({why}); price stands in for it.")
        said += [f"There is no {name} wall on these levels." for name in ("call", "put") if not self._wall(name)]
        if self.macro.stand_ins:
            names = ", ".join(name.replace("_", " ") for name in self.macro.stand_ins)
            said.append(f"Not known, fixed stand-ins are used: {names}.")
        if not self.gamma:
            said.append("The week's gamma is not known.")
        status = clock.market_status(self.at)
        if not status.is_open:
            said.append(f"The market is closed ({status.reason}); check every price before you enter.")
        return said

    def _wall(self, side: str) -> float | None:
        found: float | None = getattr(self.snapshot, f"{side}_wall")
        return found

    def source(self) -> dict[str, Any]:
        """Return where the levels come from."""
        found = self.snapshot
        return {
            "source": found.source_label,
            "truth": found.kind,
            "as_of": f"{clock.in_new_york(found.as_of):%Y-%m-%d %H:%M} ET",
            "cautions": self.cautions,
        }

    def levels(self) -> dict[str, Any]:
        """Return the stored levels: points, USD per 1 % move, fractions as named."""
        found = self.snapshot
        strikes = load_exposure(found).by_strike
        net = strikes.call_gex + strikes.put_gex
        largest = sorted(range(len(net)), key=lambda place: -abs(net[place]))[:8]
        return _known(
            {
                "spot": float(found.spot),
                "net_gex": found.net_gex,
                "gross_gex": found.gross_gex,
                "call_gex": found.call_gex,
                "put_gex": found.put_gex,
                "flip_point": found.flip_point,
                "call_wall": found.call_wall,
                "put_wall": found.put_wall,
                "implied_move_points": found.implied_move,
                "implied_volatility": found.implied_volatility,
                "put_call_ratio": found.put_call_ratio,
                "expiring_today_share_pct": None if found.zero_dte_share is None else found.zero_dte_share * 100,
                "largest_strikes": [
                    {
                        "strike": float(strikes.strike[place]),
                        "net_gex": float(net[place]),
                        "call_gex": float(strikes.call_gex[place]),
                        "put_gex": float(strikes.put_gex[place]),
                    }
                    for place in largest
                ],
                "expirations": [day.isoformat() for day in sorted(set(found.detail.expirations))[:12]],
            }
        )

    def computed(self) -> dict[str, float]:
        """Return what the desk has worked out of the levels: distances in points and per cent of spot, shares."""
        found, spot = self.snapshot, float(self.snapshot.spot)
        levels = {"flip": found.flip_point, "call_wall": found.call_wall, "put_wall": found.put_wall}
        worked: dict[str, float] = {}
        for name, level in levels.items():
            if level is not None:
                worked[f"spot_to_{name}_points"] = round(level - spot, 2)
                worked[f"spot_to_{name}_pct"] = round((level - spot) / spot * 100, 2)
        if found.call_wall and found.put_wall:
            worked["between_the_walls_points"] = round(found.call_wall - found.put_wall, 2)
            worked["between_the_walls_pct"] = round((found.call_wall - found.put_wall) / spot * 100, 2)
        if found.gross_gex:
            worked["net_of_gross_pct"] = round(found.net_gex / found.gross_gex * 100, 2)
        return worked

    def gamma_views(self) -> dict[str, Any]:
        """Return the three views of the week, USD and per cent, or why there are none."""
        gamma = self.gamma
        if gamma is None:
            return {"unknown": "The week's gamma is not known."}
        views: dict[str, Any] = {name: {key: gamma[name].get(key) for key in keys} for name, keys in _VIEWS.items()}
        views["weekly_evolution"]["days"] = [
            {"day": one["day"], "pct_of_week": one["pct_of_week"], "total_gamma": one.get("total_gamma")}
            for one in gamma["weekly_evolution"]["daily_breakdown"]
        ]
        views["volatility_potential"] = [
            {"day": one["day_name"], "vol_pct": one["vol_pct"], "risk_level": one["risk_level"]}
            for one in gamma["volatility_potential"]["by_day"]
        ]
        return views

    def positions(self) -> list[dict[str, Any]]:
        """Return the open positions with their newest marks. Empty where the trader does not share them."""
        if not self.access.positions:
            return []
        return [position_facts(row) for row in open_rows(self.owner, at=self.at)[:MOST_POSITIONS]]

    def statistics(self) -> dict[str, Any]:
        """Return the own record of the last 30 days. Empty where the trader does not share it."""
        if not self.access.record:
            return {}
        found = record_of(self.owner, Chosen(), at=self.at)
        if not found.trades:
            return {"trades": 0, "period": "30 days"}
        return _known(
            {
                "period": "30 days",
                "trades": found.trades,
                "winners": found.winners,
                "losers": found.losers,
                "win_rate_pct": round(found.win_rate * 100, 1),
                "total_pnl": found.pnl,
                "expectancy": found.expectancy,
                "profit_factor": found.profit_factor,
                "average_win": found.average_win,
                "average_loss": found.average_loss,
                "best": found.best,
                "worst": found.worst,
                "by_strategy": [
                    {"strategy": one.name, "trades": one.trades, "win_rate_pct": one.win_rate, "total_pnl": one.pnl}
                    for one in found.strategies[:10]
                ],
            }
        )

    def notes(self) -> list[dict[str, str]]:
        """Return the newest journal notes, shortened. Empty unless the trader shares them."""
        if not self.access.notes:
            return []
        entries = JournalEntry.objects.filter(owner=self.owner).exclude(notes="", lesson="").order_by("-closed_at")
        return [
            {
                "trade": f"{one.symbol} {one.strategy}",
                "closed": f"{clock.in_new_york(one.closed_at):%Y-%m-%d}",
                "note": one.notes[:LONGEST_NOTE],
                "lesson": one.lesson[:LONGEST_NOTE],
            }
            for one in entries[:MOST_NOTES]
        ]


def position_facts(row: Row) -> dict[str, Any]:
    """Return an open position as Claude is told of it: USD, points."""
    position: Position = row.position
    return _known(
        {
            "position": position.pk,
            "account": str(position.account.get_kind_display()),
            "symbol": position.symbol,
            "strategy": position.strategy,
            "legs": row.contracts,
            "units": position.open_quantity,
            "direction": "paid" if position.direction == Position.Direction.LONG else "received",
            "entry_price": float(position.entry_price),
            "current_price": None if position.current_price is None else float(position.current_price),
            "pnl": float(round(row.pnl, 2)),
            "days_to_expiration": row.dte,
            "target": None if position.target is None else float(position.target),
            "stop": None if position.stop is None else float(position.stop),
            "at_risk": None if row.at_risk is None else float(round(row.at_risk, 2)),
            "delta_shares": round(row.greeks.shares, 2),
            "theta_usd_per_day": round(row.greeks.theta, 2),
            "vega_usd_per_point": round(row.greeks.vega, 2),
            "mark_problem": position.mark_problem or None,
        }
    )


def _known(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value is not None}


def expires_today(snapshot: Snapshot, *, at: datetime) -> bool | None:
    """Return whether something expires on the day of `at`; None where the newest levels do not say."""
    if clock.in_new_york(snapshot.as_of).date() != clock.in_new_york(at).date():
        return None
    return None if snapshot.zero_dte_share is None else snapshot.zero_dte_share > 0


def day_of(text: str) -> date | None:
    """Return an ISO date, None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
