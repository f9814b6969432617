"""The setups of the day as cards: what to do, from where to where, why, and what is at stake."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import slugify

from apps.gex.plans.wording import shown
from apps.gex.setups.expiration import Expiration, expiration_of
from apps.gex.setups.picture import REAL_WALLS, Picture, closed_note, picture_of
from apps.market.blocks import Block, NotReadyError
from apps.market.notices import Badge
from apps.market.templatetags.numbers import usd
from legacy_engines.plans.daily_markdown import edge_of
from legacy_engines.plans.generator import CENTRAL
from legacy_engines.plans.regime import regime_from_gex
from legacy_engines.plans.setups import all_setups
from legacy_engines.setups.card import estimated_profit, grade_of, high_confidence, risk_and_reward

LEAST_CONFIDENCE = 50  # per cent: what is less sure is not shown (W-3)
DEFAULT_SIZE = "2-3 % of capital"
_BAR = 100.0
_PRICE = re.compile(r"\$(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """Risk and reward of one unit. risk_width, reward_width: of a bar 100 wide."""

    ratio: str
    risk: str
    reward: str
    risk_width: str
    reward_width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One setup. Empty texts are left out."""

    reference: str
    rank: int
    grade: str
    tone: str
    strategy: str
    confidence: str
    days: str
    expires: Expiration
    win_rate: str
    profit: str
    play: str
    strikes: str
    why: str
    entry: str
    target: str
    target_2: str
    stop: str
    credit: str
    size: str
    stake: Stake | None
    edge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setups:
    """regime: type, trend, position and what dealers do, in the engine's words. closed: said while nothing trades."""

    regime: str
    dealers: str
    net_gex: str
    high_confidence: int
    closed: str
    cards: list[Card]
    note: str
    badge: Badge


def proposed(picture: Picture, *, at: datetime) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return regime and setups of the picture by the plan engine; the weekday is that of the Central clock."""
    data = picture.data
    levels = data["net_gex"], data["spot_price"], data["flip_point"], data["call_wall"], data["put_wall"]
    regime = regime_from_gex(*levels)
    net_gex, spot, flip, call_wall, put_wall = levels
    day = f"{at.astimezone(CENTRAL):%A}"
    setups = all_setups(data["symbol"], spot, net_gex, flip, call_wall, put_wall, day, regime)
    return regime, [setup for setup in setups if setup["confidence"] >= LEAST_CONFIDENCE]


def build(symbol: str, at: datetime) -> Setups:
    """Return the cards of the newest levels. Raises NotReadyError."""
    picture = picture_of(symbol)
    regime, setups = proposed(picture, at=at)
    if not setups:
        raise NotReadyError("No setup", f"None reaches {LEAST_CONFIDENCE} % confidence on these levels.")
    return Setups(
        regime=f"{regime['type']}, {regime['trend']}. {regime['position']}.",
        dealers=regime["mm_behavior"],
        net_gex=shown(regime["net_gex_billions"]),
        high_confidence=high_confidence(setups),
        closed=closed_note(at),
        cards=[_card(setup, rank, at=at) for rank, setup in enumerate(setups, start=1)],
        note=REAL_WALLS,
        badge=picture.badge,
    )


def _card(setup: dict[str, Any], rank: int, *, at: datetime) -> Card:
    letter, _ = grade_of(setup["confidence"])
    wins = setup.get("win_rate", "")
    return Card(
        reference=reference_of(setup),
        rank=rank,
        grade=letter,
        tone={"A": "gain", "B": "warn"}.get(letter, ""),
        strategy=plain(setup["strategy"]),
        confidence=f"{setup['confidence']}",
        days=setup.get("expiration", ""),
        expires=expiration_of(setup, at=at),
        win_rate=wins,
        profit=estimated_profit(setup),
        play=setup["action"],
        strikes=setup.get("strikes", ""),
        why=shown(setup["reasoning"]),
        entry=setup.get("entry", ""),
        target=setup.get("target_1") or setup.get("max_profit") or setup.get("profit_target", ""),
        target_2=setup.get("target_2", ""),
        stop=setup.get("stop") or _most_at_risk(setup),
        credit=setup.get("credit", ""),
        size=setup.get("size", DEFAULT_SIZE),
        stake=_stake(setup),
        edge=f"The {wins} holds as long as {edge_of(setup['reasoning'])}." if wins else "",
    )


def reference_of(setup: dict[str, Any]) -> str:
    """Return a setup's name for those who take it over: by strategy, so that another one in its place is not taken."""
    return slugify(plain(setup["strategy"]))


def plain(strategy: str) -> str:
    """Return the engine's name without its leading glyph: words say the same to everybody."""
    return strategy.lstrip("🚀📈🦅📉📅 ").strip()


def _most_at_risk(setup: dict[str, Any]) -> str:
    if "max_risk" not in setup:
        return ""
    found = risk_and_reward(setup)
    if found is None or found[1] > 0:
        return f"Most at risk {setup['max_risk']} a share"
    # The engine's formula, which can name more credit than the wing is wide (plans Q15).
    return "Risk unknown: the estimated credit is more than the wing is wide"


def _stake(setup: dict[str, Any]) -> Stake | None:
    """Return the bars of a setup that names its risk; what the engine would assume for the others is made up.

    A condor's risk and credit are per share (legacy pages, Z-10), so they are multiplied out to a contract, and its
    reward is the credit, not the engine's usual twice the risk.
    """
    if "max_risk" not in setup:
        return None
    found = risk_and_reward(setup | reward_of(setup))
    if found is None or found[1] <= 0:
        return None
    ratio, risk = found[0], found[1] * 100
    most = max(1.0, ratio)
    return Stake(
        ratio=f"{ratio:.2f}:1",
        risk=usd(risk, 0),
        reward=usd(risk * ratio, 0),
        risk_width=f"{_BAR / most:.1f}",
        reward_width=f"{_BAR * ratio / most:.1f}",
    )


def reward_of(setup: dict[str, Any]) -> dict[str, float]:
    """Return `risk_reward` of a credit trade, the credit by the risk; nothing for other trades."""
    credit = _PRICE.search(setup.get("credit", ""))
    risk = _PRICE.search(setup.get("max_risk", ""))
    if not credit or not risk or float(risk[1]) <= 0:
        return {}
    return {"risk_reward": float(credit[1]) / float(risk[1])}


BLOCK = Block(key="setups", title="Trade setups", template="gex/setups/cards.html", build=build, wide=True)
