"""Changes since the session before: the old program's engines on our figures, and nothing made up."""

import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from alphagex.clock import NEW_YORK
from apps.market import facts
from apps.market.chain import Origin
from apps.market.history import changes
from apps.market.models import DayFigures
from apps.market.sources.protocol import Answer, Kind, Question
from tests.market.history.rows import make_snapshot
from tests.moments import OPEN_MARKET

YESTERDAY = date(2026, 11, 17)
LEVELS = {
    "+1STD (1-day)": "657.0", "-1STD (1-day)": "643.0", "+1STD (7-day)": "668.5", "-1STD (7-day)": "631.5",
}  # fmt: skip


def make_day(day: date = YESTERDAY, **columns: Any) -> DayFigures:
    usual = {
        "close": Decimal("640"), "net_gex": 2e9, "flip_point": 630.0, "implied_volatility": 0.16,
        "put_call_ratio": 1.6, "rating": 2.0, "gamma_formation": 0.0, "truth": "simulated", "label": "Simulated",
        "updated_at": OPEN_MARKET, "symbol": "SPY", "source": "simulated",
    }  # fmt: skip
    return DayFigures.objects.create(day=day, **(usual | columns))


def make_now(moment: datetime = OPEN_MARKET, **columns: Any) -> None:
    usual = {"net_gex": 1e9, "flip_point": 633.15, "implied_volatility": 0.16, "put_call_ratio": 1.7}
    make_snapshot(moment, **(usual | columns))


def levels_were_sent(values: dict[str, Any] = LEVELS, at: datetime = OPEN_MARKET) -> None:
    question = Question(kind=Kind.LEVELS, symbol="SPY")
    origin = Origin(source="simulated", kind="simulated", label="Simulated")
    facts.put(Answer(question=question, value=values, as_of=at, origin=origin), source_name="simulated", at=at)


def implied(spot: float, volatility: float, days: int) -> float:
    return spot * volatility * math.sqrt(days / 252)


def test_yesterday_has_the_names_of_the_vendors_history(db: None) -> None:
    make_day()
    assert changes.yesterday("SPY", OPEN_MARKET.date(), source="simulated") == {
        "gex_flip_price": 630.0,
        "skew_adjusted_gex": 2e9,
        "implied_volatility": 0.16,
        "put_call_ratio_open_interest": 1.6,
        "rating": 2.0,
        "gamma_formation": 0.0,
    }


@pytest.mark.parametrize(
    ("today", "before"),
    [
        (date(2026, 11, 27), date(2026, 11, 25)),  # across Thanksgiving
        (date(2026, 11, 30), date(2026, 11, 27)),  # the half day before a weekend
        (date(2026, 6, 22), date(2026, 6, 18)),  # across Juneteenth
        (date(2026, 3, 9), date(2026, 3, 6)),  # across the start of DST
        (date(2027, 1, 4), date(2026, 12, 31)),  # across the new year
        (date(2028, 3, 1), date(2028, 2, 29)),  # a leap day
    ],
)
def test_yesterday_is_the_session_before(db: None, today: date, before: date) -> None:
    assert changes.yesterday("SPY", today, source="simulated") is None
    make_day(before, flip_point=1.0)
    found = changes.yesterday("SPY", today, source="simulated")
    assert found is not None
    assert found["gex_flip_price"] == 1.0


def test_each_metric_is_compared_by_the_engine(db: None) -> None:
    make_day()
    make_now()
    found = changes.day_over_day("SPY")
    assert (found.previous_day, found.problem) == (YESTERDAY, "")
    assert list(found.changes) == ["flip_point", "net_gex", "implied_volatility", "put_call_ratio"]
    net = found.changes["net_gex"]
    assert (net["current"], net["yesterday"], net["change"], net["trend"]) == (1e9, 2e9, -1e9, "↓")
    assert net["pct_change"] == pytest.approx(-50)
    assert found.changes["flip_point"]["pct_change"] == pytest.approx(0.5)
    assert found.changes["implied_volatility"]["trend"] == "→"


def test_what_one_day_does_not_know_is_left_out_and_told(db: None) -> None:
    make_day(put_call_ratio=None)
    make_now(flip_point=None)
    found = changes.day_over_day("SPY")
    assert list(found.changes) == ["net_gex", "implied_volatility"]
    assert found.missing == ("flip_point", "put_call_ratio", "rating", "gamma_formation")


def test_a_missing_session_before_is_told_with_what_to_do(db: None) -> None:
    make_day(YESTERDAY - timedelta(days=1))
    make_day(source="cboe")
    make_now()
    found = changes.day_over_day("SPY")
    assert (found.changes, found.previous_day) == ({}, YESTERDAY)
    assert found.problem == (
        "The session of 2026-11-17 is not stored for SPY (Simulated). Fill it with: manage.py backfill SPY --days 5"
    )
    assert "no snapshot of QQQ" in changes.day_over_day("QQQ").problem


def test_on_a_morning_and_at_a_weekend_the_last_session_is_compared_with_the_one_before_it(db: None) -> None:
    make_day()
    for seq, moment in enumerate(("2026-11-18 20:00", "2026-11-19 08:00"), start=1):
        make_now(datetime.fromisoformat(moment).replace(tzinfo=NEW_YORK), seq=seq)
        assert changes.day_over_day("SPY").previous_day == YESTERDAY
    make_now(datetime(2026, 11, 22, 12, 0, tzinfo=NEW_YORK), seq=3)  # a Sunday
    assert changes.day_over_day("SPY").previous_day == date(2026, 11, 19)


def test_std_levels_come_from_implied_volatility_of_both_days(db: None) -> None:
    make_day()
    make_now(implied_volatility=0.18)
    found = changes.std_levels("SPY", at=OPEN_MARKET)
    assert (found.basis, found.problem) == (changes.IMPLIED, "")
    assert found.current == pytest.approx(
        {
            "std_1_pos": 650 + implied(650, 0.18, 1),
            "std_1_neg": 650 - implied(650, 0.18, 1),
            "std_7_pos": 650 + implied(650, 0.18, 7),
            "std_7_neg": 650 - implied(650, 0.18, 7),
            "spot_price": 650.0,
        }
    )
    assert found.previous is not None
    assert found.previous["std_7_neg"] == pytest.approx(640 - implied(640, 0.16, 7))
    assert [line["id"] for line in found.changes["interpretation"]] == [
        "EXPANDING_1SD",
        "EXPANDING_7SD",
        "SHIFT_UP_1SD",
        "SHIFT_UP_7SD",
    ]


def test_levels_the_source_sent_are_compared_with_levels_it_sent(db: None) -> None:
    make_day(std_levels={"std_1_pos": 646.0, "std_1_neg": 634.0, "std_7_pos": 656.0, "std_7_neg": 624.0})
    make_now()
    levels_were_sent()
    found = changes.std_levels("SPY", at=OPEN_MARKET)
    assert (found.basis, found.problem) == (changes.SENT, "")
    assert found.current is not None
    assert (found.current["std_1_pos"], found.current["std_7_neg"]) == (657.0, 631.5)
    assert found.previous is not None
    assert (found.previous["std_1_pos"], found.previous["spot_price"]) == (646.0, 640.0)


def test_levels_of_two_methods_are_never_compared(db: None) -> None:
    make_day()
    make_now()
    levels_were_sent()
    found = changes.std_levels("SPY", at=OPEN_MARKET)
    assert found.basis == changes.IMPLIED
    assert found.current is not None
    assert found.current["std_1_pos"] == pytest.approx(650 + implied(650, 0.16, 1))


def test_sent_levels_are_shown_where_implied_volatility_is_unknown(db: None) -> None:
    make_day(implied_volatility=None)
    make_now(implied_volatility=None)
    levels_were_sent()
    found = changes.std_levels("SPY", at=OPEN_MARKET)
    assert (found.basis, found.previous) == (changes.SENT, None)
    assert "neither levels nor both" in found.problem
    assert "notice" in found.changes


@pytest.mark.parametrize(
    ("values", "sent_at"),
    [(LEVELS | {"-1STD (7-day)": "null"}, OPEN_MARKET), (LEVELS, OPEN_MARKET - timedelta(days=1)), ([], OPEN_MARKET)],
)
def test_broken_or_older_levels_are_not_used(db: None, values: Any, sent_at: datetime) -> None:
    make_day(std_levels={"std_1_pos": 646.0, "std_1_neg": 634.0, "std_7_pos": 656.0, "std_7_neg": 624.0})
    make_now()
    levels_were_sent(values, sent_at)
    assert changes.std_levels("SPY", at=OPEN_MARKET).basis == changes.IMPLIED


def test_without_volatility_or_snapshot_there_are_no_levels_and_a_reason(db: None) -> None:
    make_now(implied_volatility=None)
    found = changes.std_levels("SPY", at=OPEN_MARKET)
    assert (found.current, found.previous, found.changes) == (None, None, {})
    assert "no implied volatility" in found.problem
    assert "no snapshot" in changes.std_levels("QQQ", at=OPEN_MARKET).problem
