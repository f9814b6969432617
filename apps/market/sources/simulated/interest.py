"""Open interest and volume: where people hold and trade options, and how dealers end up with gamma."""

from datetime import date

import numpy as np

from apps.market.chain import FloatArray
from apps.market.sources.simulated import noise
from apps.market.sources.simulated.listing import Contracts
from apps.market.sources.simulated.universe import Instrument


def open_interest(instrument: Instrument, contracts: Contracts, *, day: date, centre: float, key: int) -> FloatArray:
    """Return the positions held into the session of `day`, whole contracts.

    centre: price around which they were built, the mean of recent closes. Puts sit below it and calls above, more at
    round strikes, in monthly series, and near the money; dealers are therefore short gamma some way below it.
    """
    days = _days(contracts, day)
    # Positions gather over months: they are spread wider than what is left of the series' life.
    away = _deviations(instrument, contracts, days + 6.0, centre)
    calls = _bell(away, 0.60, 0.85) + 0.12 * _bell(away, 2.2, 1.4)
    puts = 1.10 * _bell(away, -1.05, 1.0) + 0.22 * _bell(away, -2.8, 1.7)
    gathered = 0.35 + 0.65 * np.exp(-days / 25.0) + 4.0 * np.exp(-days / 1.2)
    popularity = np.array([one.popularity for one in contracts.series])[contracts.of_series]
    ids = contract_ids(contracts)
    taste = np.exp(0.75 * noise.normals(noise.key_of(key, "taste"), ids))
    changed = np.exp(0.06 * noise.normals(noise.key_of(key, day.isoformat()), ids))
    weight = np.where(contracts.is_call, calls, puts) * gathered * popularity * _roundness(instrument, contracts)
    weight *= taste * changed
    return np.floor(instrument.open_interest * weight / weight.sum())  # type: ignore[no-any-return]


def full_day_volume(
    instrument: Instrument, contracts: Contracts, *, day: date, last_close: float, key: int
) -> FloatArray:
    """Return the contracts that will have traded by the close of `day`: mostly near the money and near settlement."""
    days = _days(contracts, day)
    away = _deviations(instrument, contracts, days + 1.5, last_close)
    side = np.where(contracts.is_call, 0.35, -0.45)
    near = np.exp(-np.abs(away - side) * 1.3)
    soon = np.exp(-days / 1.6) + 0.12 * np.exp(-days / 20.0) + 0.01
    popularity = np.sqrt(np.array([one.popularity for one in contracts.series])[contracts.of_series])
    luck = np.exp(0.9 * noise.normals(noise.key_of(key, "volume", day.isoformat()), contract_ids(contracts)))
    weight = near * soon * popularity * np.sqrt(_roundness(instrument, contracts)) * luck
    busy = np.exp(0.2 * noise.normals(noise.key_of(key, "busy", day.isoformat()), np.zeros(1, dtype=np.uint64)))
    return instrument.daily_volume * float(busy[0]) * weight / weight.sum()  # type: ignore[no-any-return]


def _days(contracts: Contracts, day: date) -> FloatArray:
    return np.array([float((one.expiration - day).days) for one in contracts.series])[contracts.of_series]


def _deviations(instrument: Instrument, contracts: Contracts, days: FloatArray, centre: float) -> FloatArray:
    """Return how many standard deviations each strike is from `centre`."""
    return np.log(contracts.strike / centre) / (instrument.volatility * np.sqrt(days / 365))


def _bell(away: FloatArray, centre: float, width: float) -> FloatArray:
    return np.exp(-(((away - centre) / width) ** 2) / 2)


def _roundness(instrument: Instrument, contracts: Contracts) -> FloatArray:
    steps = np.rint(contracts.strike / instrument.strike_step)
    return np.select([steps % 20 == 0, steps % 10 == 0, steps % 5 == 0], [3.0, 2.3, 1.5], 0.7)


def contract_ids(contracts: Contracts) -> noise.UintArray:
    """Return a number per contract that stays the same as long as it is listed."""
    series = np.array([noise.key_of(one.root, one.expiration.isoformat()) for one in contracts.series], dtype=np.uint64)
    strike = np.rint(contracts.strike * 1000).astype(np.uint64)
    return series[contracts.of_series] + (strike << np.uint64(1)) + contracts.is_call.astype(np.uint64)
