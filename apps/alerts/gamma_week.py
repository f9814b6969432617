"""The gamma engine's warnings as rules: what it says of the week, asked only where somebody wants to hear it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from alphagex import clock
from apps.alerts.figures import MarketFigures
from apps.alerts.models import Alert
from apps.alerts.wording import Words, words_of_engine
from apps.gamma.seen import week_of
from apps.market.blocks import NotReadyError
from apps.market.tickers import EngineClock
from legacy_engines.gamma.alert_rules import GammaAlertSystem

TYPE = "gamma_week"
_FIGURES = {"DAILY_IMPACT": "daily_impact", "GAMMA_CLIFF": "week_cliff", "WEEKLY_DECAY": "weekly_decay"}

_OF_THE_WEEK = "weekly_decay"

Warnings = Mapping[str, Mapping[str, Any] | None]
"""What the engine says, by the figure of its rule: title, message and severity; None where it does not warn."""


def asked_warnings(market: MarketFigures, *, at: datetime) -> Warnings | None:
    """Return the engine's warnings; None where no rule waits for them, or the engine cannot say anything."""
    wanted = Alert.objects.filter(figure__in=[f"{market.symbol}:{name}" for name in _FIGURES.values()])
    waiting = wanted.filter(Q(rearm_at__isnull=True) | Q(rearm_at__lte=at), state=Alert.State.ARMED)
    return warnings_of(market, at=at) if waiting.exists() else None


def warnings_of(market: MarketFigures, *, at: datetime) -> Warnings | None:
    """Return what the engine says of the week of `at`, None where it cannot say anything.

    A session nothing is known of counts as 0 and would look like a cliff: with one ahead nothing is judged, with one
    behind only the week as a whole is not. Nor is a week that is over, or has not begun: at weekends the engine takes
    Monday for today.
    """
    try:
        week = week_of(market.symbol, at)
    except NotReadyError:
        return None
    value = week.intelligence
    today = clock.in_new_york(at).date()
    if value["is_friday_after_close"] or value["is_weekend"] or any(day >= today for day in week.missing):
        return None
    engine = GammaAlertSystem(clock=EngineClock(at))
    found = engine.check_and_alert(value, market.symbol, market.engine["spot_price"])
    said = {_FIGURES[one["type"]]: one for one in found}
    return {name: said.get(name) for name in _FIGURES.values() if not (name == _OF_THE_WEEK and week.missing)}


def figures_of(symbol: str, warnings: Warnings | None) -> dict[str, float]:
    """Return 1 for what the engine warns of and 0 for what it does not."""
    return {f"{symbol}:{name}": float(said is not None) for name, said in (warnings or {}).items()}


def words_of(alert: Alert, warnings: Warnings, market: MarketFigures) -> Words:
    """Return what a rule that fired says: the text of the engine's mail."""
    said = warnings[alert.figure.partition(":")[2]] or {}
    return words_of_engine(alert, said["title"], said["message"], said["severity"], market.origin)
