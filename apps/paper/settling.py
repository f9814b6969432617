"""What ends with its day: options that expire, and the model account's summary of the day."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import structlog
from django.db import transaction
from django.db.models import QuerySet

from alphagex import clock
from apps.ledger.accounts import locked
from apps.ledger.closing import settle_expired
from apps.ledger.models import Account, Leg, Position
from apps.market.models import Snapshot
from apps.market.watching import note_watched
from apps.paper.booking import Intention
from apps.paper.books import account_of
from apps.paper.engines import model_engine
from apps.paper.models import PaperPerformance, PaperPosition

log = structlog.get_logger(__name__)
_PAPER = (Account.Kind.PAPER, Account.Kind.MODEL)


def settle_what_expired(at: datetime) -> int:
    """Settle paper positions whose expiry day has closed; return how many. Safe to repeat.

    The price is the underlying's newest known by that close, of the same day; without one the position waits and the
    log says so. What is priced by the model closes at the model's value, which for one option is the same.
    """
    settled = 0
    for position, day in _due(at):
        session = clock.session_on_or_before(day)
        if at < session.closes:
            continue
        spot = _spot_at(position.symbol, session)
        if spot is None:
            log.warning("paper_not_settled", position=position.pk, expiration=str(day))
        elif position.account.kind == Account.Kind.MODEL:
            settled += _settle_model_priced(position, spot, at=at)
        else:
            settled += settle_expired(position, day, spot, at=at) is not None
            account_of(position.account.owner, "daily", at=at)
    return settled


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


def _due(at: datetime) -> list[tuple[Position, date]]:
    today = clock.in_new_york(at).date()
    legs = Leg.objects.filter(
        position__account__kind__in=_PAPER, open_quantity__gt=0, expiration__lte=today
    ).select_related("position__account__owner")
    found = {leg.position_id: (leg.position, leg.expiration) for leg in legs.order_by("-expiration", "pk")}
    return [(position, day) for position, day in found.values() if day is not None]


def _settle_model_priced(position: Position, spot: Decimal, *, at: datetime) -> int:
    row = PaperPosition.objects.filter(position=position, status="OPEN").first()
    if row is None:
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


def _spot_at(symbol: str, session: clock.Session) -> Decimal | None:
    known = Snapshot.objects.filter(symbol=symbol, as_of__gte=session.opens, as_of__lte=session.closes)
    newest = known.order_by("-as_of", "-seq").first()
    return newest.spot if newest else None
