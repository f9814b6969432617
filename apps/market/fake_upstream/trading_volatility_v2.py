"""Trading Volatility's second interface: a bearer token, the payload under `data`, numbers as numbers."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from apps.market.fake_upstream.market import Market
from apps.market.fake_upstream.trading_volatility_v1 import expiration_asked, levels_as_sent
from apps.market.fake_upstream.wire import Asked, Reply, as_json
from apps.market.sources.protocol import Kind, UnknownSymbol

TOKEN = "demo-token"  # noqa: S105 - the stand-in's only account
TOKEN_WITHOUT_PLAN = "demo-token-without-plan"  # noqa: S105 - one that is known, and entitled to nothing

_PATH = re.compile(r"/v2/tickers/[^/]+/(?P<what>.+)")
_WINDOW = re.compile(r"(\d{1,4})d")
# Metrics of a series, and the names of the same figures in the rows of the first interface.
_METRICS = {
    "price": "price",
    "gex_flip": "gex_flip_price",
    "gex_usd_per_1_pct_move": "skew_adjusted_gex",
    "pcr_oi": "put_call_ratio_open_interest",
    "atm_iv": "implied_volatility",
}
_IV_RANK = "iv_rank"


class _BadRequest(Exception):
    """A parameter this interface has no answer for."""


def answer(asked: Asked, market: Market, at: datetime) -> Reply:
    """Return what `/v2/tickers/{symbol}/...` says; refusals are 401, 403, 404 and 400 with `error.message`."""
    token = asked.headers.get("authorization", "").removeprefix("Bearer ")
    if token == TOKEN_WITHOUT_PLAN:
        return _refused(403, "The user is not authorized: the plan does not include the API.")
    if token != TOKEN:
        return _refused(401, "Missing or invalid API token.")
    found = _PATH.fullmatch(asked.path)
    written = _ENDPOINTS.get(found["what"]) if found else None
    if written is None:
        return _refused(404, "No such endpoint.")
    try:
        data = written(asked, market, at)
    except UnknownSymbol:
        return _refused(404, f"No data for {asked.symbol}.")
    except _BadRequest as error:
        return _refused(400, str(error))
    return as_json({"data": data, "meta": {"asof": _stamp(at), "ticker": asked.symbol}})


def _market_structure(asked: Asked, market: Market, at: datetime) -> dict[str, Any]:
    exposure = market.exposure(asked.symbol, at)
    nearest, flip, spot = exposure.by_expiration[0], exposure.flip_point, exposure.spot
    return {
        "key_levels": {
            "spot": spot,
            "gamma_flip": flip,
            "call_wall": exposure.call_wall.strike if exposure.call_wall else None,
            "put_wall": exposure.put_wall.strike if exposure.put_wall else None,
        },
        "supporting_factors": {
            "gamma_notional_per_1pct_move_usd": exposure.net_gex,
            "distance_to_flip_pct": None if flip is None else 100 * (flip / spot - 1),
            "pcr_oi": exposure.put_call_ratio,
            "pct_gamma_expiring_nearest_expiry": nearest.gross_gex / exposure.gross_gex,
        },
    }


def _gex_by_strike(asked: Asked, market: Market, at: datetime) -> dict[str, Any]:
    if (wanted := asked.query.get("exp", "combined")) != "combined":
        raise _BadRequest(f"exp={wanted} is not supported here. Use combined.")
    exposure = market.exposure(asked.symbol, at)
    by_strike = exposure.by_strike
    rows = zip(by_strike.strike.tolist(), by_strike.call_gex.tolist(), by_strike.put_gex.tolist(), strict=True)
    return {
        "price": exposure.spot,
        "asof": _stamp(at),
        "points": [{"strike": strike, "call": calls, "put": puts, "net": calls + puts} for strike, calls, puts in rows],
        "totals": {
            "gex_flip_price": exposure.flip_point,
            "gex_value_per_1pct": exposure.net_gex,
            "put_call_oi": exposure.put_call_ratio,
        },
    }


def _gamma(asked: Asked, market: Market, at: datetime) -> dict[str, Any]:
    wanted = asked.query.get("exp", "combined")
    exposure = market.exposure(asked.symbol, at)
    heading = {"price": exposure.spot, "asof": _stamp(at)}
    if wanted == "combined":
        by_strike = exposure.by_strike
        net = (by_strike.call_gex + by_strike.put_gex).tolist()
        points = [
            {"strike": strike, "gamma": gamma} for strike, gamma in zip(by_strike.strike.tolist(), net, strict=True)
        ]
        return heading | {"expiry": "combined", "points": points}
    day = expiration_asked(wanted, market.expirations(asked.symbol, at))
    if day is None:
        raise UnknownSymbol(f"No options on {asked.symbol} expire {wanted}.")
    value = market.value(Kind.EXPIRATION_GAMMA, asked.symbol, at, day.isoformat())
    points = [{"strike": float(row["strike"]), "gamma": float(row["gamma"])} for row in value["gamma_array"]]
    return heading | {"expiry": day.isoformat(), "points": points}


def _levels(asked: Asked, market: Market, at: datetime) -> dict[str, Any]:
    sent = levels_as_sent(market.value(Kind.LEVELS, asked.symbol, at))
    return {name: _number(inner) for name, inner in sent.items()}


def _series(asked: Asked, market: Market, at: datetime) -> dict[str, Any]:
    window = _WINDOW.fullmatch(asked.query.get("window", "30d"))
    wanted = [name for name in asked.query.get("metrics", "price").split(",") if name]
    if unknown := [name for name in wanted if name not in _METRICS and name != _IV_RANK]:
        raise _BadRequest(f"Unknown metrics: {', '.join(unknown)}. Use {', '.join([*_METRICS, _IV_RANK])}.")
    if window is None:
        raise _BadRequest("window is written as days, like 30d.")
    rows = market.value(Kind.GAMMA_DAYS, asked.symbol, at, window[1])
    points = [
        {"t": str(row["collection_date"])[:10]}
        | {name: _number(row.get(_METRICS[name])) for name in wanted if name != _IV_RANK}
        for row in rows
    ]
    if _IV_RANK in wanted:
        # Of the days asked for: the stand-in does not simulate a year for every request.
        volatility = [_number(row["implied_volatility"]) or 0.0 for row in rows]
        low, high = min(volatility, default=0.0), max(volatility, default=0.0)
        for point, iv in zip(points, volatility, strict=True):
            point[_IV_RANK] = round(100 * (iv - low) / (high - low), 1) if high > low else None
    return {"metrics": wanted, "points": points}


def _number(value: Any) -> float | None:
    return None if value is None or value == "" else float(value)


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _refused(status: int, message: str) -> Reply:
    return as_json({"error": {"message": message}}, status=status)


_ENDPOINTS: dict[str, Callable[[Asked, Market, datetime], dict[str, Any]]] = {
    "market-structure": _market_structure,
    "curves/gex_by_strike": _gex_by_strike,
    "curves/gamma": _gamma,
    "levels": _levels,
    "series": _series,
}
