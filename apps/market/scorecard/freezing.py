"""Levels of the watched symbols, frozen as they were known five minutes before the open."""

from datetime import datetime, timedelta

import structlog

from alphagex import clock
from alphagex.clock import Session
from apps.market.exposure.coverage import MOVE_NOT_BEFORE
from apps.market.history.sessions import session_before
from apps.market.models import FrozenLevel, Snapshot
from apps.market.tracking import stores
from apps.market.watching import watched_symbols

log = structlog.get_logger(__name__)
BEFORE_OPEN = timedelta(minutes=5)
# Quotes of a session's last quarter hour are as new as can be until the next morning's come.
CLOSING = timedelta(minutes=15)
_SESSIONS_A_YEAR = 252
_SINGLE_LEVELS = (
    (FrozenLevel.Kind.FLIP, "flip_point"),
    (FrozenLevel.Kind.CALL_WALL, "call_wall"),
    (FrozenLevel.Kind.PUT_WALL, "put_wall"),
)


def freezes_at(session: Session) -> datetime:
    """Return 09:25 New York of a session."""
    return session.opens - BEFORE_OPEN


def freeze(slot: datetime, at: datetime) -> None:
    """Freeze what was known of each watched symbol at `slot`, once; later runs find the rows and change nothing.

    What came in after the slot is not looked at, however late this runs. A symbol whose newest quotes are older than
    the close before is not frozen, nor is a replayed or imported day.
    """
    session = clock.session_on_or_before(clock.in_new_york(slot).date())
    refused = []
    for symbol in watched_symbols(at=at):
        snapshot = _newest_known(symbol, session, slot=slot)
        if snapshot is None:
            refused.append(symbol)
        else:
            FrozenLevel.objects.bulk_create(_rows(snapshot, session, slot=slot), ignore_conflicts=True)
    if refused:
        log.warning(
            "levels_not_frozen", day=session.day.isoformat(), symbols=refused, reason="No levels recent enough."
        )


def _newest_known(symbol: str, session: Session, *, slot: datetime) -> Snapshot | None:
    """Return our source's newest snapshot at `slot` whose quotes are not older than the close before."""
    oldest = session_before(session.day).closes - CLOSING
    known = Snapshot.objects.of(symbol).filter(
        source=stores.own_source(), stale_after__isnull=False, received_at__lte=slot, as_of__lte=slot
    )
    newest = known.exclude(kind=Snapshot.Kind.RECORDED).select_related("detail").first()
    return newest if newest and newest.as_of >= oldest else None


def _rows(snapshot: Snapshot, session: Session, *, slot: datetime) -> list[FrozenLevel]:
    """Return a row per level the snapshot knows, and one for the move it expects of this session."""
    found = [(kind, {"level": getattr(snapshot, name)}) for kind, name in _SINGLE_LEVELS]
    rows = [(kind, values) for kind, values in found if values["level"] is not None]
    if move := _move(snapshot, session):
        kind, points = move
        spot = float(snapshot.spot)
        rows.append((kind, {"lower": spot - points, "upper": spot + points}))
    return [
        FrozenLevel(
            symbol=snapshot.symbol,
            day=session.day,
            source=snapshot.source,
            truth=snapshot.kind,
            label=snapshot.source_label,
            kind=kind,
            spot=float(snapshot.spot),
            as_of=snapshot.as_of,
            frozen_at=slot,
            **values,
        )
        for kind, values in rows
    ]


def _move(snapshot: Snapshot, session: Session) -> tuple[FrozenLevel.Kind, float] | None:
    """Return one standard deviation in points: to this session's close where it was quoted, else of an average session.

    The two are kinds of their own, so that their records are not mixed.
    """
    if snapshot.implied_move is not None and _ends_at_the_close(snapshot, session):
        return FrozenLevel.Kind.EXPECTED_MOVE, snapshot.implied_move
    if snapshot.implied_volatility:
        daily = float(snapshot.spot) * snapshot.implied_volatility / _SESSIONS_A_YEAR**0.5
        return FrozenLevel.Kind.DAILY_MOVE, daily
    return None


def _ends_at_the_close(snapshot: Snapshot, session: Session) -> bool:
    """Return whether the implied move reaches to this session's close: not to its open, and not to a later day.

    The move is that of the first settlement far enough away; seen from the evening before, that may be a morning one.
    """
    detail = snapshot.detail
    if detail.implied_move_expiration != session.day:
        return False
    mornings = (
        settles_at
        for day, settlement, settles_at in zip(
            detail.expirations, detail.expirations_settlement, detail.expirations_settles_at, strict=True
        )
        if day == session.day and settlement == "AM"
    )
    return not any(settles_at - snapshot.as_of >= MOVE_NOT_BEFORE for settles_at in mornings)
