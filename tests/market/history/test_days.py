"""Each session's figures follow its snapshots: in any order, once each, on every kind of day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from alphagex.clock import NEW_YORK
from apps.market.history import days
from apps.market.models import DayFigures, MarketData, Snapshot
from tests.market.history.rows import unsaved_snapshot
from tests.moments import OPEN_MARKET, WEEKEND

DAY = OPEN_MARKET.date()


def at(text: str, day: date = DAY) -> datetime:
    return datetime.fromisoformat(f"{day} {text}").replace(tzinfo=NEW_YORK)


def seen(moment: datetime, spot: float = 650.0, **columns: Any) -> Snapshot:
    return unsaved_snapshot(moment, spot=Decimal(f"{spot:.4f}"), **columns)


def the_day() -> DayFigures:
    return DayFigures.objects.get()


def bar() -> tuple[float | None, ...]:
    """Open, high, low and close of the only day."""
    row = the_day()
    return tuple(None if price is None else float(price) for price in (row.open, row.high, row.low, row.close))


def test_the_bar_and_the_range_of_gamma_follow_the_snapshots(db: None) -> None:
    for minute, spot, net in ((30, 650.0, 1e9), (31, 653.5, -2e9), (32, 648.25, 4e9), (33, 651.0, 2e9)):
        days.record_snapshot(
            seen(at(f"09:{minute}"), spot, net_gex=net, flip_point=640.0 + minute, put_call_ratio=minute / 10)
        )
    row = the_day()
    assert bar() == (650, 653.5, 648.25, 651)
    assert (row.net_gex_open, row.net_gex_high, row.net_gex_low, row.net_gex) == (1e9, 4e9, -2e9, 2e9)
    assert (row.flip_point, row.put_call_ratio, row.snapshots) == (673.0, 3.3, 4)
    assert (row.first_as_of, row.last_as_of) == (at("09:30"), at("09:33"))
    assert (row.source, row.truth, row.label, row.is_final) == ("simulated", "simulated", "Simulated", False)


def test_a_snapshot_entered_twice_counts_once(db: None) -> None:
    snapshots = [seen(at("10:00"), 650), seen(at("10:01"), 655), seen(at("10:02"), 645)]
    for snapshot in snapshots:
        days.record_snapshot(snapshot)
    once = DayFigures.objects.values().get()
    for snapshot in snapshots:
        days.record_snapshot(snapshot)
    assert DayFigures.objects.values().get() == once


def test_the_order_in_which_workers_store_does_not_matter(transactional_db: None) -> None:
    def record(minute: int) -> None:
        try:
            days.record_snapshot(seen(at(f"11:{minute:02}"), 600 + minute, net_gex=float(minute)))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(record, (5, 3, 17, 0, 29, 11, 8, 23)))
    row = the_day()
    assert bar() == (600, 629, 600, 629)
    assert (row.net_gex_open, row.net_gex_high, row.net_gex_low, row.net_gex) == (0, 29, 0, 29)


def test_sources_keep_days_of_their_own(db: None) -> None:
    days.record_snapshot(seen(at("10:00"), 650))
    days.record_snapshot(seen(at("10:00"), 5, source="cboe", kind="delayed", source_label="Cboe delayed"))
    assert dict(DayFigures.objects.values_list("source", "close")) == {"simulated": 650, "cboe": 5}


@pytest.mark.parametrize(
    "moment",
    [
        WEEKEND,
        at("09:29:59"),
        datetime(2026, 11, 26, 12, 0, tzinfo=NEW_YORK),  # Thanksgiving
        datetime(2026, 6, 19, 12, 0, tzinfo=NEW_YORK),  # Juneteenth
        datetime(2027, 1, 1, 0, 0, tzinfo=NEW_YORK),  # a minute into the new year
        datetime(2026, 3, 8, 12, 0, tzinfo=NEW_YORK),  # DST begins on a Sunday
        datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK),  # and ends on one
        datetime(2028, 2, 28, 9, 0, tzinfo=NEW_YORK),  # the morning before a leap day
    ],
)
def test_mornings_weekends_and_holidays_make_no_day(db: None, moment: datetime) -> None:
    assert days.record_snapshot(seen(moment)) is None
    assert not DayFigures.objects.exists()


@pytest.mark.parametrize(
    ("day", "opens_utc", "closes"),
    [
        (date(2026, 3, 6), "14:30", "16:00"),  # the Friday before DST begins
        (date(2026, 3, 9), "13:30", "16:00"),
        (date(2026, 10, 30), "13:30", "16:00"),  # the Friday before DST ends
        (date(2026, 11, 2), "14:30", "16:00"),
        (date(2026, 11, 27), "14:30", "13:00"),  # the Friday after Thanksgiving
        (date(2026, 12, 31), "14:30", "16:00"),
        (date(2028, 2, 29), "14:30", "16:00"),
    ],
)
def test_a_day_opens_and_closes_by_the_exchange_calendar(db: None, day: date, opens_utc: str, closes: str) -> None:
    opens = datetime.fromisoformat(f"{day}T{opens_utc}:00+00:00")
    closed = at(closes, day)
    assert days.record_snapshot(seen(opens - timedelta(seconds=1), 1)) is None
    days.record_snapshot(seen(opens, 640))
    days.record_snapshot(seen(closed - timedelta(seconds=1), 650))
    days.record_snapshot(seen(closed + timedelta(minutes=14), 651))
    days.record_snapshot(seen(closed + timedelta(minutes=15), 700))
    assert (the_day().day, bar()) == (day, (640, 651, 640, 651))


def test_the_evening_moves_nothing_once_the_close_was_seen(db: None) -> None:
    days.record_snapshot(seen(at("16:00:05"), 650, net_gex=1e9))
    assert days.record_snapshot(seen(at("19:00"), 670, net_gex=5e9)) is None
    assert (bar()[3], the_day().net_gex) == (650, 1e9)


def test_a_desk_started_in_the_evening_knows_gamma_but_no_prices(db: None) -> None:
    days.record_snapshot(seen(at("19:00"), 670, net_gex=5e9, put_call_ratio=1.5))
    days.record_snapshot(seen(at("19:30"), 680, net_gex=6e9))
    row = the_day()
    assert bar() == (None,) * 4
    assert (row.net_gex, row.net_gex_open, row.put_call_ratio) == (5e9, None, 1.5)


def test_a_replay_that_starts_over_counts_once(db: None) -> None:
    for round_ in range(2):
        for minute in range(3):
            days.record_snapshot(seen(at(f"10:0{minute}"), 650 + minute, seq=1 + minute + 3 * round_))
    assert (the_day().snapshots, bar()[3]) == (3, 652)


def test_a_finished_day_stands(db: None) -> None:
    days.record_snapshot(seen(at("15:59"), 650))
    assert days.finish("SPY", DAY) == 1
    assert days.finish("SPY", DAY) == 0
    assert days.record_snapshot(seen(at("16:00"), 660)) is None
    assert (bar()[3], the_day().is_final) == (650, True)


def test_finishing_keeps_the_levels_the_source_sent_that_day(db: None) -> None:
    days.record_snapshot(seen(at("15:59"), 641.27))
    sent = {
        "price_plus_1_day_std": "647.8", "price_minus_1_day_std": "634.7",
        "price_plus_7_day_std": "658.2", "price_minus_7_day_std": "624.3",
    }  # fmt: skip
    answer = MarketData.objects.create(
        source="simulated", kind="levels", symbol="SPY", payload=sent, as_of=at("15:55"), fetched_at=at("15:55")
    )
    days.finish("SPY", DAY)
    assert the_day().std_levels == {"std_1_pos": 647.8, "std_1_neg": 634.7, "std_7_pos": 658.2, "std_7_neg": 624.3}

    DayFigures.objects.update(is_final=False, std_levels=None)
    answer.as_of = at("15:55") - timedelta(days=1)
    answer.save()
    days.finish("SPY", DAY)
    assert the_day().std_levels is None
