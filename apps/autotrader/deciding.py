"""One decision: the engine over rows and answers, whichever they are, and what came of it in one shape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import legacy_engines.options.quotes
import legacy_engines.trading.autonomous
from apps.autotrader.contracts import Contract
from apps.autotrader.faults import AtStep, unwatched
from apps.autotrader.models import AutonomousDecision
from apps.autotrader.notebook import Notebook, as_json
from apps.autotrader.trader import Books, DeskTrader, RefusedError, World
from apps.ledger.tickets import to_json
from legacy_engines.storage import RowStore
from legacy_engines.trading.autonomous import ExitAdviser, NoTradeError
from legacy_engines.trading.autonomous.account import POSITIONS

Kind = AutonomousDecision.Kind
Outcome = AutonomousDecision.Outcome
_ENTRY = (
    "symbol", "strategy", "action", "option_type", "strike", "expiration_date", "contracts", "entry_price",
    "confidence", "trade_reasoning",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a run of the engine decided. opened: id of the new row, None without one. Texts and numbers as JSON."""

    kind: str
    outcome: str
    reason: str
    steps: list[dict[str, Any]]
    result: dict[str, Any]
    opened: int | None = None


def decide(
    kind: str,
    *,
    at: datetime,
    store: RowStore,
    notebook: Notebook,
    world: World,
    adviser: ExitAdviser,
    books: Books,
    legs: Mapping[int, Sequence[Contract]],
    at_step: AtStep = unwatched,
) -> Decided:
    """Let the engine search for the trade of the day, or manage what is open, and return what it decided."""
    trader = DeskTrader(
        store=store,
        at=at,
        notebook=notebook,
        world=world,
        adviser=adviser,
        books=books,
        legs=legs,
        at_step=at_step,
    )
    return _searched(trader) if kind == Kind.SEARCH else _managed(trader)


def _searched(trader: DeskTrader) -> Decided:
    row = trader.find_and_execute_daily_trade(trader.source)
    result: dict[str, Any] = {"ticket": as_json(to_json(trader.ticket)) if trader.ticket else None, "entry": None}
    last = trader.steps[-1]
    if row is not None:
        (entry,) = trader.store.select(POSITIONS, [("id", "=", row)])
        result["entry"] = as_json({name: entry[name] for name in _ENTRY})
        return Decided(
            kind=Kind.SEARCH,
            outcome=Outcome.TRADED,
            reason=last["details"],
            steps=_without_new(trader.steps, row),
            result=result,
            opened=row,
        )
    kind = Kind.SKIP if last["action"] == "SKIP" else Kind.SEARCH
    outcome = _outcome_of(trader.failure)
    return Decided(kind=kind, outcome=outcome, reason=last["details"], steps=trader.steps, result=result)


def _managed(trader: DeskTrader) -> Decided:
    closes = trader.auto_manage_positions(trader.source)
    outcomes = {_outcome_of(problem) for problem in trader.problems}
    outcome = Outcome.HELD
    if closes:
        outcome = Outcome.CLOSED
    elif Outcome.ERROR in outcomes:
        outcome = Outcome.ERROR
    elif Outcome.REFUSED in outcomes:
        outcome = Outcome.REFUSED
    said = [f"{close['strategy']}: {close['reason']}" for close in closes]
    said += [f"{problem}" or type(problem).__name__ for problem in trader.problems]
    said += [trader.missing_market] if trader.missing_market else []
    reason = ". ".join(dict.fromkeys(one.rstrip(".") for one in said)) or "No exit rule fired"
    result = {"closed": as_json(closes)}
    return Decided(kind=Kind.MANAGE, outcome=outcome, reason=f"{reason}.", steps=trader.steps, result=result)


def _outcome_of(failure: BaseException | None) -> str:
    if isinstance(failure, RefusedError):
        return Outcome.REFUSED
    if failure is None or isinstance(failure, NoTradeError):
        return Outcome.NO_TRADE
    return Outcome.ERROR


def _without_new(steps: Sequence[Mapping[str, Any]], row: int) -> list[dict[str, Any]]:
    """Return the steps with the id of the new row left out: it differs each time the decision is made again."""
    return [{**step, "position": None if step["position"] == row else step["position"]} for step in steps]


@lru_cache(maxsize=1)
def engine_version() -> str:
    """Return a digest of the engine's source, so that a stored decision says which rules made it."""
    package = Path(legacy_engines.trading.autonomous.__file__).parent
    sources = [*sorted(package.glob("*.py")), Path(legacy_engines.options.quotes.__file__)]
    digest = sha256()
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
