"""What a plan may say where a level is unknown: the engine takes 0 for it and would print a price of $0.00."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.market.models import Snapshot
from legacy_engines.plans.levels import dollars

_NAMES = {"flip_point": "flip", "call_wall": "call wall", "put_wall": "put wall"}
_CONTEXT = {"flip_point": "gamma_flip", "call_wall": "call_wall", "put_wall": "put_wall"}
_ZERO = dollars(0)


@dataclass(frozen=True, slots=True)
class Filled:
    """A daily plan that says "unknown" where a level is, and the sentences about what was left out for it."""

    plan: dict[str, Any]
    left_out: tuple[str, ...]


def unknown_levels(snapshot: Snapshot) -> dict[str, str]:
    """Return why a level is not known, by its key in the engine's dictionary; empty when all three are there."""
    reasons = {
        "flip_point": snapshot.flip_reason or "net gamma crosses zero nowhere near spot",
        "call_wall": "no call gamma at or above spot",
        "put_wall": "no put gamma at or below spot",
    }
    return {key: reason.rstrip(".") for key, reason in reasons.items() if not getattr(snapshot, key)}


def sentence(unknown: Mapping[str, str]) -> str:
    """Return "There is no flip (why) and no call wall (why)." """
    return f"There is {' and '.join(f'no {_NAMES[key]} ({reason})' for key, reason in unknown.items())}."


def say_unknown(plan: Mapping[str, Any], unknown: Mapping[str, str]) -> Filled:
    """Return a daily plan without the engine's zeros. A setup that leans on an unknown flip is left out."""
    if not unknown:
        return Filled(dict(plan), ())
    context = plan["market_context"] | {_CONTEXT[key]: f"unknown: {reason}" for key, reason in unknown.items()}
    if {"call_wall", "put_wall"} & unknown.keys():
        context["expected_range"] = "unknown without both walls"
    regime, setups = plan["regime"], plan["exact_trades"]
    left_out: tuple[str, ...] = ()
    if "flip_point" in unknown:
        regime = regime | {"position": "unknown without a flip", "flip_distance_pct": "unknown"}
        directional = [setup for setup in setups if "target_1" in setup]
        setups = [setup for setup in setups if "target_1" not in setup]
        left_out = tuple(f"{setup['strategy']}: it stands on the flip, which is unknown." for setup in directional)
    filled = {
        "market_context": context,
        "regime": regime,
        "exact_trades": [_without_zeros(setup) for setup in setups],
    }
    return Filled(dict(plan) | filled, left_out)


def _without_zeros(setup: Mapping[str, Any]) -> dict[str, Any]:
    return {key: "unknown" if value == _ZERO else value for key, value in setup.items()}
