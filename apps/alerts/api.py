"""Alerts over the API: rules, the kinds there are, and what the rules fired."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import uuid4

from ninja import Query, Router, Schema, Status
from pydantic import Field

from alphagex import clock
from apps.alerts import rules
from apps.alerts.forms import RuleForm
from apps.alerts.models import Alert, AlertEvent
from apps.alerts.models.rules import LONGEST_PAUSE
from apps.alerts.rule_types import TYPES
from apps.alerts.rules import Wanted
from apps.alerts.stated import sentence_of
from apps.api.pages import Limit, Offset, Page, page_of
from apps.api.parameters import Key, Number, RowNumber
from apps.api.problems import RESPONSES, Problem, not_found, of_form
from apps.api.requests import ApiRequest
from apps.api.schemas import Source, source_stored
from apps.api.tables import Format, csv_of
from apps.market.csv_lines import number as figure
from apps.market.watching import note_watched

router = Router(tags=["Alerts"])
Symbol = Annotated[str, Query(max_length=12)]
Kind = Annotated[str, Query(max_length=20)]
_COLUMNS = (
    "fired_at", "symbol", "alert_type", "level", "title", "text", "value", "threshold", "source", "truth", "as_of",
)  # fmt: skip


class AlertSaid(Schema):
    """A rule. threshold: in the unit of its kind, null where that has none. state: armed, fired and done, or off.

    rearm: what becomes of it when it has fired; pause_minutes counts for `after`.
    """

    number: int
    alert_type: str
    condition: str
    symbol: str
    position: int | None
    account: int | None
    threshold: Decimal | None
    sentence: str
    state: Literal["armed", "fired", "off"]
    rearm: Literal["once", "recross", "after", "daily"]
    pause_minutes: int
    is_sent_out: bool
    note: str
    snoozed_until: datetime | None
    fired_at: datetime | None
    fired_count: int
    created_at: datetime


class EventSaid(Schema):
    """A rule that fired, in the words of that moment. alert: null where the rule is gone. value: of the figure."""

    number: int
    alert: int | None
    symbol: str
    alert_type: str
    level: str
    title: str
    text: str
    value: float | None
    threshold: Decimal | None
    fired_at: datetime
    source: Source | None


class ConditionSaid(Schema):
    key: str
    label: str


class KindSaid(Schema):
    """A kind of rule. subject: what it must name. unit, least, most: of its threshold, null where it has none."""

    key: str
    label: str
    subject: Literal["symbol", "position", "account"]
    conditions: list[ConditionSaid]
    unit: str | None
    least: Decimal | None
    most: Decimal | None


class AlertAsked(Schema):
    """A rule. Its kind says which of symbol, position and account (their numbers) it needs, and whether a threshold."""

    alert_type: Annotated[str, Field(max_length=20)]
    condition: Annotated[str, Field(max_length=20)]
    symbol: Annotated[str, Field(max_length=12)] = ""
    position: RowNumber | None = None
    account: RowNumber | None = None
    threshold: Annotated[Decimal, Field(ge=-(10**12), le=10**12, decimal_places=4, allow_inf_nan=False)] | None = None
    rearm: Literal["once", "recross", "after", "daily"] = "once"
    pause_minutes: Annotated[int, Field(ge=1, le=LONGEST_PAUSE)] = 30
    is_sent_out: bool = True
    note: Annotated[str, Field(max_length=200)] = ""


@router.get("", response={200: Page[AlertSaid], **RESPONSES})
def alerts(
    request: ApiRequest,
    limit: Limit = 100,
    offset: Offset = 0,
    state: Literal["", "armed", "fired", "off"] = "",
    symbol: Symbol = "",
) -> dict[str, Any]:
    """Your rules: armed ones first, newest first."""
    found = Alert.objects.filter(owner=request.user).select_related("position", "account").order_by("state", "-pk")
    if state:
        found = found.filter(state=state)
    if symbol:
        found = found.filter(symbol=symbol.strip().upper())
    return page_of(found, _said, limit=limit, offset=offset)


@router.post("", response={200: AlertSaid, 201: AlertSaid, **RESPONSES})
def make(request: ApiRequest, asked: AlertAsked, key: Key = "") -> Any:
    """Make a rule; 200 where this Idempotency-Key has made it before."""
    at = clock.now()
    wanted = _wanted(request, asked)
    try:
        alert, is_new = rules.make_rule(request.user, wanted, key=f"api:{key or uuid4().hex}", at=at)
    except rules.RuleError as error:
        raise Problem(409, "Not made", str(error)) from error
    note_watched([alert.symbol] if alert.symbol else [], at=at)
    return Status(201 if is_new else 200, _said(_own(request, alert.pk)))


@router.get("/types", response={200: list[KindSaid], **RESPONSES})
def kinds(request: ApiRequest) -> list[dict[str, Any]]:
    """The kinds of rules with their conditions and limits."""
    return [
        {
            "key": key,
            "label": kind.label,
            "subject": kind.subject,
            "conditions": [{"key": name, "label": one.label} for name, one in kind.conditions.items()],
            "unit": kind.limits and kind.limits.unit,
            "least": kind.limits and kind.limits.least,
            "most": kind.limits and kind.limits.most,
        }
        for key, kind in TYPES.items()
    ]


@router.get("/history", response={200: Page[EventSaid], **RESPONSES})
def history(
    request: ApiRequest,
    limit: Limit = 100,
    offset: Offset = 0,
    format: Format = "json",
    symbol: Symbol = "",
    alert_type: Kind = "",
) -> Any:
    """What your rules fired, newest first."""
    found = AlertEvent.objects.filter(owner=request.user)
    if symbol:
        found = found.filter(symbol=symbol.strip().upper())
    if alert_type:
        found = found.filter(alert_type=alert_type)
    if format == "csv":
        return csv_of("alerts", _COLUMNS, _lines(found.iterator()))
    return page_of(found, _event, limit=limit, offset=offset)


@router.get("/{number}", response={200: AlertSaid, **RESPONSES})
def alert(request: ApiRequest, number: Number) -> dict[str, Any]:
    """One rule."""
    return _said(_own(request, number))


@router.put("/{number}", response={200: AlertSaid, **RESPONSES})
def change(request: ApiRequest, number: Number, asked: AlertAsked) -> dict[str, Any]:
    """Replace a rule; it is armed anew."""
    rules.change_rule(_own(request, number), _wanted(request, asked))
    return _said(_own(request, number))


@router.delete("/{number}", response={204: None, **RESPONSES})
def delete(request: ApiRequest, number: Number) -> Any:
    """Delete a rule. What it fired stays in the history."""
    rules.delete_rules([_own(request, number).pk], owner=request.user)
    return Status(204, None)


def _wanted(request: ApiRequest, asked: AlertAsked) -> Wanted:
    """Return the rule as the page's form understands it. Raises Problem."""
    typed = {name: "" if value is None else value for name, value in asked.dict().items()}
    form = RuleForm(request.user, typed, alert_type=asked.alert_type)
    if not form.is_valid():
        raise of_form(form)
    return form.wanted()


def _said(alert: Alert) -> dict[str, Any]:
    otherwise = ("number", "position", "account", "threshold", "sentence")
    found = {name: getattr(alert, name) for name in AlertSaid.model_fields if name not in otherwise}
    return found | {
        "number": alert.pk,
        "position": alert.position_id,
        "account": alert.account_id,
        "threshold": alert.threshold if TYPES[alert.alert_type].limits else None,
        "sentence": sentence_of(alert),
    }


def _event(event: AlertEvent) -> dict[str, Any]:
    found = {name: getattr(event, name) for name in EventSaid.model_fields if name not in ("number", "alert", "source")}
    source = source_stored(event.source, event.truth, event.as_of)
    return found | {"number": event.pk, "alert": event.alert_id, "source": source}


def _lines(events: Iterable[AlertEvent]) -> Iterable[Sequence[str]]:
    for event in events:
        value = "" if event.value is None else str(event.value)
        said = (event.symbol, event.alert_type, event.level, event.title, event.text, value, figure(event.threshold))
        yield (clock.utc_iso(event.fired_at), *said, event.source, event.truth, clock.utc_iso(event.as_of))


def _own(request: ApiRequest, number: int) -> Alert:
    mine = Alert.objects.filter(owner=request.user).select_related("position", "account")
    if (found := mine.filter(pk=number).first()) is None:
        raise not_found("alert")
    return found
