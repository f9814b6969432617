"""The levels of a symbol: key figures, curves and tables, their history, setups and plans."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Query, Router

from alphagex import clock
from apps.api.etags import known
from apps.api.problems import RESPONSES
from apps.api.requests import ApiRequest
from apps.api.schemas import source_of
from apps.api.symbols import Symbol, followed, known_levels, newest_levels
from apps.api.tables import Format, csv_of
from apps.gex.api_schemas import Analysis, ByExpiration, ByStrike, History, HistoryDay, Levels, Plan, Setup, Setups
from apps.gex.past.history import days_of
from apps.gex.plans.exports import markdown
from apps.gex.plans.writing import Period, write_plan
from apps.gex.setups.cards import proposed, reference_of
from apps.gex.setups.picture import picture_of
from apps.gex.words import explanation, headline
from apps.market.history.series import Day
from apps.market.models import Snapshot
from apps.market.storage import load_exposure

router = Router(tags=["GEX"])
Days = Annotated[int, Query(ge=1, le=3_660, description="Calendar days back from today.")]
_LEVELS = tuple(name for name in Levels.model_fields if name != "source")
_DAY = tuple(HistoryDay.model_fields)


@router.get("/{symbol}", response={200: Analysis, 304: None, **RESPONSES})
def analysis(request: ApiRequest, response: HttpResponse, symbol: Symbol) -> HttpResponse | dict[str, Any]:
    """The newest levels with their curves and tables, and what they mean in words."""
    snapshot = newest_levels(followed(symbol), with_detail=True)
    if unchanged := known_levels(request, response, snapshot):
        return unchanged
    exposure = load_exposure(snapshot)
    return _levels(snapshot) | {
        "headline": headline(exposure),
        "explanation": explanation(exposure),
        "contracts": snapshot.contracts,
        "contracts_used": snapshot.contracts_used,
        "warnings": list(exposure.warnings),
        "assumptions": snapshot.detail.assumptions,
        "by_strike": {name: getattr(exposure.by_strike, name).tolist() for name in ByStrike.model_fields},
        "by_expiration": [
            {name: getattr(row, name) for name in ByExpiration.model_fields} for row in exposure.by_expiration
        ],
        "profile": {
            "spot": exposure.profile.spot.tolist(),
            "curves": {name: curve.tolist() for name, curve in exposure.profile.curves.items()},
        },
    }


@router.get("/{symbol}/levels", response={200: Levels, 304: None, **RESPONSES})
def levels(request: ApiRequest, response: HttpResponse, symbol: Symbol) -> HttpResponse | dict[str, Any]:
    """The newest key figures: net GEX, flip and walls."""
    snapshot = newest_levels(followed(symbol))
    return known_levels(request, response, snapshot) or _levels(snapshot)


@router.get("/{symbol}/history", response={200: History, 304: None, **RESPONSES})
def history(
    request: ApiRequest, response: HttpResponse, symbol: Symbol, days: Days = 30, format: Format = "json"
) -> HttpResponse | dict[str, Any]:
    """A row a session, the oldest first, each with whose numbers it holds."""
    name, at = followed(symbol), clock.now()
    found = days_of(name, at=at, days=days)
    if unchanged := known(request, response, name, len(found), *found[-1:], clock.in_new_york(at).date()):
        return unchanged
    if format == "csv":
        return csv_of(f"{name}_history_{days}d", _DAY, _lines(found))
    return {"symbol": name, "days": [{field: getattr(one, field) for field in _DAY} for one in found]}


@router.get("/{symbol}/setups", response={200: Setups, 304: None, **RESPONSES})
def setups(request: ApiRequest, response: HttpResponse, symbol: Symbol) -> HttpResponse | dict[str, Any]:
    """The trade setups the engine sees on the newest levels."""
    at = clock.now()
    picture = picture_of(followed(symbol))
    if unchanged := known_levels(request, response, picture.snapshot, clock.in_new_york(at).date()):
        return unchanged
    regime, found = proposed(picture, at=at)
    return {
        "symbol": picture.snapshot.symbol,
        "seq": picture.snapshot.seq,
        "regime": {name: str(value) for name, value in regime.items()},
        "setups": [_setup(one) for one in found],
        "source": source_of(picture.snapshot, at=at),
    }


@router.get("/{symbol}/plans/{period}", response={200: Plan, **RESPONSES})
def plan(request: ApiRequest, symbol: Symbol, period: Literal["daily", "weekly", "monthly"]) -> dict[str, Any]:
    """The trading plan of the day, the week or the month, as it is printed."""
    at = clock.now()
    written = write_plan(Period(period), followed(symbol), at)
    return {
        "symbol": written.symbol,
        "period": period,
        "markdown": markdown(written),
        "source": source_of(written.snapshot, at=at),
    }


def _levels(snapshot: Snapshot) -> dict[str, Any]:
    found = {name: getattr(snapshot, name) for name in _LEVELS}
    return found | {"source": source_of(snapshot, at=clock.now())}


def _lines(days: list[Day]) -> Iterator[list[str]]:
    for one in days:
        values = (getattr(one, name) for name in _DAY)
        yield ["" if value is None else str(value) for value in values]


def _setup(one: dict[str, Any]) -> Setup:
    texts = {name: str(one.get(name) or "") for name in ("action", "strikes", "entry", "stop", "reasoning", "win_rate")}
    return Setup(
        reference=reference_of(one),
        strategy=str(one["strategy"]),
        confidence=float(one["confidence"]),
        target=str(one.get("target_1") or one.get("max_profit") or one.get("profit_target") or ""),
        **texts,
    )
