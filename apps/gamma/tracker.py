"""The 0DTE tracker and today's play from the old decision table."""

from dataclasses import dataclass
from datetime import datetime

from alphagex import clock
from apps.gex.setups.picture import picture_of
from apps.market.blocks import Block
from apps.market.notices import Badge
from apps.market.templatetags.numbers import points, strike
from legacy_engines.screens.daily_expiry import expiration_days, is_expiration_day
from legacy_engines.screens.playbook import Play, play_of_the_day
from legacy_engines.screens.trading_day import CENTRAL

PATTERN = (
    ("Mon to Tue", "high gamma", "Price is held in a range. Condors, time decay.", frozenset({0, 1})),
    ("Wed", "turning", "Verticals and directional trades; out by 15:00.", frozenset({2})),
    ("Thu to Fri", "low gamma", "Moves run free. 0DTE straddles, long gamma.", frozenset({3, 4})),
)

_UNKNOWN = (
    "The old tracker followed symbols with daily expirations (SPY, QQQ, IWM, SPX, XSP and some ETFs). {symbol} is not "
    "among them: the views above come from its own chain."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the week. is_now: today belongs to it."""

    days: str
    gamma: str
    text: str
    is_now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracker:
    """moment: as the old tracker told it, Central. days: the weekdays with an expiration; why: where there are none."""

    moment: str
    is_expiration: bool
    days: str
    why: str
    parts: list[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """Today's play. closed: what the calendar says against it. note: on which clock it was chosen."""

    play: Play
    structure: str
    levels: str
    closed: str
    note: str
    badge: Badge


def tracker(symbol: str, at: datetime) -> Tracker:
    """Return the tracker; it needs nothing but the clock."""
    here = at.astimezone(CENTRAL)
    days = expiration_days(symbol)
    session = clock.session_on(clock.in_new_york(at).date())
    return Tracker(
        moment=f"{here:%A %H:%M} Central, {clock.in_new_york(at):%H:%M} New York",
        is_expiration=is_expiration_day(symbol, at) and session is not None,
        days=", ".join(day[:3] for day in days),
        why="" if days else _UNKNOWN.format(symbol=symbol),
        parts=[
            Part(days=days_of, gamma=gamma, text=text, is_now=here.weekday() in weekdays)
            for days_of, gamma, text, weekdays in PATTERN
        ],
    )


def playbook(symbol: str, at: datetime) -> Playbook:
    """Return today's play on the newest levels. Raises NotReadyError."""
    picture = picture_of(symbol)
    data = picture.data
    play = play_of_the_day(symbol, data, at)
    session = clock.session_on(clock.in_new_york(at).date())
    is_over = session is not None and at >= session.closes
    notes = ["Chosen by the weekday of the Central clock, as the old program did; its hours speak of New York."]
    if play.legs:
        notes.append("Its strikes are distances from the price: take the nearest that are listed.")
    closed = ""
    if is_over and play.legs:
        closed = f"The session is over: nothing of this can be done before {_opens(at)}."
    elif session is None and play.legs:
        closed = f"The exchange is closed today: nothing of this can be done before {_opens(at)}."
    elif session is not None and session.is_half_day:
        closed = f"Half day: everything ends at {session.closes:%H:%M}, before most hours named here."
    return Playbook(
        play=play,
        structure=play.structure,
        levels=f"Spot {points(data['spot_price'])}, flip {points(data['flip_point'])}, call wall "
        f"{strike(data['call_wall']) if data['call_wall'] else 'none'}, put wall "
        f"{strike(data['put_wall']) if data['put_wall'] else 'none'}",
        closed=closed,
        note=" ".join(notes),
        badge=picture.badge,
    )


def _opens(at: datetime) -> str:
    return f"{clock.market_status(at).changes_at:%a %-d %b %H:%M} ET"


TRACKER = Block(
    key="zero-dte", title="0DTE tracker", template="gamma/tracker.html", build=tracker, kept_seconds=60, wide=True
)
PLAYBOOK = Block(key="playbook", title="Today's play", template="gamma/playbook.html", build=playbook, kept_seconds=60)
