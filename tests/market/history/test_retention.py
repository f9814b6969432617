"""Retention keeps exactly what the policy says: worked out here snapshot by snapshot, in plain Python."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from alphagex import clock
from alphagex.clock import NEW_YORK
from apps.market.history import retention
from apps.market.models import Duty, Feed, MarketData, Snapshot, SnapshotDetail
from tests.market.history.rows import make_snapshot, make_snapshots, unsaved_detail, unsaved_snapshot

NIGHT = datetime(2026, 12, 2, 2, 15, tzinfo=NEW_YORK)  # Wednesday; DST ended a month ago, Thanksgiving was last week
DETAILS, SNAPSHOTS = ((3, 30), (30, None)), ((14, 5), (180, None))  # (days, minutes or the last of the session)


def session_day(moment: datetime) -> date:
    """The day of the session that opened last."""
    day = moment.astimezone(NEW_YORK).date()
    while (session := clock.session_on(day)) is None or session.opens > moment:
        day -= timedelta(days=1)
    return day


def expected(moments: list[datetime], policy: tuple[tuple[int, int | None], ...], at: datetime) -> set[datetime]:
    """What is to be left of `moments`."""
    by_session = defaultdict(list)
    for moment in moments:
        by_session[session_day(moment)].append(moment)
    kept = {max(moments)}
    for day, members in by_session.items():
        stages = [minutes for days, minutes in policy if (at.astimezone(NEW_YORK).date() - day).days > days]
        if not stages:
            kept.update(members)
            continue
        session = clock.session_on(day)
        assert session is not None
        settled = session.closes + timedelta(minutes=15)
        within = [moment for moment in members if moment < settled]
        kept.add(max(within) if within else min(members))
        if minutes := stages[-1]:
            opens = session.opens.timestamp()  # on the New York clock an hour of November happens twice
            stretches = {(moment.timestamp() - opens) // (60 * minutes): moment for moment in members}
            kept.update(stretches.values())
    return kept


def left() -> tuple[set[datetime], set[datetime]]:
    """The moments of the snapshots that are left, and of the details."""
    with_details = SnapshotDetail.objects.values_list("snapshot__as_of", flat=True)
    return set(Snapshot.objects.values_list("as_of", flat=True)), set(with_details)


def around_the_clock(first: date, last: date, *, minutes: float, seed: int = 5) -> list[datetime]:
    """Moments (UTC) at all hours of all days, weekends included, a little off any round time."""
    random_ = random.Random(seed)
    start = datetime.combine(first, datetime.min.time(), NEW_YORK).timestamp()
    end = datetime.combine(last, datetime.min.time(), NEW_YORK).timestamp()
    count = int((end - start) / 60 / minutes)
    return [datetime.fromtimestamp(start + 60 * minutes * (n + 0.9 * random_.random()), UTC) for n in range(count)]


SPANS = {
    "the last week": around_the_clock(date(2026, 11, 25), date(2026, 12, 2), minutes=13),
    "Thanksgiving and its half day": around_the_clock(date(2026, 11, 25), date(2026, 11, 30), minutes=9),
    "two weeks ago": around_the_clock(date(2026, 11, 16), date(2026, 11, 20), minutes=4),
    "the end of DST, a month ago": around_the_clock(date(2026, 10, 29), date(2026, 11, 4), minutes=9),
    "half a year ago": around_the_clock(date(2026, 6, 1), date(2026, 6, 6), minutes=7),
    "a year end and a leap day": [
        *around_the_clock(date(2023, 12, 28), date(2024, 1, 4), minutes=20),
        *around_the_clock(date(2024, 2, 28), date(2024, 3, 2), minutes=20),
    ],
}


@pytest.mark.parametrize("span", SPANS)
def test_exactly_what_the_policy_says_is_left(db: None, span: str) -> None:
    moments = SPANS[span]
    make_snapshots(moments, with_details=True)
    snapshots = expected(moments, SNAPSHOTS, NIGHT)
    thinned = retention.thin(NIGHT)
    assert left() == (snapshots, expected(moments, DETAILS, NIGHT) & snapshots)
    assert thinned.snapshots == len(moments) - len(snapshots)
    assert thinned.details == len(moments) - SnapshotDetail.objects.count()


def test_the_policy_keeps_details_only_where_it_keeps_the_snapshot() -> None:
    for moments in SPANS.values():
        assert expected(moments, DETAILS, NIGHT) <= expected(moments, SNAPSHOTS, NIGHT)


def test_thinning_every_night_leaves_what_thinning_once_leaves(db: None) -> None:
    moments = SPANS["two weeks ago"]
    make_snapshots(moments, with_details=True)
    for days in range(0, 14, 3):
        retention.thin(datetime(2026, 11, 19, 2, 15, tzinfo=NEW_YORK) + timedelta(days=days))
    retention.thin(NIGHT)
    assert left() == (expected(moments, SNAPSHOTS, NIGHT), expected(moments, DETAILS, NIGHT))
    again = retention.thin(NIGHT)
    assert (again.snapshots, again.details) == (0, 0)


def test_small_batches_leave_the_same(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 17)
    monkeypatch.setattr(retention, "SESSIONS_AT_ONCE", 2)
    moments = SPANS["half a year ago"]
    make_snapshots(moments, with_details=True)
    retention.thin(NIGHT)
    assert left() == (expected(moments, SNAPSHOTS, NIGHT), expected(moments, DETAILS, NIGHT))


def test_the_newest_snapshot_of_each_symbol_stays_with_its_details(db: None) -> None:
    saturday = datetime(2025, 3, 8, 12, 0, tzinfo=NEW_YORK)
    make_snapshots([saturday - timedelta(minutes=20), saturday], symbol="SPY", with_details=True)
    make_snapshots([saturday - timedelta(minutes=20), saturday], symbol="SPX", with_details=True)
    retention.thin(NIGHT)
    assert set(SnapshotDetail.objects.values_list("snapshot__symbol", "snapshot__seq")) >= {("SPY", 2), ("SPX", 2)}


def test_imported_chains_stay(db: None) -> None:
    day = datetime(2023, 9, 14, 16, 31, tzinfo=NEW_YORK)
    imported = [make_snapshot(day + timedelta(minutes=n), seq=n + 1, stale_after=None) for n in range(3)]
    SnapshotDetail.objects.bulk_create(map(unsaved_detail, imported))
    make_snapshot(NIGHT, seq=9)
    Feed.objects.create(symbol="SPY", seq=9, next_poll_at=NIGHT)
    thinned = retention.thin(NIGHT)
    assert (thinned.snapshots, thinned.details) == (0, 0)


def test_old_quotes_that_came_today_are_new_here(db: None) -> None:
    recorded = datetime(2023, 9, 14, 11, 0, tzinfo=NEW_YORK)
    Snapshot.objects.bulk_create(
        unsaved_snapshot(recorded + timedelta(minutes=n), seq=n + 1, source="replay", received_at=NIGHT)
        for n in range(10)
    )
    Feed.objects.create(symbol="SPY", seq=10, next_poll_at=NIGHT)
    assert retention.thin(NIGHT + timedelta(hours=1)).snapshots == 0
    assert retention.thin(NIGHT + timedelta(days=200)).snapshots == 9


def test_two_sources_keep_a_last_snapshot_each(db: None) -> None:
    day = datetime(2026, 3, 9, 11, 0, tzinfo=NEW_YORK)
    Snapshot.objects.bulk_create(
        unsaved_snapshot(day + timedelta(minutes=n), seq=n + 1, source="cboe" if n < 5 else "simulated")
        for n in range(10)
    )
    make_snapshot(NIGHT, seq=11)
    Feed.objects.create(symbol="SPY", seq=11, next_poll_at=NIGHT)
    retention.thin(NIGHT)
    assert list(Snapshot.objects.order_by("seq").values_list("seq", flat=True)) == [5, 10, 11]


def test_duties_go_after_ninety_days_and_data_after_a_year_unasked(db: None) -> None:
    for days in (89, 91):
        Duty.objects.create(name="close", slot=NIGHT - timedelta(days=days), started_at=NIGHT)
    for symbol, fetched, failed in (("A", 364, None), ("B", 366, None), ("C", 366, 10), ("D", None, 400)):
        MarketData.objects.create(
            source="cboe",
            kind="options",
            symbol=symbol,
            fetched_at=NIGHT - timedelta(days=fetched) if fetched else None,
            last_error_at=NIGHT - timedelta(days=failed) if failed else None,
        )
    thinned = retention.thin(NIGHT)
    assert (thinned.duties, thinned.data) == (1, 2)
    assert set(MarketData.objects.values_list("symbol", flat=True)) == {"A", "C"}
