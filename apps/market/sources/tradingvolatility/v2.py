"""The second interface: a bearer token, the payload under `data`. Its answers become objects of the first one."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from alphagex import clock
from apps.market.sources.protocol import SourceUnavailable, UnknownSymbol
from apps.market.sources.tradingvolatility.answers import WHO

NAME = "v2"
METRICS = "price,gex_flip,gex_usd_per_1_pct_move,pcr_oi,iv_rank,atm_iv"


def request_of(endpoint: str, symbol: str, detail: str) -> tuple[str, dict[str, str]]:
    """Return path and parameters that answer an endpoint of the first interface."""
    path, params = {
        "gex/latest": ("market-structure", {}),
        "gex/gammaOI": ("curves/gex_by_strike", {"exp": "combined"}),
        "gex/gamma": ("curves/gamma", {"exp": detail}),
        "gex/levels": ("levels", {}),
        "gex/history": ("series", {"metrics": METRICS, "window": f"{detail or 30}d"}),
        "skew/latest": ("series", {"metrics": METRICS, "window": "7d"}),
        "skew/history": ("series", {"metrics": METRICS, "window": f"{detail or 30}d"}),
    }[endpoint]
    return f"/v2/tickers/{quote(symbol)}/{path}", params


def entry_of(body: Any, endpoint: str, symbol: str) -> Any:
    """Return the object the first interface would have sent. Raises UnknownSymbol, SourceUnavailable."""
    if not isinstance(body, Mapping):
        raise SourceUnavailable(f"{WHO}'s answer for {symbol} is JSON, but no object.")
    if isinstance(body.get("error"), Mapping):
        said = str(body["error"].get("message", "")).rstrip(".")[:120]
        raise UnknownSymbol(f"{WHO} has no data for {symbol!r}: {said or 'it does not say why'}. Check the spelling.")
    data, meta = body.get("data"), body.get("meta")
    if not isinstance(data, Mapping):
        raise SourceUnavailable(f"{WHO}'s answer for {symbol} carries no data.")
    meta = meta if isinstance(meta, Mapping) else {}
    answered = data.get("ticker") or meta.get("ticker") or symbol
    if answered != symbol:
        raise SourceUnavailable(f"{WHO} answered with {str(answered)[:12]} when asked for {symbol}.")
    try:
        return _SHAPES[endpoint](data, _stamp(data.get("asof") or meta.get("asof")))
    except (KeyError, TypeError, AttributeError) as error:
        raise SourceUnavailable(f"{WHO}'s answer for {symbol} lacks what was expected ({error!r:.60}).") from error


def _latest(data: Any, stamp: str) -> dict[str, Any]:
    levels, factors = data["key_levels"], data["supporting_factors"]
    return _known(
        collection_date=stamp,
        price=levels["spot"],
        gex_flip_price=levels.get("gamma_flip"),
        skew_adjusted_gex=factors["gamma_notional_per_1pct_move_usd"],
        put_call_ratio_open_interest=factors.get("pcr_oi"),
    )


def _by_strike(data: Any, stamp: str) -> dict[str, Any]:
    totals = data["totals"]
    return _known(
        collection_date=stamp,
        price=data["price"],
        gex_flip_price=totals.get("gex_flip_price"),
        skew_adjusted_gex=totals["gex_value_per_1pct"],
        put_call_ratio_open_interest=totals.get("put_call_oi"),
        gamma_array=[
            {
                "strike": point["strike"],
                "call_gamma": point["call"],
                "put_gamma": point["put"],
                "net_gamma_$_at_strike": point["net"],
            }
            for point in data["points"]
        ],
    )


def _one_expiration(data: Any, stamp: str) -> dict[str, Any]:
    return {
        "price": data["price"],
        "expiry": data.get("expiry", "unknown"),
        "collection_date": stamp,
        "gamma_array": [{"strike": point["strike"], "gamma": point["gamma"]} for point in data["points"]],
    }


def _levels(data: Any, stamp: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}


def _gamma_days(data: Any, stamp: str) -> list[dict[str, Any]]:
    return [
        _known(
            collection_date=str(point["t"])[:10],
            price=point.get("price"),
            gex_flip_price=point.get("gex_flip"),
            skew_adjusted_gex=point.get("gex_usd_per_1_pct_move"),
            implied_volatility=point.get("atm_iv"),
            put_call_ratio_open_interest=point.get("pcr_oi"),
        )
        for point in data["points"]
    ]


def _skew_days(data: Any, stamp: str) -> list[dict[str, Any]]:
    return [
        _known(collection_date=str(point["t"])[:10], implied_volatility=point.get("atm_iv"), pcr_oi=point.get("pcr_oi"))
        for point in data["points"]
    ]


def _skew(data: Any, stamp: str) -> dict[str, Any]:
    days = _skew_days(data, stamp)
    return days[-1] if days else {}


def _known(**values: Any) -> dict[str, Any]:
    """Leave out what is null: in the first interface a key that is there holds a number."""
    return {name: value for name, value in values.items() if value is not None}


def _stamp(asof: Any) -> str:
    """Return the moment as the first interface prints it, New York wall time; empty if there is none."""
    if not asof:
        return ""
    try:
        moment = datetime.fromisoformat(str(asof))
    except ValueError:
        return ""
    return f"{clock.in_new_york(moment):%Y-%m-%d %H:%M:%S}" if moment.tzinfo else f"{moment:%Y-%m-%d %H:%M:%S}"


_SHAPES: dict[str, Callable[[Any, str], Any]] = {
    "gex/latest": _latest,
    "gex/gammaOI": _by_strike,
    "gex/gamma": _one_expiration,
    "gex/levels": _levels,
    "gex/history": _gamma_days,
    "skew/latest": _skew,
    "skew/history": _skew_days,
}
