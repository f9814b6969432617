"""Today's game plan, word for word as the engine writes it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.text import slugify

from apps.gex.setups.expiration import Expiration, expiration_of
from apps.gex.setups.picture import Picture, closed_note, picture_of
from apps.market.blocks import Block
from apps.market.notices import Badge
from apps.market.prose import rendered
from apps.market.tickers import EngineClock
from legacy_engines.setups.detection import StrategyEngine

NO_TIMING = "No timing note: it is the weekend."


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveSetup:
    """A setup the engine found today. reference: its name for those who take ideas over."""

    reference: str
    strategy: str
    action: str
    expires: Expiration


@dataclass(frozen=True, slots=True, kw_only=True)
class GamePlan:
    title: str
    text: SafeString
    closed: str
    setups: list[ActiveSetup]
    badge: Badge


def detected(picture: Picture, *, at: datetime) -> list[dict[str, Any]]:
    """Return the engine's setups of the picture."""
    return StrategyEngine.detect_setups(picture.data, clock=EngineClock(at))


def build(symbol: str, at: datetime) -> GamePlan:
    """Return the plan of the newest levels. Raises NotReadyError."""
    picture = picture_of(symbol)
    setups = detected(picture, at=at)
    markdown = StrategyEngine.generate_game_plan(picture.data, setups, clock=EngineClock(at))
    title, _, text = markdown.partition("\n")
    return GamePlan(
        title=title.removeprefix("# "),
        text=rendered(text),
        closed=closed_note(at),
        setups=[
            ActiveSetup(
                reference=slugify(setup["strategy"]),
                strategy=setup["strategy"],
                action=setup["action"],
                expires=expiration_of(setup, at=at),
            )
            for setup in setups
        ],
        badge=picture.badge,
    )


BLOCK = Block(
    key="game-plan", title="Today's game plan", template="gex/setups/game_plan.html", build=build, kept_seconds=60
)
