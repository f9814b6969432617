"""Daily, weekly and monthly plans: their rules at the edges, and what holds for every plan."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_engines.options.pricing import BlackScholesPricer
from legacy_engines.plans import TradingPlanGenerator
from legacy_engines.plans.levels import condor_at_walls, floor_to_five, nearest_five
from legacy_engines.plans.monthly import first_weekday, key_weekly_trade, third_friday
from legacy_engines.plans.premium import premium
from legacy_engines.plans.regime import regime_from_gex
from legacy_engines.plans.schedule import current_opportunity, intraday_schedule
from legacy_engines.plans.setups import all_setups
from legacy_engines.plans.trading_days import monday_trades, thursday_trades

NEW_YORK = ZoneInfo("America/New_York")
CENTRAL = ZoneInfo("America/Chicago")
WEDNESDAY_MORNING = datetime(2025, 10, 15, 10, 30, tzinfo=NEW_YORK)
UNFILLED = re.compile(r"[{}]|\bNone\b|\bnan\b|N/A|%[sd]|<\w+>")

prices = st.floats(5, 8000).map(lambda price: round(price, 2))
net_gex_values = st.sampled_from([-3.4e9, -2e9, -1e9, 0.0, 1e9, 3e9, 3.4e9]) | st.floats(-6e9, 6e9)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31)).map(lambda at: at.replace(tzinfo=NEW_YORK))


class Standing:
    """A clock that stands."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        raise AssertionError("plans do not wait")


class Sources:
    """Macro and statistics sources that answer as told, or are down."""

    def __init__(self, *, down: bool = False, regime: dict[str, Any] | None = None) -> None:
        self.down = down
        self.regime = regime or {}

    def get_economic_data(self) -> dict[str, Any]:
        if self.down:
            raise ConnectionError("down")
        return {"vix": 18.5}

    def get_regime(self, economic_data: dict[str, Any]) -> dict[str, Any]:
        return self.regime

    def get_personal_stats(self) -> dict[str, Any]:
        if self.down:
            raise ConnectionError("down")
        return {"total_trades": 3}


class NoPrices:
    """A pricer that gives nothing."""

    def calculate_option_price(
        self, spot: float, strike: float, time_to_expiry: float, volatility: float, option_type: str = "call"
    ) -> dict[str, Any]:
        return {}


def generator(at: datetime = WEDNESDAY_MORNING, sources: Sources | None = None) -> TradingPlanGenerator:
    sources = sources or Sources()
    return TradingPlanGenerator(macro=sources, statistics=sources, clock=Standing(at))


def market(**changes: Any) -> dict[str, Any]:
    levels = {"spot_price": 590.12, "flip_point": 593.8, "call_wall": 601.9, "put_wall": 579.1}
    return {"symbol": "SPY", "net_gex": -1.8e9} | levels | changes


@st.composite
def markets(draw: st.DrawFn) -> dict[str, Any]:
    spot = draw(prices)
    shares = {"flip_point": (0.95, 1.05), "call_wall": (1.0, 1.1), "put_wall": (0.9, 1.0)}
    levels = {key: round(spot * draw(st.floats(low, high)), 2) for key, (low, high) in shares.items()}
    return {"symbol": "SPY", "spot_price": spot, "net_gex": draw(net_gex_values), **levels}


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (text for item in value.values() for text in strings(item))
    elif isinstance(value, list):
        yield from (text for item in value for text in strings(item))
    elif isinstance(value, str):
        yield value


def plans_and_texts(data: dict[str, Any], at: datetime) -> Iterator[tuple[dict[str, Any], str]]:
    plans = generator(at)
    daily, weekly, monthly = (
        plans.generate_daily_plan("SPY", data),
        plans.generate_weekly_plan("SPY", data),
        plans.generate_monthly_plan("SPY", data),
    )
    yield daily, plans.format_daily_plan_markdown(daily)
    yield weekly, plans.format_weekly_plan_markdown(weekly)
    yield monthly, plans.format_monthly_plan_markdown(monthly)


@given(markets(), moments)
def test_no_plan_holds_an_unfilled_placeholder(data: dict[str, Any], at: datetime) -> None:
    for plan, text in plans_and_texts(data, at):
        assert [each for each in [*strings(plan), text] if UNFILLED.search(each)] == []


@given(markets(), moments)
def test_the_same_inputs_give_the_same_plans(data: dict[str, Any], at: datetime) -> None:
    assert list(plans_and_texts(data, at)) == list(plans_and_texts(data, at))


@given(markets(), moments)
def test_a_week_runs_from_monday_to_friday(data: dict[str, Any], at: datetime) -> None:
    days = generator(at).generate_weekly_plan("SPY", data)["days"]
    today = at.astimezone(CENTRAL)
    monday = today - timedelta(days=today.weekday())
    assert list(days) == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    assert [day["date"] for day in days.values()] == [
        (monday + timedelta(days=i)).strftime("%A, %B %d") for i in range(5)
    ]


@given(moments)
def test_expiration_is_the_third_friday(at: datetime) -> None:
    opex = third_friday(at)
    assert opex.weekday() == 4
    assert 15 <= opex.day <= 21
    assert (opex.year, opex.month) == (at.year, at.month)


@given(moments)
def test_exactly_one_of_four_weeks_is_the_expiration_week(at: datetime) -> None:
    weeks = generator(at).generate_monthly_plan("SPY", market())["weeks"]
    assert sum("OPEX" in name for name in weeks) == 1
    assert len(weeks) == 4
    local = at.astimezone(CENTRAL)
    first = local.replace(day=1).weekday()
    assert ("Week 3 (OPEX WEEK)" if first in (5, 6, 0) else "Week 2 (OPEX WEEK)") in weeks


@given(moments, st.integers(0, 6))
def test_the_first_weekday_lies_in_the_first_seven_days(at: datetime, weekday: int) -> None:
    day = first_weekday(at, weekday)
    assert day.weekday() == weekday
    assert 1 <= day.day <= 7


@given(st.floats(0, 10_000))
def test_strikes_are_multiples_of_five_near_the_price(price: float) -> None:
    assert floor_to_five(price) % 5 == 0
    assert floor_to_five(price) <= price < floor_to_five(price) + 5 + 1e-9
    assert nearest_five(price) % 5 == 0
    assert abs(nearest_five(price) - price) <= 2.5 + 1e-9


@pytest.mark.parametrize(("price", "strike"), [(592.5, 590), (592.51, 595), (590.0, 590), (0, 0), (-1.0, 5), (-4.0, 0)])
def test_halfway_goes_down_and_the_remainder_is_never_negative(price: float, strike: int) -> None:
    assert nearest_five(price) == strike


@given(prices, prices)
def test_condor_wings_lie_outside_the_short_strikes(call_wall: float, put_wall: float) -> None:
    strikes = condor_at_walls(call_wall, put_wall)
    assert strikes.long_call - strikes.short_call == 10
    assert strikes.short_put - strikes.long_put == 10


@given(markets())
def test_setups_always_end_with_the_calendar_and_never_repeat(data: dict[str, Any]) -> None:
    spot, net_gex, flip, call_wall, put_wall = (
        data[key] for key in ("spot_price", "net_gex", "flip_point", "call_wall", "put_wall")
    )
    names = [setup["strategy"] for setup in all_setups("SPY", spot, net_gex, flip, call_wall, put_wall, "Monday", {})]
    assert names[-1] == "📅 CALENDAR SPREAD - THETA MACHINE"
    assert len(names) == len(set(names))


def names_of(**changes: Any) -> list[str]:
    at = {"spot": 100.0, "net_gex": 0.0, "flip": 100.0, "call_wall": 0.0, "put_wall": 0.0} | changes
    levels = (at["spot"], at["net_gex"], at["flip"], at["call_wall"], at["put_wall"])
    setups = all_setups("SPY", *levels, "Monday", {})
    return [re.sub(r"[^A-Z -]", "", setup["strategy"]).strip() for setup in setups]


@pytest.mark.parametrize(
    ("levels", "present", "word"),
    [
        ({"net_gex": -1e9, "flip": 101.0}, False, "SQUEEZE"),
        ({"net_gex": -1.0001e9, "flip": 101.0}, True, "SQUEEZE"),
        ({"net_gex": -1.0001e9, "flip": 100.0}, True, "MOMENTUM"),
        ({"call_wall": 101.0, "put_wall": 99.0}, True, "IRON CONDOR"),
        ({"call_wall": 100.99, "put_wall": 99.0}, False, "IRON CONDOR"),
        ({"call_wall": 105.0}, False, "IRON CONDOR"),
        ({"call_wall": 102.0, "net_gex": 2e9}, False, "BEAR CALL"),
        ({"call_wall": 101.99, "net_gex": 2e9}, True, "BEAR CALL"),
        ({"call_wall": 101.99, "net_gex": 1e9}, False, "BEAR CALL"),
        ({"put_wall": 98.0, "net_gex": 1.0}, False, "BULL PUT"),
        ({"put_wall": 98.01, "net_gex": 1.0}, True, "BULL PUT"),
        ({"put_wall": 98.01, "net_gex": 0.0}, False, "BULL PUT"),
    ],
)
def test_setups_appear_exactly_at_their_limits(levels: dict[str, float], present: bool, word: str) -> None:
    assert any(word in name for name in names_of(**levels)) is present


def test_spot_zero_is_refused_only_when_there_is_a_wall() -> None:
    assert names_of(spot=0.0, flip=0.0) == ["CALENDAR SPREAD - THETA MACHINE"]
    for wall in ("call_wall", "put_wall"):
        with pytest.raises(ZeroDivisionError):
            names_of(spot=0.0, **{wall: 1.0})


def test_a_condor_credit_above_the_wing_prints_a_negative_risk() -> None:
    (condor, _calendar) = all_setups("SPY", 5000.0, 0.0, 5000.0, 5500.0, 4500.0, "Monday", {})
    assert condor["max_risk"] == "$-5.00"


@pytest.mark.parametrize("net_gex", [-5e8, 5e8])
def test_a_condor_warns_of_negative_gex_without_claiming_it(net_gex: float) -> None:
    (condor, *_others) = all_setups("SPY", 500.0, net_gex, 500.0, 520.0, 480.0, "Monday", {})
    assert "8.0% wide" in condor["reasoning"]
    assert "Whenever net GEX is below zero" in condor["reasoning"]


@pytest.mark.parametrize(
    ("net_gex", "volatility", "size"),
    [
        (-2.0001e9, "EXPLOSIVE VOLATILITY", 1.5),
        (-2e9, "HIGH VOLATILITY", 1.2),
        (-1e9, "NORMAL VOLATILITY", 1.0),
        (1e9, "NORMAL VOLATILITY", 1.0),
        (1.0001e9, "LOW VOLATILITY", 1.0),
        (3e9, "LOW VOLATILITY", 1.0),
        (3.0001e9, "SUPPRESSED VOLATILITY", 0.8),
        (math.nan, "NORMAL VOLATILITY", 1.0),
    ],
)
def test_the_regime_changes_exactly_at_its_limits(net_gex: float, volatility: str, size: float) -> None:
    regime = regime_from_gex(net_gex, 100.0, 100.0, 0, 0)
    assert (regime["type"], regime["size_multiplier"]) == (volatility, size)
    assert regime["type"] == regime["volatility"]


@pytest.mark.parametrize(
    ("flip", "position"),
    [
        (99.5, "AT FLIP - CRITICAL ZONE"),
        (99.49, "ABOVE FLIP - MMs SUPPRESSING"),
        (100.5, "AT FLIP - CRITICAL ZONE"),
        (100.51, "BELOW FLIP - MMs AMPLIFYING"),
        (0, "AT FLIP - CRITICAL ZONE"),
    ],
)
def test_the_position_is_measured_in_percent_of_spot(flip: float, position: str) -> None:
    assert regime_from_gex(0, 100.0, flip, 0, 0)["position"] == position


@pytest.mark.parametrize(
    ("at", "hour"), [("2025-07-01T13:05:00-04:00", "12:05 PM"), ("2025-12-01T09:30:00-05:00", "08:30 AM")]
)
def test_plans_are_stamped_in_central_time_in_summer_and_winter(at: str, hour: str) -> None:
    plan = generator(datetime.fromisoformat(at)).generate_daily_plan("SPY", market())
    assert plan["generated_at"] == f"{hour} CT"


@pytest.mark.parametrize("method", ["generate_daily_plan", "generate_weekly_plan", "generate_monthly_plan"])
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"spot_price": 0}, ZeroDivisionError),
        ({"spot_price": None}, TypeError),
        ({"net_gex": None}, TypeError),
        ({"flip_point": "593"}, TypeError),
    ],
)
def test_unusable_levels_are_refused(method: str, changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        getattr(generator(), method)("SPY", market(**changes))


@pytest.mark.parametrize("method", ["generate_weekly_plan", "generate_monthly_plan"])
def test_a_flip_that_is_not_a_number_is_refused(method: str) -> None:
    with pytest.raises(ValueError):
        getattr(generator(), method)("SPY", market(flip_point=math.nan))


def test_an_error_answer_gives_no_daily_plan_but_an_empty_week() -> None:
    with pytest.raises(ZeroDivisionError):
        generator().generate_daily_plan("SPY", {"error": "no data"})
    week = generator().generate_weekly_plan("SPY", {"error": "no data"})
    assert week["current_price"] == "$0.00"
    assert week["days"]["Monday"]["trades"][0]["entry_price"] == "$2.50"


def test_a_plan_does_not_fail_with_its_sources() -> None:
    plan = generator(sources=Sources(down=True)).generate_daily_plan("SPY", market())
    assert plan["regime"]["macro_outlook"] == "Neutral"
    assert plan["personal_stats"] == {"win_rate": 65, "total_trades": 100, "best_day": "Monday"}


def test_the_macro_outlook_is_the_type_of_the_regime_if_there_is_one() -> None:
    assert generator().generate_daily_plan("SPY", market())["regime"]["macro_outlook"] == "Neutral"
    plan = generator(sources=Sources(regime={"type": "Risk-on"})).generate_daily_plan("SPY", market())
    assert plan["regime"]["macro_outlook"] == "Risk-on"
    assert plan["personal_stats"] == {"total_trades": 3}


@pytest.mark.parametrize(
    ("day", "hour", "label"),
    [
        ("Monday", 8, "PREPARE"),
        ("Monday", 9, "READY"),
        ("Monday", 10, "EXECUTE"),
        ("Monday", 11, "EXECUTE"),
        ("Wednesday", 13, "PATIENCE"),
        ("Monday", 14, "ACTIVE TRADING HOURS"),
        ("Monday", 15, "POWER HOUR"),
        ("Monday", 16, "REVIEW"),
        ("Wednesday", 14, "EXIT MODE"),
        ("Wednesday", 23, "EXIT MODE"),
        ("wednesday", 15, "POWER HOUR"),
    ],
)
def test_the_hour_decides_what_to_do_now(day: str, hour: int, label: str) -> None:
    assert current_opportunity(hour, day, 0, 1, 1).split(" - ")[0] == label


def test_only_wednesday_has_a_mandatory_exit() -> None:
    exits = {day: intraday_schedule(day, 0, 1, 1, {})["3:00-4:00 PM"] for day in ("Tuesday", "Wednesday", "Sunday")}
    assert [day for day, text in exits.items() if text.startswith("MANDATORY EXIT")] == ["Wednesday"]


def test_monday_names_symbol_and_flip_in_the_entry_time() -> None:
    day = monday_trades(
        "QQQ", 500.0, 503.25, 505, 512.0, 510, 490.0, -2e9, BlackScholesPricer(), datetime(2025, 10, 13)
    )
    assert "QQQ" in day["trades"][0]["entry_time"]
    assert day["trades"][0]["entry_time"].endswith("$503.25")


@pytest.mark.parametrize(("net_gex", "quantity"), [(-1e9, "1-2"), (-1.0001e9, "3-5")])
def test_monday_trades_full_size_only_below_minus_one_billion(net_gex: float, quantity: str) -> None:
    day = monday_trades("SPY", 590, 591, 590, 600, 600, 580, net_gex, NoPrices(), datetime(2025, 10, 13))
    assert day["trades"][0]["quantity"].startswith(quantity)
    assert day["trades"][0]["expiration"] == "10/17 (5 DTE)"


@given(prices, st.floats(1.0, 1.1), st.floats(0.9, 1.0))
def test_a_condor_wins_and_loses_its_width_together(spot: float, up: float, down: float) -> None:
    call, put = floor_to_five(spot * up), floor_to_five(spot * down)
    (trade,) = thursday_trades("SPY", spot, call, put, BlackScholesPricer(), datetime(2025, 10, 16))["trades"]
    gain, loss = (int(trade[key].split()[0].removeprefix("$")) for key in ("max_profit", "max_loss"))
    assert abs(gain + loss - 1000) <= 1  # each is rounded to the dollar


def test_the_condor_has_a_credit_even_without_prices() -> None:
    (trade,) = thursday_trades("SPY", 590, 600, 580, NoPrices(), datetime(2025, 10, 16))["trades"]
    assert trade["credit_received"].startswith("$0.64 ")
    assert trade["breakevens"] == "$579.36 and $600.64"


def test_a_missing_price_falls_back() -> None:
    assert premium(NoPrices(), 590, 590, 5, fallback=2.5) == 2.5
    assert premium(BlackScholesPricer(), 590, 0, 5, fallback=2.5) == 2.5
    assert premium(BlackScholesPricer(), 590, 590, 5, fallback=2.5) == pytest.approx(5.69, abs=0.05)


@pytest.mark.parametrize(
    ("week", "opex", "strategy"),
    [
        (1, False, "STANDARD DIRECTIONAL WEEK"),
        (2, False, "CPI WEEK - WAIT FOR DATA"),
        (2, True, "CPI WEEK - WAIT FOR DATA"),
        (3, True, "🚨 OPEX GAMMA SQUEEZE - 2X SIZE"),
        (4, True, "🚨 OPEX GAMMA SQUEEZE - 2X SIZE"),
        (4, False, "FOMC WEEK - SIT OUT"),
        (5, False, "STANDARD DIRECTIONAL WEEK"),
    ],
)
def test_the_week_decides_the_key_trade(week: int, opex: bool, strategy: str) -> None:
    trade = key_weekly_trade("SPY", 590, 592, 600, 580, 0, week, opex, pricer=NoPrices())
    assert trade["strategy"] == strategy


def test_the_expiration_week_yields_to_its_key_trade() -> None:
    october = datetime(2025, 10, 15, 12, tzinfo=NEW_YORK)  # starts on a Wednesday: expiration falls into the CPI week
    week = generator(october).generate_monthly_plan("SPY", market())["weeks"]["Week 2 (OPEX WEEK)"]
    assert week["key_trade"]["strategy"] == "CPI WEEK - WAIT FOR DATA"
    assert "the key trade has priority" in week["focus"]


def test_primary_setup_reads_the_new_york_hour_on_wednesday() -> None:
    before = generator(datetime(2025, 10, 15, 14, 59, tzinfo=NEW_YORK))
    after = generator(datetime(2025, 10, 15, 14, 0, tzinfo=CENTRAL))
    assert not before._determine_primary_setup("Wednesday", 0, 1, 1).startswith("NO NEW TRADES")
    assert after._determine_primary_setup("Wednesday", 0, 1, 1).startswith("NO NEW TRADES")
