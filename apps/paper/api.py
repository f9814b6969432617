"""The paper accounts over the API: how they stand, what they hold and held, and their record."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from django.http import StreamingHttpResponse
from ninja import Router, Schema

from alphagex import clock
from apps.api.pages import Limit, Offset, Page, page_of
from apps.api.problems import RESPONSES
from apps.api.requests import ApiRequest
from apps.api.tables import Format
from apps.ledger.accounts import standing
from apps.ledger.models import Account, Position
from apps.paper import trades
from apps.paper.books import KINDS, Kind, account_and_settings, account_of
from apps.paper.engines import reading_engine
from apps.paper.equity import equity_points
from apps.paper.performance import Figures, performance_of
from apps.positions import history
from apps.positions.api_shapes import PositionSaid, position_of
from apps.positions.open_rows import newest_levels, open_rows, row_of

router = Router(tags=["Paper"])


class SettingsSaid(Schema):
    """Shares are fractions of the capital, min_confidence per cent; null where the account has no such setting."""

    enabled: bool
    auto_find: bool | None = None
    auto_manage: bool | None = None
    auto_execute: bool | None = None
    min_confidence: int | None = None
    max_position: Decimal
    max_exposure: Decimal | None = None


class AccountSaid(Schema):
    """A paper account, USD. kind: daily at quoted prices, model at model prices. number: of its kind."""

    kind: Kind
    number: int
    opened_at: datetime
    fill_model: str
    commission: Decimal
    start: Decimal
    cash: Decimal
    value: Decimal
    equity: Decimal
    realized: Decimal
    unrealized: Decimal
    at_risk: Decimal
    available: Decimal
    open_positions: int
    settings: SettingsSaid


class FiguresSaid(Schema):
    """USD; win_rate and total_return: fractions. null where there is no such trade yet."""

    capital: Decimal
    realized: Decimal
    unrealized: Decimal
    total: Decimal
    value: Decimal
    total_return: float | None
    open: int
    closed: int
    wins: int
    losses: int
    win_rate: float | None
    best: Decimal | None
    worst: Decimal | None
    avg_win: Decimal | None
    avg_loss: Decimal | None


class DifferenceSaid(Schema):
    reason: str
    amount: Decimal


class PointSaid(Schema):
    at: datetime
    value: Decimal


class PerformanceSaid(Schema):
    """ledger: by fills and marks. engine: by the old program's rules. differences: what lies between them, USD.

    equity: the account's value at its start, after each closed trade (the newest `points` of them), and now.
    """

    kind: Kind
    ledger: FiguresSaid
    engine: FiguresSaid
    differences: list[DifferenceSaid]
    equity: list[PointSaid]


_POINTS = 500


@router.get("/accounts", response={200: list[AccountSaid], **RESPONSES})
def accounts(request: ApiRequest) -> list[dict[str, Any]]:
    """Both accounts: how they stand, and their settings."""
    return [_account(request, kind) for kind in KINDS]


@router.get("/accounts/{kind}/positions", response={200: Page[PositionSaid], **RESPONSES})
def positions(
    request: ApiRequest,
    kind: Kind,
    limit: Limit = 100,
    offset: Offset = 0,
    format: Format = "json",
    status: Literal["open", "closed"] = "open",
) -> Any:
    """What an account holds or held, newest first. As CSV, closed trades have the engine's own figures too."""
    at = clock.now()
    account = account_of(request.user, kind, at=at)
    if format == "csv":
        lines = (
            history.open_csv(open_rows(request.user, at=at, account=KINDS[kind]))
            if status == "open"
            else trades.as_csv(account)
        )
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="paper-{kind}-{status}-{clock.today():%Y-%m-%d}.csv"'
        return answer
    found = Position.objects.filter(account=account, status=status.upper()).select_related("account")
    found = found.order_by("-opened_at" if status == "open" else "-closed_at", "-pk")
    newest = newest_levels(found.order_by().values_list("symbol", flat=True).distinct()) if status == "open" else {}
    rows = found.prefetch_related("legs")
    return page_of(
        rows, lambda one: position_of(row_of(one, newest.get(one.symbol), at=at)), limit=limit, offset=offset
    )


@router.get("/accounts/{kind}/performance", response={200: PerformanceSaid, **RESPONSES})
def performance(request: ApiRequest, kind: Kind) -> dict[str, Any]:
    """An account's record, by the ledger and by the old engine, and its value over time."""
    at = clock.now()
    account = account_of(request.user, kind, at=at)
    found = performance_of(account, kind, engine=reading_engine(account, at=at) if kind == "model" else None)
    points = equity_points(account, found.steps, found.standing.equity, at=at)
    return {
        "kind": kind,
        "ledger": _figures(found.ledger),
        "engine": _figures(found.engine),
        "differences": [{"reason": one.reason, "amount": round(one.amount, 6)} for one in found.differences],
        "equity": [{"at": moment, "value": round(value, 6)} for moment, value in points[-_POINTS:]],
    }


def _account(request: ApiRequest, kind: Kind) -> dict[str, Any]:
    account, settings = account_and_settings(request.user, kind, at=clock.now())
    found = standing(account)
    money = ("start", "cash", "value", "equity", "realized", "unrealized", "at_risk", "available")
    names: tuple[str, ...] = tuple(SettingsSaid.model_fields)
    return (
        _facts(account, kind)
        | {name: round(getattr(found, name), 6) for name in money}
        | {
            "open_positions": found.open_positions,
            "settings": {name: getattr(settings, name, None) for name in names},
        }
    )


def _facts(account: Account, kind: Kind) -> dict[str, Any]:
    same = ("number", "opened_at", "fill_model", "commission")
    return {"kind": kind} | {name: getattr(account, name) for name in same}


def _figures(found: Figures) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in FiguresSaid.model_fields}
    return {name: round(value, 6) if isinstance(value, Decimal) else value for name, value in values.items()}
