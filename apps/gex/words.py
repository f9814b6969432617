"""The verdict in words a trader says, computed from the levels. No advice, and nothing the levels do not say."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from alphagex.clock import in_new_york, session_after, session_on
from apps.market.exposure.result import Exposure
from apps.market.templatetags.numbers import percent, points, signed, signed_percent, strike

THIN = 0.05  # of gross: net below is a small difference of two large sums
NEAR_MOVES = 0.25  # implied moves: a flip this close may be crossed by noise
NEAR = 0.0015  # of spot, where no implied move is known
PIN_MOVES = 1.0  # implied moves: a strike further away does not pin
PIN_SHARE = 0.1  # of gross gamma that one strike must hold to pin
FAR = 0.05  # of spot
LEAVES = 0.2  # of gross: a settlement that takes away less is not worth a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Pill:
    """A word with the colour class that goes with it."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActLevel:
    """One level to act on: icon and tone, what happens there, and how far it is."""

    key: str
    icon: str
    tone: str
    title: str
    text: str


def net_share(exposure: Exposure) -> float:
    """Return |net| / gross, 0 when there is no gamma."""
    return abs(exposure.net_gex) / exposure.gross_gex if exposure.gross_gex else 0.0


def is_thin(exposure: Exposure) -> bool:
    """Return whether net is too small a part of gross to lean on."""
    return net_share(exposure) < THIN


def is_near_flip(exposure: Exposure) -> bool:
    """Return whether ordinary noise may carry spot over the flip."""
    if exposure.flip_point is None:
        return False
    near = NEAR_MOVES * exposure.implied_move if exposure.implied_move else NEAR * exposure.spot
    return abs(exposure.flip_point - exposure.spot) <= near


def pills(exposure: Exposure) -> list[Pill]:
    """Return the regime in one or two words each."""
    found = [Pill(text="Long gamma", tone="gain") if exposure.net_gex >= 0 else Pill(text="Short gamma", tone="loss")]
    if is_near_flip(exposure):
        found.append(Pill(text="Near flip", tone="warn"))
    if is_thin(exposure):
        found.append(Pill(text=f"Thin, {percent(net_share(exposure), 0)} of gross", tone="warn"))
    return found


def headline(exposure: Exposure) -> str:
    """Return the one sentence above everything."""
    flip, spot = exposure.flip_point, exposure.spot
    if exposure.gross_gex == 0:
        return "No gamma in open interest."
    if flip is not None and is_near_flip(exposure):
        return f"On the flip at {points(flip)}: either regime is one move away."
    if exposure.net_gex >= 0:
        pin = pin_strike(exposure)
        if pin is not None:
            return f"Pinned near {strike(pin)}{_ending(exposure)}."
        calls, puts = exposure.call_wall, exposure.put_wall
        if calls and puts and calls.strike > puts.strike and max(calls.strike - spot, spot - puts.strike) <= FAR * spot:
            return f"Held between {strike(puts.strike)} and {strike(calls.strike)}{_ending(exposure)}."
        if flip is None:
            return f"Moves shrink {_everywhere(exposure)}."
        return f"Moves shrink {_side(exposure)} {points(flip)}."
    if flip is None:
        return f"Moves grow {_everywhere(exposure)}."
    if abs(flip / spot - 1) > FAR:
        return f"Moves grow; calm is {percent(abs(flip / spot - 1))} away."
    return f"Moves grow {_side(exposure)} {points(flip)}."


def explanation(exposure: Exposure) -> str:
    """Return two or three sentences: what dealers do on either side of the flip, and what leaves soon."""
    flip = exposure.flip_point
    calm, wild = "dealers buy dips and sell rallies", "dealers sell into weakness and buy into strength"
    here, there = (calm, wild) if exposure.net_gex >= 0 else (wild, calm)
    if flip is None:
        sentences = [f"{here.capitalize()} {_everywhere(exposure)}.", f"No flip: {_lower(exposure.flip_reason)}"]
    else:
        other = "below" if exposure.spot >= flip else "above"
        sentences = [
            f"{_side(exposure).capitalize()} {points(flip)} {here}.",
            f"{other.capitalize()} it {there}.",
        ]
        if exposure.flip_quality and exposure.flip_quality != "clear":
            sentences.append(f"The flip is {exposure.flip_quality}.")
    leaving = leaving_share(exposure)
    if leaving is not None and leaving >= LEAVES:
        sentences.append(f"{percent(leaving, 0)} of all gamma settles {settlement_words(exposure)}.")
    return " ".join(sentences)


def pin_strike(exposure: Exposure) -> float | None:
    """Return the strike near spot that holds so much gamma that price tends to it, or None."""
    strikes = exposure.by_strike
    if not len(strikes.strike) or exposure.gross_gex <= 0:
        return None
    gross = strikes.call_gex - strikes.put_gex
    biggest = int(np.argmax(gross))
    at = float(strikes.strike[biggest])
    reach = PIN_MOVES * exposure.implied_move if exposure.implied_move else 0.005 * exposure.spot
    holds = float(gross[biggest]) >= PIN_SHARE * exposure.gross_gex
    return at if holds and abs(at - exposure.spot) <= reach else None


def leaving_share(exposure: Exposure) -> float | None:
    """Return the part of gross gamma that the next settlement takes away, 0 to 1; None when nothing remains."""
    if exposure.after_next is None or not exposure.gross_gex:
        return None
    return 1 - exposure.after_next.gross_gex / exposure.gross_gex


def next_settlement(exposure: Exposure) -> datetime | None:
    """Return when the next contracts settle, New York."""
    moments = [row.settles_at for row in exposure.by_expiration]
    return in_new_york(min(moments)) if moments else None


def settlement_words(exposure: Exposure) -> str:
    """Return "at 16:00 ET" for a settlement today, else "Fri 15 Sep 09:30 ET"."""
    moment = next_settlement(exposure)
    if moment is None:
        return "never"
    if moment.date() == in_new_york(exposure.as_of).date():
        return f"today at {moment:%H:%M} ET"
    return f"{moment:%a %-d %b} at {moment:%H:%M} ET"


def levels_to_act_on(exposure: Exposure) -> list[ActLevel]:
    """Return flip, call wall and put wall: what dealers do there by the model, and the distance."""
    return [_flip_level(exposure), _call_level(exposure), _put_level(exposure)]


def _flip_level(exposure: Exposure) -> ActLevel:
    flip = exposure.flip_point
    if flip is None:
        return ActLevel(
            key="flip", icon="split", tone="warn", title="No flip in reach", text=exposure.flip_reason or ""
        )
    rises = (exposure.net_gex >= 0) == (exposure.spot >= flip)  # net gamma rises through the flip
    title = f"Under {points(flip)} moves grow" if rises else f"Over {points(flip)} moves grow"
    return ActLevel(key="flip", icon="split", tone="warn", title=title, text=f"Flip, {distance(exposure, flip)}")


def _call_level(exposure: Exposure) -> ActLevel:
    wall = exposure.call_wall
    if wall is None:
        return ActLevel(
            key="call",
            icon="arrow-up-to-line",
            tone="gain",
            title="No call wall",
            text="No call gamma above spot",
        )
    return ActLevel(
        key="call",
        icon="arrow-up-to-line",
        tone="gain",
        title=f"Dealers {'sell' if _is_calm_at(exposure, wall.strike) else 'buy'} rallies into {strike(wall.strike)}",
        text=f"Call wall, {distance(exposure, wall.strike)}",
    )


def _put_level(exposure: Exposure) -> ActLevel:
    wall = exposure.put_wall
    if wall is None:
        return ActLevel(
            key="put", icon="arrow-down-to-line", tone="loss", title="No put wall", text="No put gamma below spot"
        )
    does = "buy dips to" if _is_calm_at(exposure, wall.strike) else "sell a break of"
    return ActLevel(
        key="put",
        icon="arrow-down-to-line",
        tone="loss",
        title=f"Dealers {does} {strike(wall.strike)}",
        text=f"Put wall, {distance(exposure, wall.strike)}",
    )


def _is_calm_at(exposure: Exposure, price: float) -> bool:
    """Return whether dealers would be long gamma with spot at `price`: each flip on the way there turns the sign."""
    flips = exposure.flips or (() if exposure.flip_point is None else (exposure.flip_point,))
    low, high = sorted((exposure.spot, price))
    crossed = sum(low < flip < high for flip in flips)
    return (exposure.net_gex >= 0) == (crossed % 2 == 0)


def verdict_day(exposure: Exposure) -> str:
    """Return ", Thu 16 Nov", or " from Fri 17 Nov on" where the day has no session or it is over."""
    at = in_new_york(exposure.as_of)
    session = session_on(at.date())
    if session is not None and at < session.closes:
        return f", {at:%a %-d %b}"
    return f" from {session_after(at.date()).day:%a %-d %b} on"


def distance(exposure: Exposure, level: float) -> str:
    """Return "−10.80 · −0.24 %": from spot to `level`, points and per cent."""
    return f"{signed(level - exposure.spot)} · {signed_percent(level / exposure.spot - 1)}"


def _side(exposure: Exposure) -> str:
    return "above" if exposure.flip_point is not None and exposure.spot >= exposure.flip_point else "below"


def _everywhere(exposure: Exposure) -> str:
    return "at this price" if exposure.is_by_strike_only else "at every price around here"


def _ending(exposure: Exposure) -> str:
    """Return ", then looser" words when the next settlement, within a day, takes much gamma away."""
    moment, leaving = next_settlement(exposure), leaving_share(exposure)
    if moment is None or leaving is None or leaving < LEAVES:
        return ""
    if (moment - exposure.as_of).total_seconds() > 86_400:
        return ""
    return f" into the {'open' if moment.hour < 12 else 'close'}, then looser"


def _lower(reason: str | None) -> str:
    return reason[0].lower() + reason[1:] if reason else "the reason was not recorded."
