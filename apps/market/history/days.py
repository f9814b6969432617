"""The figures of each session, kept up with every snapshot."""

from datetime import date

from django.db import transaction

from alphagex import clock
from apps.market.history.sessions import session_of, settled_at
from apps.market.history.std import levels_sent
from apps.market.models import DayFigures, MarketData, Snapshot
from apps.market.sources.protocol import Kind

_AS_LAST_SEEN = (
    "net_gex",
    "gross_gex",
    "flip_point",
    "call_wall",
    "put_wall",
    "implied_volatility",
    "put_call_ratio",
)


def record_snapshot(snapshot: Snapshot) -> DayFigures | None:
    """Enter a snapshot into the figures of its session; a second time changes nothing.

    The moment of the quotes decides. A session's own numbers come from its open until a quarter of an hour after its
    close; the prices of the evening are not its prices, but where the close itself was missed the first snapshot
    after it still tells gamma and levels. Mornings, weekends and holidays belong to no session: None. So does what
    comes after the day is final.
    """
    session = session_of(snapshot.as_of)
    if session is None:
        return None
    with transaction.atomic():
        row, _ = DayFigures.objects.select_for_update().get_or_create(
            symbol=snapshot.symbol,
            source=snapshot.source,
            day=session.day,
            defaults={"truth": snapshot.kind, "label": snapshot.source_label, "updated_at": snapshot.received_at},
        )
        is_late = snapshot.as_of >= settled_at(session)
        if row.is_final or (is_late and row.last_as_of is not None and row.last_as_of >= session.closes):
            return None
        _enter(snapshot, row, in_session=not is_late)
        row.save()
    return row


def _enter(snapshot: Snapshot, row: DayFigures, *, in_session: bool) -> None:
    is_first = row.first_as_of is None or snapshot.as_of < row.first_as_of
    is_last = row.last_as_of is None or snapshot.as_of >= row.last_as_of
    # Snapshots come in the order of their quotes, except that a replay starts over: it must not count again.
    row.snapshots += is_first or row.last_as_of is None or snapshot.as_of > row.last_as_of
    if in_session:
        spot = snapshot.spot
        row.open = spot if is_first or row.open is None else row.open
        row.high = spot if row.high is None else max(row.high, spot)
        row.low = spot if row.low is None else min(row.low, spot)
        row.close = spot if is_last or row.close is None else row.close
        net = snapshot.net_gex
        row.net_gex_open = net if is_first or row.net_gex_open is None else row.net_gex_open
        row.net_gex_high = net if row.net_gex_high is None else max(row.net_gex_high, net)
        row.net_gex_low = net if row.net_gex_low is None else min(row.net_gex_low, net)
    if is_first:
        row.first_as_of = snapshot.as_of
    if is_last:
        row.last_as_of, row.updated_at = snapshot.as_of, snapshot.received_at
        row.truth, row.label = snapshot.kind, snapshot.source_label
        for name in _AS_LAST_SEEN:
            setattr(row, name, getattr(snapshot, name))


def finish(symbol: str, day: date) -> int:
    """Close the books on a symbol's session: its rows are final from here on. Return how many were not yet.

    The standard deviation levels the source sent during the session are kept with them.
    """
    with transaction.atomic():
        rows = list(DayFigures.objects.select_for_update().filter(symbol=symbol, day=day, is_final=False))
        for row in rows:
            row.std_levels = row.std_levels or _levels_sent(row)
            row.is_final = True
            row.save(update_fields=["std_levels", "is_final"])
    return len(rows)


def _levels_sent(row: DayFigures) -> dict[str, float] | None:
    session = clock.session_on(row.day)
    if session is None:
        return None
    answer = MarketData.objects.filter(
        source=row.source,
        kind=Kind.LEVELS,
        symbol=row.symbol,
        as_of__gte=session.opens,
        as_of__lt=clock.session_after(row.day).opens,
    ).first()
    return levels_sent(answer.payload) if answer else None
