"""The strategies of the three views and the play of the day as trade ideas."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from alphagex import clock
from apps.gamma.seen import week_of
from apps.gamma.words import label_of
from apps.gex.setups.picture import picture_of
from apps.ideas.idea import Idea, Leg
from apps.ideas.sources import IdeaGoneError
from apps.market.blocks import NotReadyError
from apps.market.models import Snapshot
from legacy_engines.screens.playbook import play_of_the_day

SOURCE = "gamma"
PLAY = "play"
_VIEWS = {"daily": "daily_impact", "weekly": "weekly_evolution", "volatility": "volatility_potential"}
_ORIGINS = {"daily": "Gamma, daily impact", "weekly": "Gamma, weekly evolution", "volatility": "Gamma, volatility"}


def find(symbol: str, reference: str, at: datetime) -> Idea:
    """Return a strategy ("daily-0", "weekly-early_week" ...) or the play as it stands now. Raises IdeaGoneError."""
    try:
        return _play(symbol, at) if reference == PLAY else _strategy(symbol, reference, at)
    except NotReadyError as error:
        raise IdeaGoneError(str(error)) from error


def _strategy(symbol: str, reference: str, at: datetime) -> Idea:
    view, _, name = reference.partition("-")
    newest = Snapshot.objects.of(symbol).first()
    if view not in _VIEWS or newest is None:
        raise IdeaGoneError(f"There is no such strategy for {symbol}.")
    found = week_of(symbol, at).intelligence[_VIEWS[view]]["strategies"]
    one = _named(found, name)
    if one is None:
        raise IdeaGoneError(f"This strategy is not proposed for {symbol} any more: the week's gamma has changed.")
    return Idea(
        symbol=symbol,
        strategy=one["name"],
        origin=_ORIGINS[view],
        as_of=newest.as_of,
        spot=float(newest.spot),
        action=one["description"],
        entry=one.get("entry_time", ""),
        target=one.get("exit_time", ""),
        stop=one.get("risk", ""),
        size=one.get("position_size", ""),
        reasoning=one.get("rationale", ""),
        details={label_of(key): value for key, value in one.items() if key in ("strike", "strikes", "expiration")},
    )


def _named(found: Any, name: str) -> Mapping[str, Any] | None:
    if isinstance(found, Mapping):
        return found.get(name)
    return found[int(name)] if name.isdecimal() and int(name) < len(found) else None


def _play(symbol: str, at: datetime) -> Idea:
    picture = picture_of(symbol)
    play = play_of_the_day(symbol, picture.data, at)
    session = clock.session_on(clock.in_new_york(at).date())
    if not play.legs or session is None or at >= session.closes:
        raise IdeaGoneError("There is nothing to trade before the next session.")
    return Idea(
        symbol=symbol,
        strategy=play.strategy,
        origin="Play of the day",
        as_of=picture.snapshot.as_of,
        spot=picture.data["spot_price"],
        action=play.structure,
        entry=play.entry,
        target=play.target,
        stop=play.stop,
        size=play.size,
        reasoning=f"{play.scenario}. {play.edge}",
        legs=tuple(
            Leg(quantity=leg.quantity, option_type="call" if leg.option_type == "call" else "put", strike=leg.strike)
            for leg in play.legs
        ),
        details={"premium": play.premium, "expires": play.expiration},
    )
