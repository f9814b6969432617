"""The week's gamma: what goes today, how the week runs off, and on which day price is freest to move."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from ninja import Router, Schema

from alphagex import clock
from apps.api.etags import known
from apps.api.problems import RESPONSES
from apps.api.requests import ApiRequest
from apps.api.schemas import Source, Truth
from apps.api.symbols import Symbol, followed
from apps.gamma.seen import SeenWeek, week_of

router = Router(tags=["Gamma"])
_TRUTHS: dict[str, Truth] = {
    "live": "live",
    "delayed": "delayed",
    "replay": "replayed",
    "simulated": "simulated",
}


class Strategy(Schema):
    """A strategy in the engine's words. part: of the week, where it belongs to one."""

    part: str = ""
    name: str = ""
    priority: str = ""
    description: str = ""
    strategy_type: str = ""
    strike: str = ""
    expiration: str = ""
    entry_time: str = ""
    exit_time: str = ""
    risk: str = ""
    position_size: str = ""
    rationale: str = ""


class Week(Schema):
    """The week. is_partly_known: a session counts as 0 because nothing is known of it; notes say which."""

    symbol: str
    week_start: date
    week_end: date
    current_day: str
    is_weekend: bool
    is_friday_after_close: bool
    is_partly_known: bool
    notes: list[str]
    source: Source


class Daily(Schema):
    """USD of gamma. impact_pct: of what is open, expiring today; adjusted_thresholds: where a level begins."""

    today_total_gamma: float
    tomorrow_total_gamma: float
    expiring_today: float
    impact_pct: float
    risk_level: str
    context_notes: list[str]
    adjusted_thresholds: dict[str, float]
    strategies: list[Strategy]


class OpenDay(Schema):
    """cumulative_gamma: still open that morning, USD; pct_of_week: of Monday's."""

    day_name: str
    date: date
    cumulative_gamma: float
    pct_of_week: float
    is_today: bool


class Weekly(Schema):
    """How the week's gamma runs off: front-loaded, balanced or back-loaded."""

    monday_baseline: float
    friday_end: float
    total_decay_pct: float
    decay_pattern: str
    daily_breakdown: list[OpenDay]
    strategies: list[Strategy]


class VolatileDay(Schema):
    """vol_pct: of the gamma still open that day, how much expires."""

    day_name: str
    date: date
    expiring_gamma: float
    vol_pct: float
    risk_level: str
    is_today: bool


class Volatility(Schema):
    """On which day price is freest to move."""

    highest_risk_day: VolatileDay | None
    by_day: list[VolatileDay]
    strategies: list[Strategy]


class DailyView(Week):
    """View 1 of the week."""

    daily: Daily


class WeeklyView(Week):
    """View 2 of the week."""

    weekly: Weekly


class VolatilityView(Week):
    """View 3 of the week."""

    volatility: Volatility


class Intelligence(DailyView, WeeklyView, VolatilityView):
    """All three views. vix: the close behind the limits, null while it is not known."""

    vix: float | None


@router.get("/{symbol}/intelligence", response={200: Intelligence, 304: None, **RESPONSES})
def intelligence(request: ApiRequest, response: HttpResponse, symbol: Symbol) -> HttpResponse | dict[str, Any]:
    """All three views of the week's gamma."""
    seen = _seen(symbol)
    vix = seen.intelligence["tracking"]["vix"] or None
    return _known(request, response, seen, vix) or (
        _week(seen)
        | {"vix": vix, "daily": _view(seen, "daily_impact"), "weekly": _view(seen, "weekly_evolution")}
        | {"volatility": _view(seen, "volatility_potential")}
    )


@router.get("/{symbol}/daily", response={200: DailyView, 304: None, **RESPONSES})
def daily(request: ApiRequest, response: HttpResponse, symbol: Symbol) -> HttpResponse | dict[str, Any]:
    """View 1: what of today's gamma is gone tomorrow."""
    seen = _seen(symbol)
    return _known(request, response, seen) or _week(seen) | {"daily": _view(seen, "daily_impact")}


@router.get("/{symbol}/weekly", response={200: WeeklyView, 304: None, **RESPONSES})
def weekly(request: ApiRequest, response: HttpResponse, symbol: Symbol) -> HttpResponse | dict[str, Any]:
    """View 2: how the week's gamma runs off."""
    seen = _seen(symbol)
    return _known(request, response, seen) or _week(seen) | {"weekly": _view(seen, "weekly_evolution")}


@router.get("/{symbol}/volatility", response={200: VolatilityView, 304: None, **RESPONSES})
def volatility(request: ApiRequest, response: HttpResponse, symbol: Symbol) -> HttpResponse | dict[str, Any]:
    """View 3: on which day price is freest to move."""
    seen = _seen(symbol)
    return _known(request, response, seen) or _week(seen) | {"volatility": _view(seen, "volatility_potential")}


def _seen(symbol: str) -> SeenWeek:
    return week_of(followed(symbol), clock.now())


def _known(request: ApiRequest, response: HttpResponse, seen: SeenWeek, *more: object) -> HttpResponse | None:
    said = {name: one for name, one in seen.intelligence.items() if name not in ("generated_at", "tracking")}
    return known(request, response, said, seen.notes, seen.badge["as_of"], seen.badge["kind"], *more)


def _week(seen: SeenWeek) -> dict[str, Any]:
    names = ("week_start", "week_end", "current_day", "is_weekend", "is_friday_after_close")
    badge = seen.badge
    label = badge["origin"].partition(",")[0]
    return {name: seen.intelligence[name] for name in names} | {
        "symbol": seen.symbol,
        "is_partly_known": seen.is_partly_known,
        "notes": list(seen.notes),
        "source": Source(name=label, label=badge["text"], truth=_TRUTHS[badge["kind"]], as_of=badge["as_of"]),
    }


def _view(seen: SeenWeek, name: str) -> dict[str, Any]:
    view: dict[str, Any] = seen.intelligence[name]
    found = view["strategies"]
    named = found.items() if isinstance(found, dict) else (("", one) for one in found)
    return view | {"strategies": [_strategy(part, one) for part, one in named]}


def _strategy(part: str, one: dict[str, Any]) -> Strategy:
    known_fields = {name: str(value) for name, value in one.items() if name in Strategy.model_fields}
    return Strategy(**{"part": part} | known_fields)
