"""The setups as trade ideas for whoever takes them over."""

from datetime import date, datetime
from typing import Any

from apps.gex.setups import cards, game_plan
from apps.gex.setups.expiration import expiration_of
from apps.gex.setups.picture import Picture, picture_of
from apps.ideas.idea import Idea
from apps.ideas.sources import IdeaGoneError
from apps.market.blocks import NotReadyError

_TOLD = ("strategy", "action", "reasoning", "confidence", "size", "stop", "max_risk")


def from_setups(symbol: str, reference: str, at: datetime) -> Idea:
    """Return a card of the setups as it stands now. Raises IdeaGoneError."""
    picture = _picture(symbol)
    regime, setups = cards.proposed(picture, at=at)
    setup = _named(setups, reference, symbol)
    return Idea(
        symbol=symbol,
        strategy=cards.plain(setup["strategy"]),
        origin="Trade setup",
        as_of=picture.snapshot.as_of,
        spot=picture.data["spot_price"],
        action=f"{setup['action']} {setup.get('strikes', '')}".strip(),
        entry=setup.get("entry", ""),
        target=setup.get("target_1") or setup.get("max_profit") or setup.get("profit_target", ""),
        stop=setup.get("stop", ""),
        # Per share in the engine's text (legacy pages, Z-10); per contract from here on.
        max_risk=_per_contract(setup.get("max_risk", "")),
        size=setup.get("size", ""),
        expiration=expiration_of(setup, at=at).day,
        confidence=setup["confidence"],
        reasoning=setup["reasoning"],
        dealers=regime["mm_behavior"],
        details={name: value for name, value in setup.items() if name not in _TOLD} | cards.reward_of(setup),
    )


def from_game_plan(symbol: str, reference: str, at: datetime) -> Idea:
    """Return a setup of the game plan as it stands now. Raises IdeaGoneError."""
    picture = _picture(symbol)
    setup = _named(game_plan.detected(picture, at=at), reference, symbol)
    return Idea(
        symbol=symbol,
        strategy=setup["strategy"],
        origin="Game plan",
        as_of=picture.snapshot.as_of,
        spot=picture.data["spot_price"],
        action=setup["action"],
        entry=setup["entry_zone"],
        target=_price(setup.get("target_1")),
        stop=_price(setup.get("stop_loss")),
        expiration=expiration_of(setup, at=at).day,
        confidence=setup["confidence"],
        reasoning=setup["reasoning"],
        details={
            name: float(value) if isinstance(value, float) else value
            for name, value in setup.items()
            if name not in _TOLD and not isinstance(value, date)
        },
    )


def _picture(symbol: str) -> Picture:
    try:
        return picture_of(symbol)
    except NotReadyError as error:
        raise IdeaGoneError(str(error)) from error


def _named(setups: list[dict[str, Any]], reference: str, symbol: str) -> dict[str, Any]:
    for setup in setups:
        if cards.reference_of(setup) == reference:
            return setup
    raise IdeaGoneError(f"This setup is not proposed for {symbol} any more: the levels have moved.")


def _per_contract(text: str) -> str:
    """Return the risk of 100 shares; nothing where it is no number, or not above zero (plans Q15)."""
    try:
        risk = float(text.replace("$", "").replace(",", "")) * 100
    except ValueError:
        return ""
    return f"${risk:,.2f} a contract" if risk > 0 else ""


def _price(value: Any) -> str:
    return f"${value:,.2f}" if isinstance(value, int | float) else ""
