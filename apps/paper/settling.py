"""What ends with its day: options at model prices that expire, and the model account's summary of the day."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

import structlog
from django.db import transaction
from django.db.models import QuerySet

from alphagex import clock
from apps.ledger.accounts import locked
from apps.ledger.models import Account, Position
from apps.ledger.settling import closing_spot, due, say_why_it_waits
from apps.market.watching import note_watched
from apps.paper.booking import Intention
from apps.paper.engines import model_engine
from apps.paper.models import PaperPerformance, PaperPosition

log = structlog.get_logger(__name__)
_PAPER = (Account.Kind.PAPER, Account.Kind.MODEL)


def settle_at_the_model(at: datetime) -> int:
    """Close what has expired in the accounts at model prices, at the model's value; return how many. Safe to repeat."""
    spot_of = cache(closing_spot)
    return sum(
        _settle(position, day, spot_of(position.symbol, day), at=at)
        for position, day in due([Account.Kind.MODEL], at=at)
    )


def keep_watching(at: datetime) -> None:
    """Keep the symbols of open paper positions coming in, so that they are marked."""
    held = Position.objects.filter(account__kind__in=_PAPER, status=Position.Status.OPEN)
    note_watched(held.values_list("symbol", flat=True).distinct(), at=at)


def keep_performance(at: datetime) -> int:
    """Write the model accounts' summaries of a session once it has closed; return how many were new."""
    session = clock.session_on_or_before(clock.in_new_york(at).date())
    if at < session.closes:
        session = clock.session_on_or_before(session.day - timedelta(days=1))
    day = session.day.isoformat()
    accounts = _traded_accounts().filter(opened_at__lt=session.closes).exclude(paper_performance__date=day)
    return sum(_write_performance(account, session.day, at=at) for account in accounts)


def _settle(position: Position, day: date, spot: Decimal | None, *, at: datetime) -> int:
    if spot is None:
        say_why_it_waits(position, day)
        return 0
    row = PaperPosition.objects.filter(position=position, status="OPEN").first()
    if row is None:
        log.warning("model_row_missing", position=position.pk, expiration=str(day))
        return 0
    reason = f"Expired with {position.symbol} at {spot:,.2f}"
    intention = Intention(at=at, by=None, key=f"expire:{position.pk}", reason=reason)
    with transaction.atomic():
        locked(position.account_id)
        engine = model_engine(position.account, at=at, intention=intention)
        engine.update_position_value(row.pk, float(spot))
        engine.close_position(row.pk, reason)
    return 1


def _traded_accounts() -> QuerySet[Account]:
    held = Account.objects.filter(kind=Account.Kind.MODEL, closed_at__isnull=True, paper_positions__isnull=False)
    return held.select_related("owner").distinct()


def _write_performance(account: Account, day: date, *, at: datetime) -> int:
    summary = model_engine(account, at=at).get_performance_summary()
    total = summary["total_realized_pnl"] + summary["total_unrealized_pnl"]
    before = PaperPerformance.objects.filter(account=account, date__lt=day.isoformat()).order_by("-date").first()
    day_before = before.total_pnl or 0 if before else 0
    names = ("total_capital", "open_positions", "closed_positions", "win_rate", "best_trade", "worst_trade")
    kept = {name: float(summary[name]) for name in (*names, "avg_win", "avg_loss")}
    _, is_new = PaperPerformance.objects.get_or_create(
        owner=account.owner,
        account=account,
        date=day.isoformat(),
        defaults={
            **kept,
            "total_pnl": float(total),
            "day_pnl": float(total) - day_before,
        },
    )
    return int(is_new)
