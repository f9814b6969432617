"""Trades that no check closed before their options expired: settled in cash at the close of the expiry day."""

from datetime import datetime
from decimal import Decimal

import structlog
from django.contrib.auth.models import User

from alphagex import clock
from apps.autotrader.books_of_account import account_of
from apps.ledger.closing import settle_expired
from apps.ledger.models import Account, Leg
from apps.market.models import Snapshot

log = structlog.get_logger(__name__)


def settle_what_expired(at: datetime) -> list[User]:
    """Settle open trades whose expiry day has closed and return their owners. Safe to repeat.

    The price is SPY's newest known by that close, of the same day; without one the trade waits and the log says so.
    """
    today = clock.in_new_york(at).date()
    due = Leg.objects.filter(
        position__account__kind=Account.Kind.AUTONOMOUS, open_quantity__gt=0, expiration__lte=today
    ).select_related("position__account__owner")
    owners: dict[int, User] = {}
    for leg in due.order_by("position_id", "number"):
        session = clock.session_on(leg.expiration) if leg.expiration else None
        if session is None or at < session.closes:
            continue
        spot = _spot_at(leg.position.symbol, session)
        if spot is None:
            log.info("autotrader_not_settled", position=leg.position_id, expiration=str(leg.expiration))
            continue
        if settle_expired(leg.position, session.day, spot, at=at) is not None:
            owners[leg.position.account.owner_id] = leg.position.account.owner
    for owner in owners.values():
        account_of(owner, at=at)
    return list(owners.values())


def _spot_at(symbol: str, session: clock.Session) -> Decimal | None:
    known = Snapshot.objects.filter(symbol=symbol, as_of__gte=session.opens, as_of__lte=session.closes)
    newest = known.order_by("-as_of", "-seq").first()
    return newest.spot if newest else None
