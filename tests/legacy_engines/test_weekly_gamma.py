"""The three views of the week: what must hold for any gamma, and where each rule changes its mind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.gamma.weekly import week_of, weekly_intelligence
from legacy_engines.gamma.weekly.daily_impact import daily_impact
from legacy_engines.gamma.weekly.volatility_potential import highest_risk_day, volatility_potential
from legacy_engines.gamma.weekly.weekly_evolution import decay_pattern, weekly_evolution
from legacy_engines.ports import NEW_YORK

MONDAY = datetime(2025, 10, 27, 10, 30, tzinfo=NEW_YORK)
BILLION = 1e9
SPARSE = st.lists(st.just(0.0) | st.floats(min_value=1, max_value=1e12), min_size=5, max_size=5).filter(any)
MOMENTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 12, 31)).map(
    lambda moment: moment.replace(tzinfo=NEW_YORK)
)


def intelligence(totals: list[float], now: datetime = MONDAY, vix: float = 0) -> dict[str, Any]:
    return weekly_intelligence("SPY", week=week_of(now), totals=totals, current_vix=vix, now=now)


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)


def on_weekday(weekday: int) -> datetime:
    return MONDAY + timedelta(days=weekday)


@given(SPARSE, MOMENTS)
def test_today_is_what_expires_and_what_is_left(totals: list[float], now: datetime) -> None:
    daily = intelligence(totals, now)["daily_impact"]
    assert daily["expiring_today"] + daily["tomorrow_total_gamma"] == pytest.approx(daily["today_total_gamma"])
    assert 0 <= daily["impact_pct"] <= 100 * (1 + 1e-12)


@given(SPARSE)
def test_the_views_see_the_same_week(totals: list[float]) -> None:
    result = intelligence(totals)
    by_day = result["volatility_potential"]["by_day"]
    baseline = result["weekly_evolution"]["monday_baseline"]
    assert by_day[0]["total_available"] == baseline == result["daily_impact"]["today_total_gamma"]
    assert sum(day["expiring_gamma"] / baseline * 100 for day in by_day) == pytest.approx(100)
    for day, morning in zip(by_day, result["weekly_evolution"]["daily_breakdown"], strict=True):
        assert day["total_available"] == pytest.approx(morning["cumulative_gamma"], abs=1e-9 * baseline)
        assert day["has_expiration"] is morning["has_expiration"] is (day["expiring_gamma"] > 0)


@given(SPARSE, MOMENTS, st.floats(min_value=0, max_value=90))
def test_doubling_every_gamma_changes_amounts_and_nothing_else(totals: list[float], now: datetime, vix: float) -> None:
    once, twice = intelligence(totals, now, vix), intelligence([2 * total for total in totals], now, vix)
    for view, key in (
        ("daily_impact", "impact_pct"),
        ("daily_impact", "strategies"),
        ("daily_impact", "risk_level"),
        ("weekly_evolution", "total_decay_pct"),
        ("weekly_evolution", "decay_pattern"),
        ("weekly_evolution", "strategies"),
        ("volatility_potential", "strategies"),
    ):
        assert once[view][key] == twice[view][key]
    assert twice["weekly_evolution"]["monday_baseline"] == 2 * once["weekly_evolution"]["monday_baseline"]


@given(SPARSE)
def test_gamma_only_runs_off(totals: list[float]) -> None:
    mornings = weekly_evolution(week_of(MONDAY), totals)["daily_breakdown"]
    assert mornings[0]["pct_of_week"] == 100
    assert mornings[0]["change_from_previous"] is None
    for before, after in pairwise(mornings):
        assert after["cumulative_gamma"] <= before["cumulative_gamma"]
        assert after["change_from_previous"] <= 0


@given(SPARSE)
def test_the_last_day_with_gamma_takes_all_that_is_left(totals: list[float]) -> None:
    view = volatility_potential(week_of(MONDAY), totals)
    last = max(i for i, total in enumerate(totals) if total)
    assert view["by_day"][last]["vol_pct"] == 100
    assert view["highest_risk_day"]["vol_pct"] == 100
    assert [strategy["priority"] for strategy in view["strategies"]] == ["HIGH", "MEDIUM", "LOW"]


@given(MOMENTS)
def test_a_week_is_five_days_from_a_monday(now: datetime) -> None:
    week = week_of(now)
    dates = [datetime.fromisoformat(day.date).date() for day in week.days]
    assert [date.weekday() for date in dates] == [0, 1, 2, 3, 4]
    assert (dates[-1] - dates[0]).days == 4
    if now.weekday() < 5:
        assert week.days[now.weekday()].is_today
        assert week.today == now.weekday()
        assert week.edge_case in (None, "FRIDAY_AFTER_CLOSE")
    else:
        assert not any(day.is_today for day in week.days)
        assert timedelta(0) < dates[0] - now.date() <= timedelta(days=2)
        assert (week.today, week.edge_case) == (0, "WEEKEND")


@given(SPARSE, MOMENTS, st.floats(min_value=0, max_value=90))
def test_every_text_is_finished_and_every_answer_is_json(totals: list[float], now: datetime, vix: float) -> None:
    result = intelligence(totals, now, vix)
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    for text in texts_of(result):
        assert text
        assert not set("{}") & set(text)
        assert "None" not in text


@pytest.mark.parametrize(
    ("moment", "closed"),
    [
        (datetime(2025, 10, 31, 15, 59, 59, tzinfo=NEW_YORK), False),
        (datetime(2025, 10, 31, 16, 0, tzinfo=NEW_YORK), True),
        (datetime(2025, 10, 30, 16, 0, tzinfo=NEW_YORK), False),
    ],
)
def test_friday_closes_at_four(moment: datetime, closed: bool) -> None:
    week = week_of(moment)
    assert week.is_friday_after_close is closed
    assert week.edge_case == ("FRIDAY_AFTER_CLOSE" if closed else None)


def test_the_change_to_winter_time_does_not_shift_the_next_week() -> None:
    week = week_of(datetime(2025, 11, 1, 23, 30, tzinfo=NEW_YORK))
    assert (week.start, week.end, week.current_date) == ("2025-11-03", "2025-11-07", "2025-11-01")


@pytest.mark.parametrize(
    ("expiring", "level", "names"),
    [
        (30, "EXTREME", ["Fade the Close", "ATM Straddle into Expiration"]),
        (29, "ELEVATED", ["Selective Directional"]),
        (15, "ELEVATED", ["Selective Directional"]),
        (14, "MODERATE", ["Avoid Directional Trades"]),
        (5, "MODERATE", ["Avoid Directional Trades"]),
        (4, "MINIMAL", ["Avoid Directional Trades"]),
        (0, "MINIMAL", ["Avoid Directional Trades"]),
    ],
)
def test_each_limit_belongs_to_the_level_above_it(expiring: float, level: str, names: list[str]) -> None:
    view = daily_impact(week_of(MONDAY), [expiring, 100 - expiring, 0, 0, 0], current_vix=20)
    assert view["risk_level"] == level
    assert [strategy["name"] for strategy in view["strategies"]] == names
    assert (view["threshold_multiplier"], view["context_notes"]) == (1.0, [])


@pytest.mark.parametrize(("expiring", "level"), [(22.5, "EXTREME"), (22.4, "ELEVATED"), (3.75, "MODERATE")])
def test_a_high_vix_tightens_every_limit_by_a_quarter(expiring: float, level: str) -> None:
    view = daily_impact(week_of(MONDAY), [expiring, 100 - expiring, 0, 0, 0], current_vix=20.01)
    assert view["risk_level"] == level
    assert view["adjusted_thresholds"] == {"minimal": 3.75, "moderate": 11.25, "elevated": 22.5}
    assert ["20.0" in note and "VIX" in note for note in view["context_notes"]] == [True]


def test_friday_and_vix_tighten_together_and_say_so_in_order() -> None:
    view = daily_impact(week_of(on_weekday(4)), [0, 0, 0, 0, BILLION], current_vix=27.35)
    assert view["threshold_multiplier"] == 0.67 * 0.75
    assert "Friday" in view["context_notes"][0]
    assert "27.4" in view["context_notes"][1]
    assert view["tomorrow_total_gamma"] == 0


@pytest.mark.parametrize(
    ("friday", "parts"),
    [
        (20, ["early_week", "late_week", "size_management"]),
        (20.1, ["early_week", "late_week"]),
        (40, ["early_week", "late_week"]),
        (40.1, ["all_week"]),
        (100, ["all_week"]),
    ],
)
def test_the_decay_of_the_week_chooses_its_strategies(friday: float, parts: list[str]) -> None:
    view = weekly_evolution(week_of(MONDAY), [100 - friday, 0, 0, 0, friday])
    assert list(view["strategies"]) == parts


@pytest.mark.parametrize(
    ("wednesday", "pattern"),
    [(59.9, "FRONT_LOADED"), (60, "BALANCED"), (80, "BALANCED"), (80.1, "BACK_LOADED")],
)
def test_the_pattern_is_read_on_wednesday(wednesday: float, pattern: str) -> None:
    assert decay_pattern(wednesday) == pattern
    view = weekly_evolution(week_of(MONDAY), [100 - wednesday, 0, wednesday, 0, 0])
    assert view["daily_breakdown"][2]["pct_of_week"] == pytest.approx(wednesday)


@pytest.mark.parametrize(
    ("share", "level"),
    [(60, "EXTREME"), (59, "HIGH"), (40, "HIGH"), (39, "MODERATE"), (15, "MODERATE"), (14, "LOW"), (0, "LOW")],
)
def test_the_calendar_grades_each_day(share: float, level: str) -> None:
    entry = volatility_potential(week_of(MONDAY), [share, 100 - share, 0, 0, 0])["by_day"][0]
    assert (entry["vol_pct"], entry["risk_level"]) == (pytest.approx(share), level)


def test_the_earliest_of_equal_days_is_the_riskiest() -> None:
    days = [{"vol_pct": 0, "day": "Mon"}, {"vol_pct": 100, "day": "Tue"}, {"vol_pct": 100, "day": "Fri"}]
    highest = highest_risk_day(days)
    assert highest is not None
    assert highest["day"] == "Tue"
    assert highest_risk_day([{"vol_pct": 0}, {"vol_pct": float("nan")}]) is None
    assert highest_risk_day([{"vol_pct": 0.5}]) == {"vol_pct": 0.5}


def test_a_weekend_looks_at_monday_and_keeps_its_own_date() -> None:
    result = intelligence([1, 2, 3, 4, 5], datetime(2025, 11, 2, 23, 30, tzinfo=NEW_YORK))
    assert (result["current_day"], result["current_date"]) == ("Monday", "2025-11-02")
    assert (result["edge_case"], result["week_start"]) == ("WEEKEND", "2025-11-03")
    assert result["daily_impact"]["expiring_today"] == 1


@pytest.mark.parametrize("totals", [[0, 0, 0, 0, 0], [float("nan")] * 5, [-1, 0, 0, 0, float("nan")]])
def test_a_week_without_gamma_has_no_views(totals: list[float]) -> None:
    assert intelligence(totals) == {
        "error": "No gamma data available for current week",
        "symbol": "SPY",
        "week_start": "2025-10-27",
        "week_end": "2025-10-31",
    }


def test_a_day_that_is_unknown_counts_as_none() -> None:
    result = intelligence([float("nan"), 3, 0, 0, 1])
    assert result["weekly_evolution"]["monday_baseline"] == 4
    expiring = [day["day"] for day in result["volatility_potential"]["by_day"] if day["has_expiration"]]
    assert expiring == ["Tue", "Fri"]


def test_an_unknown_vix_must_be_zero_not_none() -> None:
    with pytest.raises(TypeError):
        weekly_intelligence("SPY", week=week_of(MONDAY), totals=[1] * 5, current_vix=None, now=MONDAY)  # type: ignore[arg-type]


def test_tracking_repeats_the_figures_that_are_scored_later() -> None:
    result = intelligence([30, 0, 60, 0, 10], vix=18.5)
    tracking = result["tracking"]
    assert tracking["gamma_decay_pct"] == result["daily_impact"]["impact_pct"] == 30
    assert tracking["weekly_decay_pct"] == result["weekly_evolution"]["total_decay_pct"] == 90
    assert (tracking["highest_risk_day_name"], tracking["highest_risk_day_pct"]) == ("Friday", 100)
    assert (tracking["vix"], tracking["risk_level"]) == (18.5, "EXTREME")
    assert tracking["timestamp"] == result["generated_at"] == "2025-10-27T10:30:00-04:00"


def test_strategies_name_the_day_and_the_figures() -> None:
    result = intelligence([0, 44.9e9, 0, 50e9, 5.1e9], on_weekday(1))
    fade = result["daily_impact"]["strategies"][0]
    assert fade["entry_time"] == "Tuesday, 3:45pm"
    assert "45%" in fade["rationale"]
    weekly = result["weekly_evolution"]["strategies"]
    assert "100%" in weekly["early_week"]["rationale"]
    assert "55%" in weekly["late_week"]["rationale"]
    assert "95%" in weekly["size_management"]["rationale"]
    scalp = result["volatility_potential"]["strategies"][0]
    assert scalp["expiration"] == "0DTE (expiring Friday)"
    assert "100%" in scalp["rationale"]


def test_a_weekend_reads_about_monday_not_about_today() -> None:
    for expiring in (45, 20, 3):
        saturday = intelligence([expiring, 100 - expiring, 0, 0, 0], on_weekday(-2))
        assert all("Monday" in strategy["rationale"] for strategy in saturday["daily_impact"]["strategies"])


def test_a_week_whose_gamma_expires_on_thursday_does_not_call_thursdays_gamma_little() -> None:
    late = intelligence([0, 0, 0, 90, 10])["weekly_evolution"]["strategies"]["late_week"]
    assert late["rationale"].startswith("100% of the week's gamma is still open on Thursday")


def test_a_week_of_little_decay_names_its_figure_and_the_limit() -> None:
    text = intelligence([59, 0, 0, 0, 41])["weekly_evolution"]["strategies"]["all_week"]["rationale"]
    assert all(figure in text for figure in ("59%", "60%"))


def test_reported_thresholds_are_a_copy() -> None:
    intelligence([1] * 5)["thresholds_used"]["daily_impact"]["elevated"] = 0
    assert intelligence([1] * 5)["thresholds_used"]["daily_impact"] == {"minimal": 5, "moderate": 15, "elevated": 30}
