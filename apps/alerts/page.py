"""What the page of alerts shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.db.models import Count, Max, Q
from django.urls import reverse

from apps.alerts.evaluating import POSITIONS
from apps.alerts.figures import MarketFigures, newest_figures
from apps.alerts.models import Alert, AlertCheck, AlertEvent, Channel, Delivery
from apps.alerts.outbox import mail_is_set_up
from apps.alerts.rule_types import TYPES
from apps.alerts.stated import condition_of, sentence_of
from apps.alerts.wording import value_words
from apps.ledger.models import Position
from apps.market.templatetags.numbers import et

RULES_A_PAGE = 50
EVENTS_A_PAGE = 25
RECENTLY = timedelta(hours=24)
_STATES = {"armed": ("Armed", "act"), "fired": ("Fired", "warn"), "off": ("Off", "")}
_REARM = {"once": "once", "recross": "each time", "daily": "once a day"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A rule in the list. now: its figure at present, or `missing` says why there is none. state, tone: its pill."""

    alert: Alert
    sentence: str
    now: str
    missing: str
    as_of: str
    state: str
    tone: str
    rearm: str
    is_snoozed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """The old page's figures. last_check: HH:MM:SS, or Never. busiest: the rule kind that fired most in a week."""

    armed: int
    fired: int
    off: int
    snoozed: int
    fired_24h: int
    fired_week: int
    last_check: str
    problems: list[str]
    busiest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Events, newest first. older: the number to go on from, None at the end."""

    events: list[AlertEvent]
    older: int | None
    symbol: str
    alert_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """All that renews itself."""

    statistics: Statistics
    rows: list[Row]
    number: int
    pages: int
    recent: list[AlertEvent]
    history: History


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """How messages leave the page. mail: whether the desk has a mail server. problem: of the newest failed attempt.

    test_key: of the button that sends a test, so that two clicks send one.
    """

    channels: list[Channel]
    mail: bool
    waiting: int
    given_up: int
    problem: str
    test_key: str


def body_of(owner: User, *, at: datetime, number: int = 1, **asked: Any) -> Body:
    """Return the rules and the history. number: of the page of rules. asked: of the history."""
    statistics = statistics_of(owner, at=at)
    count = statistics.armed + statistics.fired + statistics.off
    pages = max(1, -(-count // RULES_A_PAGE))
    number = min(max(number, 1), pages)
    history = history_of(owner, **asked)
    return Body(
        statistics=statistics,
        rows=rows_of(owner, at=at, number=number),
        number=number,
        pages=pages,
        recent=history.events[:5],
        history=history,
    )


def tabs(active: str) -> list[dict[str, Any]]:
    """Return the pages of the section."""
    pages = (("rules", "Rules and history", "alerts:page"), ("delivery", "How you are told", "alerts:delivery"))
    return [{"label": label, "url": reverse(view), "active": key == active} for key, label, view in pages]


def rows_of(owner: User, *, at: datetime, number: int = 1) -> list[Row]:
    """Return a page of rules: armed ones first, newest first."""
    found = Alert.objects.filter(owner=owner).select_related("position", "account").order_by("state", "-pk")
    alerts = list(found[(number - 1) * RULES_A_PAGE : number * RULES_A_PAGE])
    markets = newest_figures({alert.symbol for alert in alerts if alert.symbol})
    return [_row(alert, markets.get(alert.symbol), at=at) for alert in alerts]


def statistics_of(owner: User, *, at: datetime) -> Statistics:
    """Return the counts of a user's rules and of what they fired."""
    rules = Alert.objects.filter(owner=owner).aggregate(
        **{state: Count("pk", filter=Q(state=state)) for state in Alert.State.values},
        snoozed=Count("pk", filter=Q(snoozed_until__gt=at, state=Alert.State.ARMED)),
    )
    week = AlertEvent.objects.filter(owner=owner, fired_at__gt=at - timedelta(days=7))
    kinds = list(
        week.values("alert_type")
        .annotate(times=Count("pk"), recent=Count("pk", filter=Q(fired_at__gt=at - RECENTLY)))
        .order_by("-times", "alert_type")
    )
    symbols = Alert.objects.filter(owner=owner, state=Alert.State.ARMED).values("symbol")
    checks = list(AlertCheck.objects.filter(Q(subject__in=symbols) | Q(subject=POSITIONS)).order_by("subject"))
    checked = [check.checked_at for check in checks if check.checked_at and check.subject != POSITIONS]
    return Statistics(
        armed=rules["armed"],
        fired=rules["fired"],
        off=rules["off"],
        snoozed=rules["snoozed"],
        fired_24h=sum(kind["recent"] for kind in kinds),
        fired_week=sum(kind["times"] for kind in kinds),
        last_check=et(max(checked), "seconds") if checked else "Never",
        problems=[f"{check.subject}: {check.problem}" for check in checks if check.problem],
        busiest=TYPES[kinds[0]["alert_type"]].label if kinds and kinds[0]["alert_type"] in TYPES else "",
    )


def history_of(owner: User, *, symbol: str = "", alert_type: str = "", before: int | None = None) -> History:
    """Return the newest events that fit."""
    found = AlertEvent.objects.filter(owner=owner)
    if symbol:
        found = found.filter(symbol=symbol.upper())
    if alert_type:
        found = found.filter(alert_type=alert_type)
    if before:
        found = found.filter(pk__lt=before)
    events = list(found[: EVENTS_A_PAGE + 1])
    shown = events[:EVENTS_A_PAGE]
    older = shown[-1].pk if len(events) > EVENTS_A_PAGE else None
    return History(events=shown, older=older, symbol=symbol or "", alert_type=alert_type or "")


def outside_of(owner: User) -> Outside:
    """Return a user's channels and how the outbox stands."""
    stuck = Delivery.objects.filter(notification__user=owner).exclude(state=Delivery.State.SENT)
    states = dict(stuck.order_by().values("state").annotate(count=Count("pk")).values_list("state", "count"))
    failed = stuck.exclude(problem="").values_list("problem", flat=True).first() if states else ""
    channels = Channel.objects.filter(owner=owner).annotate(
        last_sent=Max("deliveries__sent_at"),
        failing=Count("deliveries", filter=~Q(deliveries__problem="") & ~Q(deliveries__state="sent")),
    )
    given_up = states.pop(Delivery.State.GIVEN_UP, 0)
    return Outside(
        channels=list(channels),
        mail=mail_is_set_up(),
        waiting=sum(states.values()),
        given_up=given_up,
        problem=failed or "",
        test_key=uuid4().hex,
    )


def _row(alert: Alert, market: MarketFigures | None, *, at: datetime) -> Row:
    now, missing, as_of = _present(alert, market)
    state, tone = _STATES[alert.state]
    is_snoozed = alert.snoozed_until is not None and alert.snoozed_until > at and alert.state == Alert.State.ARMED
    if is_snoozed:
        state, tone = f"Snoozed until {et(alert.snoozed_until)}", "purple"
    elif alert.state == Alert.State.ARMED and alert.rearm_at is not None and alert.rearm_at > at:
        state, tone = f"Rests until {_when(alert.rearm_at, at)}", ""
    return Row(
        alert=alert,
        sentence=sentence_of(alert),
        now=now,
        missing=missing,
        as_of=as_of,
        state=state,
        tone=tone,
        rearm=_REARM.get(alert.rearm, f"after {alert.pause_minutes} min"),
        is_snoozed=is_snoozed,
    )


def _present(alert: Alert, market: MarketFigures | None) -> tuple[str, str, str]:
    """Return the figure a rule looks at, or a sentence why it is not known, and its moment."""
    if alert.position is not None:
        position = alert.position
        if position.status != Position.Status.OPEN:
            return "", "position closed", ""
        if position.marked_at is None:
            return "", "no mark yet", ""
        total = float(position.pnl + position.unrealized_pnl)
        return value_words(alert, total), "", et(position.marked_at, "seconds")
    if alert.account is not None:
        return "", "at the next marks", ""
    if market is None:
        return "", "no numbers yet", ""
    value = market.values.get(condition_of(alert).figure)
    if value is None:
        return "", "by the engine" if alert.alert_type == "gamma_week" else "not known now", ""
    return value_words(alert, value), "", et(market.origin.as_of, "seconds")


def _when(moment: datetime, at: datetime) -> str:
    return et(moment) if moment - at < timedelta(hours=20) and moment.date() == at.date() else et(moment, "day")
