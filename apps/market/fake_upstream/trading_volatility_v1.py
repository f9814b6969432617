"""Trading Volatility's first interface: a user name in the query, objects keyed by the symbol, numbers as text."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from alphagex import clock
from apps.market.exposure.result import Exposure
from apps.market.fake_upstream.market import Market
from apps.market.fake_upstream.wire import Asked, Reply, as_json, as_text
from apps.market.sources.protocol import Kind, UnknownSymbol
from apps.market.sources.simulated.gamma_facts import gamma_formation, rating

USER_NAME = "I-DEMO00000000"
FRIDAY = 4
SENT_LEVELS = 4


def answer(asked: Asked, market: Market, at: datetime) -> Reply:
    """Return what `/gex/...` and `/skew/...` say. An unknown user is refused (403), an unknown symbol is `{}`."""
    if asked.query.get("username") != USER_NAME:
        return as_text("Access denied: the user is not authorized.", status=403)
    written = _ENDPOINTS.get(asked.path)
    if written is None:
        return as_text("Not found", status=404)
    try:
        value = written(asked, market, at)
    except UnknownSymbol:
        return as_json({})
    return as_json({asked.symbol: value})


def expiration_asked(wanted: str, listed: list[date]) -> date | None:
    """Return the expiration `1` (the nearest), `2` (the nearest monthly) or YYYY-MM-DD stands for.

    None where nothing such is listed.
    """
    match wanted:
        case "1" | "nearest":
            return listed[0]
        case "2" | "first_monthly":
            return next((day for day in listed if _third_friday_of(day) == day), None)
        case "first_weekly":
            return next((day for day in listed if day.weekday() == FRIDAY), None)
    return next((day for day in listed if day.isoformat() == wanted), None)


def days_back(asked: Asked, at: datetime) -> int:
    """Return how many days before today `start` is; a week where it is missing or no date."""
    try:
        return max((at.date() - date.fromisoformat(asked.query.get("start", ""))).days, 0)
    except ValueError:
        return 7


def _latest(asked: Asked, market: Market, at: datetime) -> dict[str, Any]:
    exposure = market.exposure(asked.symbol, at)
    nearest = exposure.by_expiration[0]
    return _head(exposure) | {
        "gex_per_1pct_chg": _text(exposure.net_gex),
        "next_expiration": nearest.expiration.isoformat(),
        "nearest_gex_value": _text(nearest.net_gex),
        "gamma_formation": str(gamma_formation(exposure)),
        "rating": str(rating(exposure)),
    }


def _gamma_by_strike(asked: Asked, market: Market, at: datetime) -> dict[str, Any]:
    exposure = market.exposure(asked.symbol, at)
    by_strike = exposure.by_strike
    return _head(exposure) | {
        "gamma_array": [
            {
                "strike": f"{strike:g}",
                "call_gamma": _text(calls),
                "put_gamma": _text(puts),
                "net_gamma_$_at_strike": _text(calls + puts),
            }
            for strike, calls, puts in zip(
                by_strike.strike.tolist(), by_strike.call_gex.tolist(), by_strike.put_gex.tolist(), strict=True
            )
        ]
    }


def _one_expiration(asked: Asked, market: Market, at: datetime) -> dict[str, Any]:
    wanted = asked.query.get("exp", "1")
    if wanted == "0":
        exposure = market.exposure(asked.symbol, at)
        by_strike = exposure.by_strike
        net = (by_strike.call_gex + by_strike.put_gex).tolist()
        return {
            "price": f"{exposure.spot:.2f}",
            "expiry": "combined",
            "collection_date": _stamp(at),
            "gamma_array": [
                {"strike": f"{strike:g}", "gamma": _text(gamma)}
                for strike, gamma in zip(by_strike.strike.tolist(), net, strict=True)
            ],
        }
    day = expiration_asked(wanted, market.expirations(asked.symbol, at))
    if day is None:
        raise UnknownSymbol(f"No options on {asked.symbol} expire {wanted}.")
    value = market.value(Kind.EXPIRATION_GAMMA, asked.symbol, at, day.isoformat())
    return {name: as_written(inner) for name, inner in value.items()}


def _history(asked: Asked, market: Market, at: datetime) -> list[dict[str, Any]]:
    return _rows(asked, market.value(Kind.GAMMA_DAYS, asked.symbol, at, str(days_back(asked, at))))


def levels_as_sent(value: dict[str, Any]) -> dict[str, Any]:
    """Return the levels by the lower-case names the service really sends: the strike with the most gamma is gex_1."""
    names = {f"gex_{place}": f"gex_{place + 1}" for place in range(SENT_LEVELS)}
    names |= {name: name for name in ("gex_flip", *(name for name in value if name.startswith("price_")))}
    return {sent: value[name] for name, sent in names.items() if name in value}


def _levels(asked: Asked, market: Market, at: datetime) -> dict[str, Any]:
    return {
        name: as_written(inner) for name, inner in levels_as_sent(market.value(Kind.LEVELS, asked.symbol, at)).items()
    }


def _skew(asked: Asked, market: Market, at: datetime) -> dict[str, Any]:
    return {name: as_written(inner) for name, inner in market.value(Kind.SKEW, asked.symbol, at).items()}


def _skew_history(asked: Asked, market: Market, at: datetime) -> list[dict[str, Any]]:
    return _rows(asked, market.value(Kind.SKEW_DAYS, asked.symbol, at, str(days_back(asked, at))))


def _rows(asked: Asked, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    last = asked.query.get("end") or "9999"
    kept = [row for row in rows if str(row["collection_date"])[:10] <= last]
    return [{name: as_written(inner) for name, inner in row.items()} for row in kept]


def _head(exposure: Exposure) -> dict[str, Any]:
    """Return what `/gex/latest` and `/gex/gammaOI` share. What is not known is left out: null would be unreadable."""
    known = {
        "collection_date": _stamp(exposure.as_of),
        "price": f"{exposure.spot:.2f}",
        "gex_flip_price": None if exposure.flip_point is None else f"{exposure.flip_point:.4f}",
        "skew_adjusted_gex": _text(exposure.net_gex),
        "implied_volatility": _six(exposure.implied_volatility),
        "put_call_ratio_open_interest": _six(exposure.put_call_ratio),
    }
    return {name: value for name, value in known.items() if value is not None}


def as_written(value: Any) -> Any:
    """Return JSON with its numbers as text, as this interface prints them."""
    match value:
        case dict():
            return {name: as_written(inner) for name, inner in value.items()}
        case list():
            return [as_written(inner) for inner in value]
        case bool() | None:
            return value
        case int() | float():
            return repr(value)
        case _:
            return value


def _stamp(moment: datetime) -> str:
    return f"{clock.in_new_york(moment):%Y-%m-%d %H:%M:%S}"


def _text(dollars: float) -> str:
    return f"{dollars:.3f}"


def _six(number: float | None) -> str | None:
    return None if number is None else f"{number:.6f}"


def _third_friday_of(day: date) -> date:
    """Return the session on which the monthly options of a day's month expire."""
    first = day.replace(day=1)
    third = first.replace(day=1 + (FRIDAY - first.weekday()) % 7 + 14)
    return clock.session_on_or_before(third).day


_ENDPOINTS: dict[str, Callable[[Asked, Market, datetime], Any]] = {
    "/gex/latest": _latest,
    "/gex/gammaOI": _gamma_by_strike,
    "/gex/gamma": _one_expiration,
    "/gex/history": _history,
    "/gex/levels": _levels,
    "/skew/latest": _skew,
    "/skew/history": _skew_history,
}
