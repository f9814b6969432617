"""Judging the rules: on each new snapshot of a symbol, and on new marks of positions."""

from collections.abc import Iterable
from datetime import datetime

import structlog
from django.db import transaction

from apps.alerts import gamma_week, judging
from apps.alerts.figures import MarketFigures, figures_of_snapshot, pnl_figures
from apps.alerts.models import Alert, AlertCheck, AlertEvent
from apps.alerts.telling import Fired, record
from apps.alerts.wording import words_of_market, words_of_pnl
from apps.ledger.models import Position

log = structlog.get_logger(__name__)
POSITIONS = "positions"  # the subject under which P&L is judged; symbols are upper-case


def evaluate_snapshot(snapshot_id: int, *, at: datetime) -> list[AlertEvent]:
    """Judge a symbol's rules on a snapshot; return what fired. A second worker, or an older snapshot, finds it done.

    Stale numbers fire nothing: the rules keep what they knew, and the page says why.
    """
    market = figures_of_snapshot(snapshot_id)
    if market is None:
        return []
    with transaction.atomic():
        check = _locked_check(market.symbol)
        if check.seq >= market.seq:
            return []
        check.seq = market.seq
        if market.origin.is_stale(at):
            check.problem = f"{market.origin.label[:80]} came late: its numbers were not judged."
            check.save(update_fields=["seq", "problem"])
            return []
        if check.source not in ("", _source(market)):
            judging.forget_sides(market.symbol)
        check.source, check.problem, check.checked_at = _source(market), "", at
        check.save()
        return record(_fired_on(market, at=at), at=at)


def evaluate_positions(symbol: str, *, at: datetime) -> list[AlertEvent]:
    """Judge the P&L rules of the accounts that hold open positions in a symbol, by their new marks."""
    held = Position.objects.filter(symbol=symbol, status=Position.Status.OPEN).values("account")
    armed = Alert.objects.filter(state=Alert.State.ARMED)
    accounts = {
        *armed.filter(position__account__in=held).values_list("position__account", flat=True),
        *armed.filter(account__in=held).values_list("account", flat=True),
    }
    if not accounts:
        return []
    with transaction.atomic():
        check = _locked_check(POSITIONS)
        check.checked_at = at
        check.save(update_fields=["checked_at"])
        return record(_fired_by_marks(accounts, at=at), at=at)


def _fired_on(market: MarketFigures, *, at: datetime) -> list[Fired]:
    warnings = gamma_week.asked_warnings(market, at=at)
    figures = {f"{market.symbol}:{name}": value for name, value in market.values.items()}
    values = judging.fire(figures | gamma_week.figures_of(market.symbol, warnings), at=at)
    return [
        Fired(
            alert=alert,
            value=values[alert.pk],
            words=gamma_week.words_of(alert, warnings, market)
            if warnings is not None and alert.alert_type == gamma_week.TYPE
            else words_of_market(alert, market, values[alert.pk]),
            origin=market.origin,
        )
        for alert in _rules(values)
    ]


def _fired_by_marks(accounts: Iterable[int], *, at: datetime) -> list[Fired]:
    pnl = pnl_figures(accounts, at=at)
    values = judging.fire(pnl.values, at=at)
    fired = []
    for alert in _rules(values):
        subject = alert.figure.partition(":")[0]
        origin = pnl.origins[subject]
        words = words_of_pnl(alert, values[alert.pk], origin, pnl.notes.get(subject, ""))
        fired.append(Fired(alert=alert, value=values[alert.pk], words=words, origin=origin))
    return fired


def _rules(fired: Iterable[int]) -> Iterable[Alert]:
    if not fired:
        return []
    return Alert.objects.filter(pk__in=list(fired)).select_related("position", "account").order_by("pk")


def _source(market: MarketFigures) -> str:
    return f"{market.origin.source} {market.origin.truth} {market.origin.detail}"


def _locked_check(subject: str) -> AlertCheck:
    """Return the row of a subject, locked: whoever judges it at the same time waits in line here."""
    AlertCheck.objects.bulk_create([AlertCheck(subject=subject)], ignore_conflicts=True)
    return AlertCheck.objects.select_for_update().get(subject=subject)
