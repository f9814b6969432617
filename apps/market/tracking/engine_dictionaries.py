"""The dictionaries the old engines expect, from the newest snapshot and facts, whichever source they come from.

Each is built in the vendor's names and read by the engines' own parsers, so that formulas stay theirs. A source's own
answer is taken where it offers one, but never beside a snapshot of another source (an imported chain).
"""

import math
from datetime import date, datetime
from functools import partial
from typing import Any

import numpy as np

from apps.market import facts, storage
from apps.market.data_cache import Fact
from apps.market.exposure.result import Exposure
from apps.market.history.std import TRADING_DAYS, levels_implied
from apps.market.models import Snapshot
from apps.market.sources.protocol import Kind, Question
from apps.market.tickers import Ask
from apps.market.tracking.sourced import Sourced, from_answer, from_snapshot, stamp
from legacy_engines.gamma.trading_volatility import parsing
from legacy_engines.gamma.trading_volatility.fetch import UpstreamError
from legacy_engines.gamma.trading_volatility.strike_profile import strike_profile as profile_of

_STD_NAMES = {
    "+1STD (1-day)": "std_1_pos",
    "-1STD (1-day)": "std_1_neg",
    "+1STD (7-day)": "std_7_pos",
    "-1STD (7-day)": "std_7_neg",
}
_LEVELS = 4


def newest_with_detail(symbol: str) -> Snapshot | None:
    """Return the symbol's newest snapshot and its curves in one query, None before the first."""
    return Snapshot.objects.of(symbol).select_related("detail").first()


def net_gamma(symbol: str) -> Sourced | None:
    """Return the keys of `get_net_gamma`, walls included (points, 0 where there is none); None before the first.

    As there, a flip, IV or put/call ratio that is not known is 0.
    """
    snapshot = newest_with_detail(symbol)
    if snapshot is None:
        return None
    value = parsing.net_gamma(symbol, _latest_entry(snapshot))
    walls = {"call_wall": snapshot.call_wall or 0, "put_wall": snapshot.put_wall or 0}
    return from_snapshot(value | walls, snapshot)


def strike_profile(symbol: str) -> Sourced | None:
    """Return the keys of `get_gex_profile`: strikes within one week's move of spot, walls, aggregate.

    `flip_point` is the engine's own, interpolated between neighbouring strikes, spot where nothing crosses zero; the
    snapshot's is in `net_gamma`. None before the first snapshot; `{}` where it has no gamma by strike.
    """
    snapshot = newest_with_detail(symbol)
    if snapshot is None:
        return None
    try:
        return from_snapshot(profile_of(symbol, _strikes_entry(snapshot), None), snapshot)
    except UpstreamError as error:
        return from_snapshot({}, snapshot, problem=f"{snapshot.source_label} has no gamma by strike: {error}.")


def expiration_gamma(symbol: str, expiration: date, *, at: datetime, ask: Ask | None = None) -> Sourced | None:
    """Return the keys of `get_gamma_by_expiration`; `total_gamma`: USD, the sum over strikes of absolute net gamma.

    `{}` where neither the source nor the newest snapshot has the expiration; None before the first of both.
    """
    snapshot = newest_with_detail(symbol)
    question = Question(kind=Kind.EXPIRATION_GAMMA, symbol=symbol, detail=expiration.isoformat())
    if answer := _answer(question, snapshot, ask or partial(facts.newest, at=at)):
        return from_answer(parsing.expiration_gamma(symbol, expiration.isoformat(), answer.value), answer)
    return None if snapshot is None else expiration_of(snapshot, expiration)


def expiration_of(snapshot: Snapshot, expiration: date) -> Sourced:
    """Return the keys of `get_gamma_by_expiration` from a snapshot's strikes and expirations, `{}` where it has none.

    A date that settles twice (SPX in the morning, SPXW in the afternoon) is one expiration.
    """
    exposure = storage.load_exposure(snapshot)
    net = _net_by_strike(exposure, expiration)
    if not net:
        problem = f"{snapshot.source_label} has no {snapshot.symbol} gamma that expires {expiration}."
        return from_snapshot({}, snapshot, problem=problem)
    entry = {
        "price": exposure.spot,
        "expiry": expiration.isoformat(),
        "collection_date": stamp(snapshot.as_of),
        "gamma_array": [{"strike": strike, "gamma": gamma} for strike, gamma in net.items()],
    }
    return from_snapshot(parsing.expiration_gamma(snapshot.symbol, expiration.isoformat(), entry), snapshot)


def levels(symbol: str, *, at: datetime, ask: Ask | None = None) -> Sourced | None:
    """Return the keys of `get_gex_levels`: points, 0 where there is none; None before the first answer and snapshot.

    Worked out where the source sends none: the snapshot's flip, the four strikes with the largest net gamma, and spot
    one standard deviation of one and seven days away by implied volatility.
    """
    snapshot = newest_with_detail(symbol)
    if answer := _answer(Question(kind=Kind.LEVELS, symbol=symbol), snapshot, ask or partial(facts.newest, at=at)):
        return from_answer(parsing.gex_levels(symbol, answer.value), answer)
    return None if snapshot is None else from_snapshot(parsing.gex_levels(symbol, _levels_entry(snapshot)), snapshot)


def skew(symbol: str, *, at: datetime, ask: Ask | None = None) -> Sourced | None:
    """Return the object of `get_skew_data`; None before the first answer and snapshot.

    Worked out where the source sends none: `implied_volatility` and `one_day_std`, `one_week_std` from it (fractions),
    `pcr_oi`; what the snapshot does not know is left out.
    """
    snapshot = newest_with_detail(symbol)
    if answer := _answer(Question(kind=Kind.SKEW, symbol=symbol), snapshot, ask or partial(facts.newest, at=at)):
        return from_answer(dict(answer.value), answer)
    return None if snapshot is None else from_snapshot(_skew_entry(snapshot), snapshot)


def _answer(question: Question, snapshot: Snapshot | None, ask: Ask) -> Fact | None:
    """Return the source's answer if there is one and the snapshot is not another source's."""
    if not facts.can_be_asked(question.kind):
        return None
    fact = ask(question)
    is_same = snapshot is None or snapshot.source == fact.source
    return fact if is_same and fact.value else None


def _latest_entry(snapshot: Snapshot) -> dict[str, Any]:
    """Return the snapshot as `/gex/latest` would say it; what is not known is left out, as there."""
    known = {
        "price": float(snapshot.spot),
        "skew_adjusted_gex": snapshot.net_gex,
        "gex_flip_price": snapshot.flip_point,
        "put_call_ratio_open_interest": snapshot.put_call_ratio,
        "implied_volatility": snapshot.implied_volatility,
        "collection_date": stamp(snapshot.as_of),
    }
    return {name: value for name, value in known.items() if value is not None}


def _strikes_entry(snapshot: Snapshot) -> dict[str, Any]:
    """Return the snapshot as `/gex/gammaOI` would say it."""
    detail = snapshot.detail
    sides = zip(detail.strikes, detail.strikes_call_gex, detail.strikes_put_gex, strict=True)
    array = [
        {"strike": strike, "call_gamma": calls, "put_gamma": puts, "net_gamma_$_at_strike": calls + puts}
        for strike, calls, puts in sides
    ]
    return _latest_entry(snapshot) | {"gamma_array": array}


def _levels_entry(snapshot: Snapshot) -> dict[str, Any]:
    detail = snapshot.detail
    net = np.abs(np.add(detail.strikes_call_gex, detail.strikes_put_gex))
    largest = np.argsort(-net, kind="stable")[:_LEVELS]
    entry: dict[str, Any] = {f"GEX_{place}": detail.strikes[at] for place, at in enumerate(largest)}
    if snapshot.flip_point is not None:
        entry["gex_flip"] = snapshot.flip_point
    if snapshot.implied_volatility:
        implied = levels_implied(float(snapshot.spot), snapshot.implied_volatility)
        entry |= {theirs: implied[ours] for theirs, ours in _STD_NAMES.items()}
    return entry


def _skew_entry(snapshot: Snapshot) -> dict[str, Any]:
    entry: dict[str, Any] = {"collection_date": stamp(snapshot.as_of)}
    if snapshot.implied_volatility is not None:
        entry["implied_volatility"] = snapshot.implied_volatility
        for name, days in (("one_day_std", 1), ("one_week_std", 7)):
            entry[name] = snapshot.implied_volatility * math.sqrt(days / TRADING_DAYS)
    if snapshot.put_call_ratio is not None:
        entry["pcr_oi"] = snapshot.put_call_ratio
    return entry


def _net_by_strike(exposure: Exposure, expiration: date) -> dict[float, float]:
    """Return net gamma (USD) by strike of all that expires on a date, strikes ascending; empty without any."""
    settlements = [at for at, row in enumerate(exposure.by_expiration) if row.expiration == expiration]
    surface = exposure.surface
    of_date = np.isin(surface.expiration_index, settlements)
    places = surface.strike_index[of_date]
    cells = surface.call_gex[of_date].astype(np.float64) + surface.put_gex[of_date]
    net = np.bincount(places, weights=cells, minlength=len(exposure.by_strike.strike))
    return {float(exposure.by_strike.strike[at]): float(net[at]) for at in np.unique(places)}
