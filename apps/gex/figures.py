"""The key figures: each with its unit, its context, and a sentence where a number is missing."""

from dataclasses import dataclass

from apps.gex.words import distance, net_share
from apps.market.exposure.result import Exposure, Wall
from apps.market.templatetags.numbers import (
    percent,
    points,
    signed,
    signed_class,
    signed_percent,
    strike,
    usd_compact,
    usd_size,
)

_THIN_SPACE = "\u202f"
_SESSIONS_A_YEAR = 252


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """value and unit, or `missing`, a sentence. context: two lines, the second may be empty."""

    key: str
    label: str
    value: str = ""
    unit: str = ""
    tone: str = ""
    missing: str = ""
    context: str = ""
    more: str = ""


def key_figures(exposure: Exposure) -> list[Figure]:
    """Return net, gross, flip, walls, implied move (or volatility) and 0DTE share."""
    return [
        _net(exposure),
        _gross(exposure),
        _flip(exposure),
        _wall(exposure, exposure.call_wall, key="call", label="Call wall", side="calls", tone="gain"),
        _wall(exposure, exposure.put_wall, key="put", label="Put wall", side="puts", tone="loss"),
        _implied_move(exposure),
        _zero_dte(exposure),
    ]


def _net(exposure: Exposure) -> Figure:
    value, _, unit = usd_compact(exposure.net_gex).partition(_THIN_SPACE)
    return Figure(
        key="net",
        label="Net GEX",
        value=value,
        unit=unit,
        tone=signed_class(exposure.net_gex),
        context="$ per 1 % move",
        more=f"calls {usd_size(exposure.call_gex, 1)}",
    )


def _gross(exposure: Exposure) -> Figure:
    value, _, unit = usd_size(exposure.gross_gex).partition(_THIN_SPACE)
    share = net_share(exposure) * (1 if exposure.net_gex >= 0 else -1)
    return Figure(
        key="gross",
        label="Gross",
        value=value,
        unit=unit,
        context=f"net/gross {signed_percent(share, 1)}",
        more=f"puts {usd_size(-exposure.put_gex, 1)}",
    )


def _flip(exposure: Exposure) -> Figure:
    if exposure.flip_point is None:
        return Figure(key="flip", label="Flip", missing=f"None: {exposure.flip_reason or 'no reason stored.'}")
    only = "as reported" if exposure.is_by_strike_only else "the only crossing"
    others = [flip for flip in exposure.flips if abs(flip - exposure.flip_point) > 1e-6 * exposure.spot]
    return Figure(
        key="flip",
        label="Flip",
        value=points(exposure.flip_point),
        tone="warn",
        context=distance(exposure, exposure.flip_point),
        more=f"also {', '.join(points(flip) for flip in others)}" if others else only,
    )


def _wall(exposure: Exposure, wall: Wall | None, *, key: str, label: str, side: str, tone: str) -> Figure:
    if wall is None:
        where = "at or above" if key == "call" else "at or below"
        return Figure(key=key, label=label, missing=f"None: no {side[:-1]} gamma {where} spot.")
    second = "" if wall.second_strike is None else f", then {strike(wall.second_strike)}"
    return Figure(
        key=key,
        label=label,
        value=strike(wall.strike),
        tone=tone,
        context=f"{signed(wall.strike - exposure.spot)} · {usd_compact(wall.gex)}",
        more=f"{percent(wall.dominance, 0)} of {side}{second}",
    )


def _implied_move(exposure: Exposure) -> Figure:
    volatility = exposure.implied_volatility
    if exposure.implied_move is None:
        if volatility is not None:
            return _implied_volatility(volatility)
        why = "the source does not give it" if exposure.is_by_strike_only else "no at-the-money volatility was quoted"
        return Figure(key="move", label="Implied move", missing=f"Unknown: {why}.")
    until = exposure.implied_move_expiration
    share = f"±{percent(exposure.implied_move / exposure.spot, 2)}"
    return Figure(
        key="move",
        label="Implied move",
        value=f"±{points(exposure.implied_move, 1)}",
        context=share if volatility is None else f"{share}, IV {percent(volatility, 1)}",
        more=f"one σ by {until:%a %-d %b}" if until else "one σ to the next close",
    )


def _implied_volatility(volatility: float) -> Figure:
    """Return what stands for the implied move where only the volatility is known."""
    daily = volatility / _SESSIONS_A_YEAR**0.5
    return Figure(
        key="move",
        label="Implied vol",
        value=percent(volatility, 1),
        context=f"±{percent(daily, 2)} a day",
        more="at the money",
    )


def _zero_dte(exposure: Exposure) -> Figure:
    if exposure.zero_dte_share is None:
        why = "the source gives no expirations" if exposure.is_by_strike_only else "there is no gamma to share"
        return Figure(key="zero_dte", label="0DTE share", missing=f"Unknown: {why}.")
    more = "settles later today" if exposure.zero_dte_share else "none settles today"
    return Figure(
        key="zero_dte",
        label="0DTE share",
        value=percent(exposure.zero_dte_share, 1),
        context="of gross",
        more=more,
    )
