"""Making, changing, snoozing and removing a user's rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction

from alphagex import clock
from apps.alerts.models import Alert
from apps.alerts.rule_types import TYPES
from apps.alerts.stated import judged_by
from apps.ledger.models import Account, Position
from legacy_engines.setups.alert_rules import create_alert_presets

MOST = 1_000
SNOOZES = {
    "15": "15 minutes",
    "60": "1 hour",
    "240": "4 hours",
    "session": "Until the next session",
}

_JUDGED = ("figure", "comparison", "fires_on", "threshold")


class RuleError(ValueError):
    """A rule that cannot be made. The message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A rule as its owner states it. threshold: in the unit of its type; without one the type's own counts."""

    alert_type: str
    condition: str
    symbol: str = ""
    threshold: Decimal = Decimal(0)
    position: Position | None = None
    account: Account | None = None
    rearm: str = Alert.Rearm.ONCE
    pause_minutes: int = 30
    is_sent_out: bool = True
    note: str = ""


def make_rule(owner: User, wanted: Wanted, *, key: str, at: datetime) -> tuple[Alert, bool]:
    """Return the rule and whether it is new: the same form sent twice makes one. Raises RuleError."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        if (known := Alert.objects.filter(owner=owner, key=key).first()) is not None:
            return known, False
        if Alert.objects.filter(owner=owner).count() >= MOST:
            raise RuleError(f"{MOST} rules are the most. Delete some that have fired.")
        alert = Alert(owner=owner, key=key, created_at=at)
        _write(alert, wanted)
        alert.save(force_insert=True)
    return alert, True


def make_preset(owner: User, wanted: Wanted, *, key: str, at: datetime) -> tuple[Alert, bool]:
    """Return the rule and whether it is new: one like it that stands already is not made twice. Raises RuleError."""
    alike = judged_by(_write(Alert(owner=owner), wanted))
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        twins = Alert.objects.filter(owner=owner, **{name: getattr(alike, name) for name in _JUDGED})
        if (standing := twins.exclude(state=Alert.State.FIRED).first()) is not None:
            return standing, False
        return make_rule(owner, wanted, key=key, at=at)


def change_rule(alert: Alert, wanted: Wanted) -> Alert:
    """Change a rule and arm it anew: it is judged from the next snapshot on as if it had just been made."""
    with transaction.atomic():
        found = Alert.objects.select_for_update().get(pk=alert.pk)
        _write(found, wanted)
        found.state, found.met, found.rearm_at, found.snoozed_until = Alert.State.ARMED, None, None, None
        found.save()
    return found


def arm(alert: Alert) -> None:
    """Arm a rule that has fired or was switched off."""
    Alert.objects.filter(pk=alert.pk).update(state=Alert.State.ARMED, met=None, rearm_at=None, snoozed_until=None)


def switch_off(alert: Alert) -> None:
    """Let a rule rest until it is armed again."""
    Alert.objects.filter(pk=alert.pk).update(state=Alert.State.OFF, snoozed_until=None)


def snooze(alert: Alert, how_long: str, *, at: datetime) -> datetime:
    """Silence a rule for a while; return until when. how_long: a key of SNOOZES. Raises KeyError."""
    if how_long not in SNOOZES:
        raise KeyError(how_long)
    until = _next_session(at) if how_long == "session" else at + timedelta(minutes=int(how_long))
    Alert.objects.filter(pk=alert.pk).update(snoozed_until=until)
    return until


def wake(alert: Alert) -> None:
    """End a rule's snooze."""
    Alert.objects.filter(pk=alert.pk).update(snoozed_until=None)


def delete_rules(alerts: Iterable[int], *, owner: User) -> int:
    """Delete rules; what they fired stays in the history."""
    deleted, _ = Alert.objects.filter(owner=owner, pk__in=list(alerts)).delete()
    return deleted


def clear_fired(owner: User) -> int:
    """Delete the rules that have fired once and will not again."""
    deleted, _ = Alert.objects.filter(owner=owner, state=Alert.State.FIRED).delete()
    return deleted


def presets(symbol: str) -> dict[str, Wanted]:
    """Return the rules that are made with one click: the engine's five, and its three warnings of the week."""
    old = {
        f"{one.alert_type}-{one.condition}": Wanted(
            alert_type=one.alert_type, condition=one.condition, symbol=symbol, threshold=Decimal(str(one.threshold))
        )
        for one in create_alert_presets(symbol)
    }
    week = {
        f"gamma_week-{name}": Wanted(alert_type="gamma_week", condition=name, symbol=symbol, rearm=Alert.Rearm.DAILY)
        for name in TYPES["gamma_week"].conditions
    }
    return old | week


def _write(alert: Alert, wanted: Wanted) -> Alert:
    alert.alert_type, alert.condition = wanted.alert_type, wanted.condition
    alert.symbol, alert.threshold = wanted.symbol, wanted.threshold
    alert.position, alert.account = wanted.position, wanted.account
    alert.rearm, alert.pause_minutes = wanted.rearm, wanted.pause_minutes
    alert.is_sent_out, alert.note = wanted.is_sent_out, wanted.note
    return judged_by(alert)


def _next_session(at: datetime) -> datetime:
    return clock.session_after(clock.in_new_york(at).date()).opens
