"""The open positions as the page lists them: marks, P&L, how far to stop and target, what changed since entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import or_

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from alphagex import clock
from apps.ledger.badges import badge_of_legs
from apps.ledger.leg_words import in_one_line
from apps.ledger.models import Account, Leg, Position
from apps.market.models import Feed, Snapshot
from apps.market.notices import Badge
from apps.positions.conditions import SinceEntry, since_entry
from apps.positions.greeks import Greeks, of_legs

EVERY = "all"
SHOWN = 100  # rows of the page; figures are of all positions, the CSV has every one
OWN = Account.Kind.OWN.value
FILTERS = {EVERY: "All", **{kind.value: str(kind.label) for kind in Account.Kind}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Where the underlying stands between stop and target. Places: per cent of the way from stop to target."""

    stop: Decimal
    target: Decimal
    entry_place: float | None
    place: float
    is_ahead: bool

    @property
    def left(self) -> float:
        """Where the coloured part begins."""
        return min(self.place, self.entry_place if self.entry_place is not None else self.place)

    @property
    def width(self) -> float:
        return abs(self.place - self.entry_place) if self.entry_place is not None else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One open position. pnl: USD so far, commissions included; share: of what was paid or received, a fraction."""

    position: Position
    legs: Sequence[Leg]
    pnl: Decimal
    share: float | None
    dte: int | None
    is_expired: bool
    track: Track | None
    since: SinceEntry
    greeks: Greeks
    badge: Badge | None
    spot: Decimal | None

    @property
    def contracts(self) -> str:
        return in_one_line(self.legs)

    @property
    def kind(self) -> str:
        return self.position.account.kind

    @property
    def is_own(self) -> bool:
        """Whether it is closed and changed here; the desk's accounts have pages of their own."""
        return self.kind == OWN

    @property
    def at_risk(self) -> Decimal | None:
        """What it can still lose, USD; None without limit."""
        if self.position.max_loss is None:
            return None
        return self.position.max_loss * self.position.open_quantity / self.position.quantity


def open_rows(owner: User, *, at: datetime, account: str = EVERY) -> list[Row]:
    """Return a user's open positions in accounts in use, newest first, in four queries."""
    positions = list(open_positions(owner, account=account).prefetch_related("legs"))
    newest = newest_levels({position.symbol for position in positions})
    return [row_of(position, newest.get(position.symbol), at=at) for position in positions]


def open_positions(owner: User, *, account: str = EVERY) -> QuerySet[Position]:
    """Return a user's open positions in accounts in use, newest first, with their accounts."""
    found = Position.objects.filter(account__owner=owner, account__closed_at__isnull=True, status=Position.Status.OPEN)
    return (found if account == EVERY else found.filter(account__kind=account)).select_related("account")


def newest_levels(symbols: Iterable[str]) -> dict[str, Snapshot]:
    """Return the newest levels by symbol, in two queries: each feed knows the number of its newest snapshot."""
    numbers = Feed.objects.filter(symbol__in=set(symbols)).values_list("symbol", "seq")
    wanted = [Q(symbol=symbol, seq=number) for symbol, number in numbers]
    found = Snapshot.objects.filter(reduce(or_, wanted)) if wanted else ()
    return {snapshot.symbol: snapshot for snapshot in found}


def row_of(position: Position, newest: Snapshot | None, *, at: datetime) -> Row:
    """Return one position as it is shown. newest: the symbol's newest levels."""
    legs = list(position.legs.all())
    pnl = position.pnl + position.unrealized_pnl
    days = [leg.expiration for leg in legs if leg.expiration is not None and leg.open_quantity]
    return Row(
        position=position,
        legs=legs,
        pnl=pnl,
        share=float(pnl / position.size) if position.size else None,
        dte=(min(days) - clock.in_new_york(at).date()).days if days else None,
        is_expired=bool(days) and has_expired(min(days), at=at),
        track=_track(position, newest),
        since=since_entry(position, newest),
        greeks=of_legs(legs, float(newest.spot) if newest else None, at=at),
        badge=badge_of_legs(legs),
        spot=newest.spot if newest else None,
    )


def has_expired(day: date, *, at: datetime) -> bool:
    """Return whether the session of an expiration has closed."""
    return at >= clock.session_on_or_before(day).closes


def _track(position: Position, newest: Snapshot | None) -> Track | None:
    if position.stop is None or position.target is None or newest is None or position.stop == position.target:
        return None
    way = float(position.target - position.stop)

    def place(price: float) -> float:
        return round(min(max((price - float(position.stop or 0)) / way, 0.0), 1.0) * 100, 1)

    entry = None if position.entry_spot_price is None else place(position.entry_spot_price)
    now = place(float(newest.spot))
    return Track(
        stop=position.stop,
        target=position.target,
        entry_place=entry,
        place=now,
        is_ahead=entry is None or now >= entry,
    )
