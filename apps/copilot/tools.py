"""What Claude can look up: typed, read-only, of one user. What it proposes stands beside the answer, no more."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from apps.accounts.services import preferences_of
from apps.copilot.figures.facts import Fact, facts_in
from apps.copilot.memory import TraderMemory
from apps.copilot.proposals import MOST_IDEAS, ProposalError, ProposedTrade, as_json, idea_of_proposal
from apps.copilot.seen import NothingKnownError, Seen, day_of
from apps.ideas.idea import Idea
from apps.market.quotes import QuoteBook
from apps.market.tickers import EngineClock
from apps.market.watching import SymbolError, note_watched, parse_symbol
from legacy_engines.copilot.json_values import make_json_serializable
from legacy_engines.copilot.trade_memory import TradingRAG
from legacy_engines.risk.contracts import PositionSizingCalculator
from legacy_engines.risk.scenarios import ScenarioPlanner
from legacy_engines.screens.copilot import probability, scenario_name

LONGEST_RESULT = 12_000
_MOST_STRIKES = 14
SIMULATIONS = 10_000
Symbol = Annotated[str, Meta(max_length=12, description="Ticker, such as SPX. Empty: the symbol of the question.")]
Share = Annotated[float, Meta(ge=0, le=1_000_000)]


class Levels(msgspec.Struct, forbid_unknown_fields=True):
    """Newest gamma levels of a symbol with what the desk computed of them: distances, shares, largest strikes."""

    symbol: Symbol = ""


class GammaViews(msgspec.Struct, forbid_unknown_fields=True):
    """The week's three gamma views of a symbol: daily impact, weekly evolution, volatility potential."""

    symbol: Symbol = ""


class Quotes(msgspec.Struct, forbid_unknown_fields=True):
    """Bid, ask, mid and implied volatility of listed options near a strike."""

    expiration: Annotated[str, Meta(description="YYYY-MM-DD, listed.")]
    around: Annotated[Share, Meta(description="Strike in the middle of the table.")]
    option_type: Literal["call", "put"]
    symbol: Symbol = ""


class Positions(msgspec.Struct, forbid_unknown_fields=True):
    """The trader's open positions with marks, P&L, greeks and what each can still lose."""


class Statistics(msgspec.Struct, forbid_unknown_fields=True):
    """The trader's closed trades: 30-day record, all-time totals, by weekday; of one strategy if named."""

    strategy: Annotated[str, Meta(max_length=200)] = ""


class Sizing(msgspec.Struct, forbid_unknown_fields=True):
    """How many contracts the trader's account and risk allow between an entry and a stop, USD a share."""

    entry: Share
    stop: Share


class Scenario(msgspec.Struct, forbid_unknown_fields=True):
    """What an option position would be worth after a move, days and a change of volatility, to first order."""

    entry_price: Share
    current_price: Annotated[Share, Meta(description="Of the underlying.")]
    delta: Annotated[float, Meta(ge=-1, le=1)]
    theta: Annotated[float, Meta(ge=-1000, le=1000, description="USD a share and day.")]
    contracts: Annotated[int, Meta(ge=1, le=10_000)]
    price_change_pct: Annotated[float, Meta(ge=-50, le=50)]
    days_forward: Annotated[int, Meta(ge=0, le=365)] = 1
    iv_change_pct: Annotated[float, Meta(ge=-100, le=500, description="Volatility points.")] = 0


class Probability(msgspec.Struct, forbid_unknown_fields=True):
    """How often price ends above a strike, by simulation without drift."""

    price: Annotated[float, Meta(gt=0, le=1_000_000)]
    strike: Annotated[float, Meta(gt=0, le=1_000_000)]
    volatility_percent: Annotated[float, Meta(gt=0, le=500)]
    days: Annotated[int, Meta(ge=1, le=730)]


@dataclass(kw_only=True)
class ToolBox:
    """The tools of one answer. ideas: what was proposed so far. found: figures the tools gave, for the check."""

    seen: Seen
    memory: TraderMemory
    ideas: list[Idea] = field(default_factory=list)
    found: list[Fact] = field(default_factory=list)

    @property
    def _runners(self) -> dict[str, tuple[type[msgspec.Struct], Callable[[Any], Any]]]:
        runners: dict[str, tuple[type[msgspec.Struct], Callable[[Any], Any]]] = {
            "levels": (Levels, self._levels),
            "gamma_views": (GammaViews, self._gamma_views),
            "quotes": (Quotes, self._quotes),
            "sizing": (Sizing, self._sizing),
            "scenario": (Scenario, self._scenario),
            "probability": (Probability, self._probability),
            "propose_trade": (ProposedTrade, self._propose),
        }
        if self.seen.access.positions:
            runners["positions"] = (Positions, lambda asked: {"open_positions": self.seen.positions()})
        if self.seen.access.record:
            runners["statistics"] = (Statistics, self._statistics)
        return runners

    def descriptions(self) -> list[dict[str, Any]]:
        """Return the tools as the API takes them."""
        return [
            {"name": name, "description": (kind.__doc__ or "").strip(), "input_schema": schema_of(kind)}
            for name, (kind, _) in self._runners.items()
        ]

    def run(self, name: str, arguments: Mapping[str, Any]) -> tuple[str, bool]:
        """Return a tool's result as text, and whether it is an error that Claude can mend."""
        if name not in self._runners:
            return f"There is no tool {name}.", True
        kind, answer = self._runners[name]
        try:
            result = answer(msgspec.convert(dict(arguments), kind))
        except (msgspec.ValidationError, ProposalError, SymbolError, NothingKnownError) as error:
            return str(error), True
        text = json.dumps(make_json_serializable(result), indent=1, default=str)[:LONGEST_RESULT]
        if name != "propose_trade":
            # What Claude itself put in proves nothing; only what the desk answered counts.
            self.found += facts_in(text, source=f"tool {name.replace('_', ' ')}")
        return text, False

    def _of(self, symbol: str) -> Seen:
        wanted = parse_symbol(symbol) if symbol else self.seen.symbol
        if wanted == self.seen.symbol:
            return self.seen
        note_watched([wanted], at=self.seen.at)
        return replace(self.seen, symbol=wanted)

    def _levels(self, asked: Levels) -> dict[str, Any]:
        seen = self._of(asked.symbol)
        return {"symbol": seen.symbol, **seen.source(), **seen.levels(), "computed": seen.computed()}

    def _gamma_views(self, asked: GammaViews) -> dict[str, Any]:
        seen = self._of(asked.symbol)
        return {"symbol": seen.symbol, **seen.gamma_views()}

    def _quotes(self, asked: Quotes) -> dict[str, Any]:
        seen = self._of(asked.symbol)
        day = day_of(asked.expiration)
        book = QuoteBook(seen.symbol, at=seen.at)
        if day is None or (book.expirations and day not in book.expirations):
            near = ", ".join(each.isoformat() for each in book.expirations[:10])
            raise ProposalError(f"{asked.expiration} is not listed. Expirations: {near or 'not known yet'}.")
        near_strikes = sorted(book.strikes(day), key=lambda strike: abs(float(strike) - asked.around))[:_MOST_STRIKES]
        rows = [book.quote(day, strike, asked.option_type) for strike in sorted(near_strikes)]
        return {
            "symbol": seen.symbol,
            "expiration": day.isoformat(),
            "option_type": asked.option_type,
            "quotes": [
                {"strike": one.strike, "bid": one.bid, "ask": one.ask, "mid": one.mid, "iv": one.iv, "note": one.reason}
                for one in rows
            ],
        }

    def _statistics(self, asked: Statistics) -> dict[str, Any]:
        memory = TradingRAG(self.memory, clock=EngineClock(self.seen.at))
        totals = memory.get_personal_stats(asked.strategy or None)
        days = [one | {"win_rate_pct": one["win_rate"] * 100} for one in totals.pop("day_stats")]
        for one in days:
            del one["win_rate"]
        totals.pop("early_win_rate")  # the engine's constant is no figure of this trader's
        return {"last_30_days": self.seen.statistics(), "all_time": totals, "by_weekday_0_is_sunday": days}

    def _sizing(self, asked: Sizing) -> dict[str, Any]:
        preferences = preferences_of(self.seen.owner)
        account, risk = float(preferences.account_size), float(preferences.risk_percent)
        found = PositionSizingCalculator.calculate_contracts(account, risk, asked.entry, asked.stop)
        return {"account_size": account, "risk_per_trade_percent": risk, **found}

    def _scenario(self, asked: Scenario) -> dict[str, Any]:
        position = {
            name: getattr(asked, name) for name in ("entry_price", "contracts", "delta", "theta", "current_price")
        }
        change = {
            "name": scenario_name(asked.price_change_pct, asked.days_forward),
            "price_change_pct": asked.price_change_pct,
            "days_forward": asked.days_forward,
            "iv_change_pct": asked.iv_change_pct,
        }
        return ScenarioPlanner.analyze_scenario(position, change)

    def _probability(self, asked: Probability) -> dict[str, Any]:
        found = probability(asked.price, asked.strike, asked.volatility_percent, asked.days, SIMULATIONS)
        return {
            "chance_above_pct": round(found.above, 1),
            "chance_below_pct": round(found.below, 1),
            "expected_price": round(found.mean, 2),
            "low_5_percentile": round(found.low, 2),
            "high_95_percentile": round(found.high, 2),
        }

    def _propose(self, asked: ProposedTrade) -> dict[str, Any]:
        if len(self.ideas) >= MOST_IDEAS:
            raise ProposalError(f"There are {MOST_IDEAS} trades beside this answer already.")
        idea = idea_of_proposal(asked, self.seen)
        self.ideas.append(idea)
        return {"kept": idea.action, "note": "Shown beside the answer. Nothing was opened; the trader decides."}

    def kept_ideas(self) -> list[dict[str, Any]]:
        """Return what was proposed, as it is stored."""
        return [as_json(idea) for idea in self.ideas]


def schema_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the JSON schema of a tool's arguments, its parts in place."""
    (schema,), parts = msgspec.json.schema_components([kind])
    found: dict[str, Any] = _resolved(schema, parts)
    found.pop("title", None)
    found.pop("description", None)
    return found


def _resolved(schema: Any, parts: Mapping[str, Any]) -> Any:
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _resolved(parts[schema["$ref"].rpartition("/")[2]], parts)
        return {key: _resolved(value, parts) for key, value in schema.items()}
    return [_resolved(one, parts) for one in schema] if isinstance(schema, list) else schema
