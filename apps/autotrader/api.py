"""The auto trader over the API: whether it runs, its trades, log and decisions, its switches and its settings."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal

from django.contrib.auth.models import User
from ninja import Router, Schema

from alphagex import clock
from apps.api.pages import Limit, Offset, Page, page_of
from apps.api.parameters import Number
from apps.api.problems import RESPONSES, Problem, not_found, of_form
from apps.api.requests import ApiRequest
from apps.api.tables import Format, csv_of
from apps.autotrader import switches
from apps.autotrader.api_shapes import (
    ConfigAsked,
    ConfigSaid,
    DecisionInFull,
    DecisionSaid,
    LogSaid,
    StatusSaid,
    TradeSaid,
)
from apps.autotrader.books_of_account import account_of
from apps.autotrader.dashboard import switch_of
from apps.autotrader.forms import RulesForm
from apps.autotrader.models import AutonomousDecision, AutonomousLog, AutonomousPosition
from apps.autotrader.switches import SwitchError
from apps.autotrader.window import next_slot, window_on
from apps.ledger.accounts import AccountError, change_rules, standing
from apps.ledger.models import Account

router = Router(tags=["Auto trader"])


_STATUS: dict[int, type[Schema]] = {200: StatusSaid, **RESPONSES}


@router.get("/status", response=_STATUS)
def status(request: ApiRequest) -> dict[str, Any]:
    """Whether it runs, when it looks next, and how its account stands."""
    return _status(request.user, clock.now())


@router.post("/start", response=_STATUS)
def start(request: ApiRequest) -> dict[str, Any]:
    """Let it trade. 409 while the kill switch is thrown."""
    return _turned(request, switches.start)


@router.post("/stop", response=_STATUS)
def stop(request: ApiRequest) -> dict[str, Any]:
    """Let it do nothing from now on: open trades are not looked after."""
    return _turned(request, switches.stop)


@router.post("/pause", response=_STATUS)
def pause(request: ApiRequest) -> dict[str, Any]:
    """Let it open nothing before the next session; exits go on. 409 where it is stopped."""
    at = clock.now()
    until = clock.session_after(clock.in_new_york(at).date()).opens - timedelta(hours=1)
    return _turned(request, switches.pause, until=until)


@router.post("/resume", response=_STATUS)
def resume(request: ApiRequest) -> dict[str, Any]:
    """End a pause."""
    return _turned(request, switches.resume)


@router.post("/kill", response=_STATUS)
def kill(request: ApiRequest) -> dict[str, Any]:
    """Throw the kill switch: it cannot be started before that is released. Open trades stay as they are."""
    return _turned(request, switches.throw_kill_switch)


@router.post("/release", response=_STATUS)
def release(request: ApiRequest) -> dict[str, Any]:
    """Release the kill switch; it is stopped then."""
    return _turned(request, switches.release_kill_switch)


@router.get("/positions", response={200: Page[TradeSaid], **RESPONSES})
def positions(
    request: ApiRequest,
    limit: Limit = 100,
    offset: Offset = 0,
    format: Format = "json",
    status: Literal["all", "open", "closed"] = "all",
) -> Any:
    """Its trades, newest first."""
    account_of(request.user, at=clock.now())  # what was closed by hand is followed first, as on the page
    found = AutonomousPosition.objects.filter(owner=request.user)
    if status != "all":
        found = found.filter(status=status.upper())
    if format == "csv":
        return _csv("autotrader-positions", TradeSaid, (_trade(row) for row in found.iterator()))
    return page_of(found, _trade, limit=limit, offset=offset)


@router.get("/logs", response={200: Page[LogSaid], **RESPONSES})
def logs(
    request: ApiRequest,
    limit: Limit = 100,
    offset: Offset = 0,
    format: Format = "json",
) -> Any:
    """The engine's log, newest first."""
    found = AutonomousLog.objects.filter(owner=request.user)
    if format == "csv":
        return _csv("autotrader-log", LogSaid, (_line(row) for row in found.iterator()))
    return page_of(found, _line, limit=limit, offset=offset)


@router.get("/decisions", response={200: Page[DecisionSaid], **RESPONSES})
def decisions(request: ApiRequest, limit: Limit = 100, offset: Offset = 0) -> dict[str, Any]:
    """What it decided, newest first."""
    found = AutonomousDecision.objects.filter(owner=request.user).defer("inputs", "steps", "result")
    return page_of(found, _decision, limit=limit, offset=offset)


@router.get("/decisions/{number}", response={200: DecisionInFull, **RESPONSES})
def decision(request: ApiRequest, number: Number) -> dict[str, Any]:
    """One decision with all it was made of."""
    found = AutonomousDecision.objects.filter(owner=request.user, pk=number).first()
    if found is None:
        raise not_found("decision")
    names = ("inputs", "steps", "result", "engine_version")
    return _decision(found) | {name: getattr(found, name) for name in names}


@router.get("/config", response={200: ConfigSaid, **RESPONSES})
def config(request: ApiRequest) -> Account:
    """How its orders are filled."""
    return account_of(request.user, at=clock.now())


@router.put("/config", response={200: ConfigSaid, **RESPONSES})
def configure(request: ApiRequest, asked: ConfigAsked) -> Account:
    """Change how its orders are filled from now on."""
    at = clock.now()
    form = RulesForm({"fill_model": asked.fill_model, "commission": str(asked.commission)})
    if not form.is_valid():
        raise of_form(form)
    account = account_of(request.user, at=at)
    try:
        change_rules(account, **form.cleaned_data, at=at, by=request.user)
    except AccountError as error:
        raise Problem(409, "Not changed", str(error)) from error
    account.refresh_from_db()
    return account


def _turned(request: ApiRequest, turn: Callable[..., object], **more: datetime) -> dict[str, Any]:
    at = clock.now()
    try:
        turn(request.user, at=at, by=request.user, **more)
    except SwitchError as error:
        raise Problem(409, "Not done", str(error)) from error
    return _status(request.user, at)


def _status(owner: User, at: datetime) -> dict[str, Any]:
    account, state = account_of(owner, at=at), switches.state_of(owner)
    shown, window = switch_of(owner, at=at), window_on(clock.in_new_york(at).date())
    is_on = bool(state.is_running) and state.stopped_hard_at is None
    return {
        "state": "killed" if state.stopped_hard_at else shown.word.lower(),
        "detail": shown.text,
        "paused_until": state.paused_until,
        "last_trade_check": state.last_trade_check_at,
        "last_position_check": state.last_position_check_at,
        "next_check": next_slot(at) if is_on else None,
        "window_opens": window and window.opens,
        "window_closes": window and window.closes,
        "alarm": shown.alarm,
        "problem": shown.problem,
        "money": standing(account),
    }


def _trade(row: AutonomousPosition) -> dict[str, Any]:
    names = [name for name in TradeSaid.model_fields if name not in ("number", "position")]
    return {"number": row.pk, "position": row.position_id} | {name: getattr(row, name) for name in names}


def _line(row: AutonomousLog) -> dict[str, Any]:
    return {
        "number": row.pk, "date": row.date, "time": row.time, "action": row.action, "details": row.details or "",
        "trade": row.position_id, "success": bool(row.success),
    }  # fmt: skip


def _decision(row: AutonomousDecision) -> dict[str, Any]:
    names = ("at", "trading_day", "kind", "outcome", "reason")
    return {name: getattr(row, name) for name in names} | {"number": row.pk, "opened": row.opened_id}


def _csv(name: str, shape: type[Schema], rows: Any) -> Any:
    columns = list(shape.model_fields)
    return csv_of(name, columns, (["" if row[one] is None else str(row[one]) for one in columns] for row in rows))
