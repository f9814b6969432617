"""How many shares of an underlying change hands: by session, and by the minute within it."""

import numpy as np

from alphagex import clock
from apps.market.chain import FloatArray
from apps.market.sources.simulated import noise, variance_clock
from apps.market.sources.simulated.bars import Stretch
from apps.market.sources.simulated.universe import Instrument

MINUTES = 390  # of a whole session


def shares_of_session(seed: int, instrument: Instrument, session: clock.Session) -> float:
    """Return the shares traded from open to close, a whole number; fewer on half days."""
    busy = np.exp(0.25 * noise.normals(_key(seed, instrument), np.array([_number(session)]))[0])
    return float(np.rint(instrument.daily_shares * busy * _minutes(session) / MINUTES))


def shares_traded(seed: int, instrument: Instrument, stretch: Stretch) -> FloatArray:
    """Return the shares traded from the open to each point of a stretch, whole numbers; busy at both ends."""
    minutes = _minutes(stretch.session)
    key = noise.key_of(_key(seed, instrument), "minutes")
    ids = (_number(stretch.session) << np.uint64(10)) + np.arange(minutes, dtype=np.uint64)
    marks = np.arange(minutes + 1)
    weight = np.diff(variance_clock.share_after(marks / minutes)) * np.exp(0.4 * noise.normals(key, ids))
    done = np.append(0.0, np.cumsum(weight)) / weight.sum()
    whole = shares_of_session(seed, instrument, stretch.session)
    traded: FloatArray = np.rint(whole * np.interp(stretch.seconds / 60, marks, done))
    return traded


def _key(seed: int, instrument: Instrument) -> int:
    return noise.key_of(seed, instrument.symbol, "shares")


def _minutes(session: clock.Session) -> int:
    return round(variance_clock.length_of(session) / 60)


def _number(session: clock.Session) -> np.uint64:
    return np.uint64(session.day.toordinal())
