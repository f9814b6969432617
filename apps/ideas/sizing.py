"""How many contracts of an idea the user's account bears, in a dialog."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.template.loader import render_to_string

from apps.accounts.services import preferences_of
from apps.ideas.idea import Idea
from apps.ideas.models import TradeIdea
from apps.ideas.takers import Outcome, Taker
from apps.market.templatetags.numbers import percent, signed_class, usd
from legacy_engines.risk.sizing import DEFAULT_CONFIDENCE, DEFAULT_PREMIUM, size_setup

_HALF = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One outcome in dollars. x, width: of a drawing 200 wide with its zero in the middle."""

    label: str
    value: str
    tone: str
    x: str
    width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """What templates/ideas/sizing.html shows. notes: on which assumptions it stands."""

    idea: Idea
    contracts: int
    capital: str
    max_risk: str
    account_risk: str
    why: list[str]
    bars: list[Bar]
    notes: list[str]


def sizing_of(idea: Idea, *, account_size: float, risk_percent: float) -> Sizing:
    """Return the size by the engine's rules. account_size: US dollars; risk_percent: of it, for one trade."""
    premium = idea.details.get("option_premium")
    setup: dict[str, Any] = {
        "strategy": idea.strategy,
        "confidence": DEFAULT_CONFIDENCE if idea.confidence is None else idea.confidence,
        "option_premium": premium or DEFAULT_PREMIUM,
    }
    if "risk_reward" in idea.details:
        setup["risk_reward"] = idea.details["risk_reward"]
    if idea.max_risk:
        setup["max_risk"] = idea.max_risk.partition(" ")[0]
    found = size_setup(setup, account_size, risk_percent)
    size = found["sizing"]
    return Sizing(
        idea=idea,
        contracts=size["num_contracts"],
        capital=usd(size["premium_outlay"], 0),
        max_risk=usd(size["total_risk"], 0),
        account_risk=percent(size["risk_pct_of_account"] / 100, 2),
        why=found["explanation"],
        bars=bars_of(found["chart"]["figure"]["data"][0]),
        notes=_notes(idea, premium),
    )


def bars_of(data: dict[str, Any]) -> list[Bar]:
    """Return the engine's bars (labels and dollars, as Plotly takes them) for the page's own drawing."""
    labels, values = data["x"], data["y"]
    most = max((abs(value) for value in values), default=0.0) or 1.0
    return [
        Bar(
            label=str(label).replace("<br>", " "),
            value=usd(value, 0),
            tone=signed_class(value),
            x=f"{_HALF - _HALF * max(-value, 0) / most:.1f}",
            width=f"{_HALF * abs(value) / most:.1f}",
        )
        for label, value in zip(labels, values, strict=True)
    ]


def _notes(idea: Idea, premium: float | None) -> list[str]:
    notes = []
    if not premium:
        notes.append(f"The idea names no premium; ${DEFAULT_PREMIUM:.2f} a share is assumed. Check the quote first.")
    if not idea.max_risk:
        notes.append("The idea names no risk a contract; its premium is taken for it.")
    if idea.max_risk.endswith("a contract"):
        notes.append("The risk of a condor is counted per contract, 100 shares. The broker holds that much as margin.")
    return notes


def _take(user: User, idea: Idea, stored: TradeIdea) -> Outcome:
    chosen = preferences_of(user)
    sizing = sizing_of(idea, account_size=float(chosen.account_size), risk_percent=float(chosen.risk_percent))
    return Outcome(dialog=render_to_string("ideas/sizing.html", {"sizing": sizing, "chosen": chosen}))


SIZE = Taker(key="size", label="Size", icon="scale", take=_take)
