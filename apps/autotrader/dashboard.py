"""What the auto trader's page shows: its switch and next check, its money, its open trades, its record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User

from alphagex import clock
from apps.autotrader import ticking
from apps.autotrader.books_of_account import account_of, performance
from apps.autotrader.models import AutonomousDecision, AutonomousPosition, SchedulerState
from apps.autotrader.store import TraderStore
from apps.autotrader.switches import state_of
from apps.autotrader.window import next_slot, window_on
from apps.ledger.accounts import Standing, standing
from apps.ledger.models import Account, Leg
from apps.market.templatetags.numbers import et, percent, signed_class, signed_usd, strike, usd
from apps.market.tickers import EngineClock
from legacy_engines.trading.performance import ORANGE, RED, WIN_RATE_LIGHTS, YELLOW, light
from legacy_engines.trading.performance_positions import control_panel, current_positions

TONES = {RED: "loss", ORANGE: "warn", YELLOW: "warn"}  # whatever is none of them is green
_LEVELS = {"success": "gain", "warning": "warn", "error": "loss", "info": ""}
_TODAYS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A figure with its name. tone: gain, loss, warn or empty."""

    label: str
    value: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """How the trader is switched. word: Running, Stopped, Paused or Killed. can: the actions that make sense now."""

    word: str
    tone: str
    text: str
    can: tuple[str, ...]
    alarm: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """An open trade. legs: its contracts; without them it is one of the old program and priced as that did."""

    row: AutonomousPosition
    legs: list[str]
    expires: str
    pnl: str
    pnl_percent: str
    tone: str
    mark: str
    problem: str
    money: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The first tab. lights: the old control panel's three. money: by the ledger."""

    switch: Switch
    schedule: list[Line]
    lights: list[Line]
    money: list[Line]
    trades: list[Trade]
    decisions: list[AutonomousDecision]
    day: str


def overview(owner: User, *, at: datetime) -> Overview:
    """Return the first tab as of `at`."""
    account = account_of(owner, at=at)
    state = state_of(owner)
    store = TraderStore(owner, account)
    panel = control_panel(
        scheduler_running=bool(state.is_running), store=store, clock=EngineClock(clock.in_new_york(at))
    )
    today = clock.in_new_york(at).date()
    return Overview(
        switch=_switch(owner, state, at),
        schedule=_schedule(state, at),
        lights=_lights(panel, bool(state.is_running)),
        money=_money(standing(account), performance(owner, at=at, account=account), account),
        trades=_trades(account, store),
        decisions=list(AutonomousDecision.objects.filter(owner=owner, trading_day=today)[:_TODAYS]),
        day=f"{today:%A %-d %B}",
    )


def switch_of(owner: User, *, at: datetime) -> Switch:
    """Return how the trader is switched."""
    return _switch(owner, state_of(owner), at)


def _switch(owner: User, state: SchedulerState, at: datetime) -> Switch:
    silence = ticking.silence(owner, at)
    problem = f"{et(state.last_error_at)} {state.last_error}" if state.last_error and state.last_error_at else ""
    shared = {"alarm": str(silence) if silence else "", "problem": problem}
    if state.stopped_hard_at is not None:
        text = f"Thrown {et(state.stopped_hard_at, 'full')}. Nothing is opened or closed until it is released."
        return Switch(word="Kill switch", tone="loss", text=text, can=("release", "close"), **shared)
    if not state.is_running:
        text = "Nothing is opened or closed. Start it and it trades by itself."
        return Switch(word="Stopped", tone="warn", text=text, can=("start", "kill", "close"), **shared)
    if state.paused_until is not None and at < state.paused_until:
        text = f"Opens nothing before {et(state.paused_until, 'full')}; exits go on."
        return Switch(word="Paused", tone="warn", text=text, can=("resume", "stop", "kill", "close"), **shared)
    return Switch(
        word="Running",
        tone="gain",
        text="One trade a day, exits by rule. You need do nothing.",
        can=("pause", "stop", "kill", "close"),
        **shared,
    )


def _schedule(state: SchedulerState, at: datetime) -> list[Line]:
    window = window_on(clock.in_new_york(at).date())
    status = clock.market_status(at)
    is_on = bool(state.is_running) and state.stopped_hard_at is None
    hours = f"{window.opens:%H:%M} to {window.closes:%H:%M} ET" if window else "none today"
    half = "half day" if window and window.session.is_half_day else "hourly, on the hour"
    return [
        Line(
            label="Market", value="Open" if status.is_open else "Closed", note=status.reason,
            tone="gain" if status.is_open else "",
        ),
        Line(label="Window for entries", value=hours, note=half if window else status.reason),
        Line(label="Next check", value=_day_and_time(next_slot(at), at) if is_on else "not while it is stopped"),
        Line(label="Last look for a trade", value=_when(state.last_trade_check_at, at)),
        Line(label="Last look after positions", value=_when(state.last_position_check_at, at)),
        Line(label="Checks so far", value=f"{state.execution_count or 0:,}"),
    ]  # fmt: skip


def _lights(panel: Mapping[str, Any], is_running: bool) -> list[Line]:
    trade, positions, scheduler = (_LEVELS[level] for level in panel["status_levels"])
    count = panel["open_positions"]
    searching = "looking" if is_running else "stopped"
    return [
        Line(label="Trade of the day", value="made" if panel["traded_today"] else searching, tone=trade),
        Line(label="Positions", value=f"{count} watched" if count else "none open", tone=positions),
        Line(label="Scheduler", value="running" if is_running else "stopped", tone=scheduler),
    ]


def _money(figures: Standing, engine: Mapping[str, Any], account: Account) -> list[Line]:
    """Return the money as the ledger has it; the win rate is the engine's."""
    result = figures.realized + figures.unrealized
    share = float(result / figures.start) if figures.start else None
    rate = engine["win_rate"]
    lines = [
        Line(label="Starting capital", value=usd(figures.start, 0), note=f"account {account.number}"),
        Line(label="Value", value=usd(figures.equity), note=f"{usd(figures.available)} available"),
        Line(
            label="Result", value=signed_usd(result), note="" if share is None else percent(share, 2),
            tone=signed_class(result),
        ),
        Line(label="Realized", value=signed_usd(figures.realized), tone=signed_class(figures.realized)),
        Line(label="Unrealized", value=signed_usd(figures.unrealized), tone=signed_class(figures.unrealized)),
    ]  # fmt: skip
    if engine["total_trades"]:
        tone = TONES.get(light(rate, WIN_RATE_LIGHTS), "gain")
        note = f"{engine['total_trades']} closed, target {WIN_RATE_LIGHTS[0]} %"
        lines.append(Line(label="Win rate", value=percent(rate / 100), note=note, tone=tone))
    return lines


def _trades(account: Account, store: TraderStore) -> list[Trade]:
    rows = AutonomousPosition.objects.filter(account=account, status=AutonomousPosition.Status.OPEN)
    found = {row.pk: row for row in rows.select_related("position").prefetch_related("position__legs")}
    if not found:
        return []
    if all(row.unrealized_pnl is None for row in found.values()):
        return [_trade(row, None, None) for row in found.values()]
    cards = current_positions(store=store)
    return [_trade(found[card["row"]["id"]], card["pnl_pct"], card["status_color"]) for card in cards]


def _trade(row: AutonomousPosition, engine_percent: float | None, light_of_it: str | None) -> Trade:
    position = row.position
    pnl = row.unrealized_pnl
    return Trade(
        row=row,
        legs=[_leg(leg) for leg in position.legs.all()] if position else [],
        expires=_expires(row),
        pnl="not marked yet" if pnl is None else signed_usd(pnl),
        pnl_percent="" if engine_percent is None else percent(engine_percent / 100),
        tone="" if light_of_it is None else TONES.get(light_of_it, "gain"),
        mark="" if row.current_price is None else usd(row.current_price),
        problem=position.mark_problem if position else "Without legs: priced as the old program did.",
        money=signed_usd(position.unrealized_pnl) if position else "",
    )


def _leg(leg: Leg) -> str:
    side = "Buy" if leg.ratio > 0 else "Sell"
    return f"{side} {leg.open_quantity} {leg.expiration:%-d %b} {strike(leg.strike or 0)} {leg.kind}"


def _expires(row: AutonomousPosition) -> str:
    day = datetime.strptime(row.expiration_date, "%Y-%m-%d").date()  # noqa: DTZ007 - a date
    return f"{clock.session_on_or_before(day).day:%a %-d %b}"


def _when(moment: datetime | None, at: datetime) -> str:
    return "never" if moment is None else _day_and_time(moment, at)


def _day_and_time(moment: datetime, at: datetime) -> str:
    local, today = clock.in_new_york(moment), clock.in_new_york(at).date()
    if local.date() == today:
        return f"{local:%H:%M} ET"
    day = "tomorrow" if local.date() == today + timedelta(days=1) else f"{local:%a %-d %b}"
    return f"{day} {local:%H:%M} ET"
