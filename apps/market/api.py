"""The market over the API: its hours, and the symbols the desk follows with where their numbers come from."""

from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Q
from django.http import HttpResponse
from ninja import Router, Schema

from alphagex import clock
from apps.api.etags import known
from apps.api.problems import RESPONSES
from apps.api.requests import ApiRequest
from apps.api.schemas import Source, source_of
from apps.market.models import Feed, Snapshot

router = Router(tags=["Market"])


class Session(Schema):
    """A session of the exchange."""

    day: date
    opens: datetime
    closes: datetime
    is_half_day: bool


class MarketStatus(Schema):
    """reason: why it is open or closed. changes_at: when it opens or closes next. session: today's, or null."""

    is_open: bool
    reason: str
    changes_at: datetime
    now: datetime
    session: Session | None


class FollowedSymbol(Schema):
    """seq: of the newest snapshot. problem: why the last update failed, empty where it did not."""

    symbol: str
    seq: int
    spot: Decimal
    net_gex: float
    updated_at: datetime | None
    problem: str
    source: Source


@router.get("/status", response={200: MarketStatus, **RESPONSES})
def status(request: ApiRequest) -> MarketStatus:
    """Whether the exchange is open, and when that changes."""
    at = clock.now()
    found, session = clock.market_status(at), clock.session_on(clock.in_new_york(at).date())
    return MarketStatus(
        is_open=found.is_open,
        reason=found.reason,
        changes_at=found.changes_at,
        now=clock.in_new_york(at),
        session=Session(day=session.day, opens=session.opens, closes=session.closes, is_half_day=session.is_half_day)
        if session
        else None,
    )


@router.get("/symbols", response={200: list[FollowedSymbol], 304: None, **RESPONSES})
def symbols(request: ApiRequest, response: HttpResponse) -> HttpResponse | list[FollowedSymbol]:
    """The symbols the desk has levels of, each with its newest figures."""
    at = clock.now()
    feeds = list(Feed.objects.filter(seq__gt=0))
    which = reduce(or_, (Q(symbol=feed.symbol, seq=feed.seq) for feed in feeds), Q(pk=None))
    newest = {one.symbol: one for one in Snapshot.objects.filter(which)}
    found = [_followed(feed, newest[feed.symbol], at=at) for feed in feeds if feed.symbol in newest]
    return known(request, response, *found) or found


def _followed(feed: Feed, snapshot: Snapshot, *, at: datetime) -> FollowedSymbol:
    return FollowedSymbol(
        symbol=feed.symbol,
        seq=snapshot.seq,
        spot=snapshot.spot,
        net_gex=snapshot.net_gex,
        updated_at=feed.last_success_at,
        problem=feed.last_error,
        source=source_of(snapshot, at=at),
    )
