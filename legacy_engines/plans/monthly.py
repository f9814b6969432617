"""The monthly plan: four weeks around option expiration, the key trade of each, targets and dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from legacy_engines.plans.levels import Levels, billions, condor_at_walls, dollars, nearest_five
from legacy_engines.plans.premium import Pricer, premium
from legacy_engines.plans.regime import regime_from_gex

OPEX_VOLATILITY = 0.25
MONDAY, FRIDAY = 0, 4
CPI_WEEK, FOMC_WEEK = 2, 4
TARGETS = {
    "Week 1": "+8-12% on directional risk",
    "Week 2": "+5-10%, mostly after the data",
    "Week 3 (OPEX)": "+10-15%, the week with size",
    "Week 4": "0%, capital preservation",
    "Total": "+23-37% for the month if all of it works",
}


def monthly_plan(symbol: str, market_data: Mapping[str, Any], *, today: datetime, pricer: Pricer) -> dict[str, Any]:
    """Return the plan of the month `today` lies in. Spot zero with a flip is a ZeroDivisionError."""
    at = Levels.of(market_data)
    regime_from_gex(at.net_gex, at.spot, at.flip, at.call_wall, at.put_wall)  # refuses levels no plan can be made of
    opex = third_friday(today)
    return {
        "symbol": symbol,
        "month": today.strftime("%B %Y"),
        "current_price": dollars(at.spot),
        "net_gex": billions(at.net_gex),
        "opex_date": opex.strftime("%B %d, %Y"),
        "weeks": dict(_week(symbol, at, number, today, opex, pricer) for number in range(1, 5)),
        "key_dates": key_dates(symbol, opex),
        "monthly_targets": dict(TARGETS),
    }


def first_weekday(day: datetime, weekday: int) -> datetime:
    """Return the first day of that month with the weekday, Monday being 0."""
    first = day.replace(day=1)
    return first + timedelta(days=(weekday - first.weekday()) % 7)


def third_friday(day: datetime) -> datetime:
    return first_weekday(day, FRIDAY) + timedelta(days=14)


def _week(
    symbol: str, at: Levels, number: int, today: datetime, opex: datetime, pricer: Pricer
) -> tuple[str, dict[str, Any]]:
    """Return a week's key and content.

    Deliberate (plans Q6): weeks count from the first Monday, so in months that start Tuesday to Friday expiration
    falls into week 2, where the CPI trade wins. Levels are assumed to drift apart a little every week.
    """
    monday = first_weekday(today, MONDAY) + timedelta(days=7 * (number - 1))
    is_opex = monday.date() <= opex.date() <= (monday + timedelta(days=6)).date()
    drift = number - 1
    trade = key_weekly_trade(
        symbol,
        at.spot + drift * 0.5,
        at.flip + drift * 0.5,
        at.call_wall + drift,
        at.put_wall - drift,
        at.net_gex,
        number,
        is_opex,
        pricer=pricer,
    )
    friday = monday + timedelta(days=4)
    week = {
        "dates": f"{monday.strftime('%m/%d')} - {friday.strftime('%m/%d')}",
        "focus": (
            "Expiration pins and releases price: be out of directionals by Wednesday noon; the key trade has priority"
            if is_opex
            else "Directionals early in the week, premium selling from Thursday, unless the key trade says otherwise"
        ),
        "key_trade": trade,
    }
    return f"Week {number}{' (OPEX WEEK)' if is_opex else ''}", week


def key_weekly_trade(
    symbol: str,
    spot: float,
    flip: float,
    call_wall: float,
    put_wall: float,
    net_gex: float,
    week_num: int,
    is_opex: bool,
    *,
    pricer: Pricer,
) -> dict[str, Any]:
    """Return the one trade that matters in a week. CPI and FOMC weeks are assumed by number, not looked up."""
    flip_strike = nearest_five(flip)
    if week_num == CPI_WEEK:
        return _cpi_trade(flip_strike)
    if is_opex:
        price = premium(pricer, spot, flip_strike, 5, fallback=3.00, volatility=OPEX_VOLATILITY)
        return _opex_trade(flip_strike, price, call_wall, put_wall)
    if week_num == FOMC_WEEK:
        return _fomc_trade()
    price = premium(pricer, spot, flip_strike, 5, fallback=2.50)
    return _standard_trade(flip_strike, price, flip, call_wall, put_wall)


def _cpi_trade(flip_strike: int) -> dict[str, Any]:
    return {
        "strategy": "CPI WEEK - WAIT FOR DATA",
        "action": "No trades on Tuesday and Wednesday morning until the number is out",
        "post_cpi_trade": f"Buy the {flip_strike} calls, 5 DTE, if price holds the flip after the release",
        "size": "1-2 contracts",
        "note": "Implied volatility can jump by 50% into the release and collapse right after it",
    }


def _opex_trade(flip_strike: int, price: float, call_wall: float, put_wall: float) -> dict[str, Any]:
    return {
        "strategy": "🚨 OPEX GAMMA SQUEEZE - 2X SIZE",
        "monday_trade": f"Buy the {flip_strike} calls at the open of the week",
        "strike": f"${flip_strike}",
        "expiration": "Friday of the same week",
        "quantity": "5-10 contracts, 2X the usual size",
        "entry": f"{dollars(price)} or better",
        "target": dollars(call_wall),
        "stop": dollars(put_wall),
        "reasoning": "Open interest is largest and gamma highest into expiration, so dealers hedge hardest this week",
        "wednesday_rule": "Out by 12:00 on Wednesday, not 3PM",
    }


def _fomc_trade() -> dict[str, Any]:
    return {
        "strategy": "FOMC WEEK - SIT OUT",
        "action": "NO DIRECTIONAL TRADES - the statement moves price further than any level holds",
        "alternative": "Condors 45 DTE with strikes far outside the walls",
        "note": "Keeping the month's profit is this week's trade",
    }


def _standard_trade(flip_strike: int, price: float, flip: float, call_wall: float, put_wall: float) -> dict[str, Any]:
    condor = condor_at_walls(call_wall, put_wall)
    return {
        "strategy": "STANDARD DIRECTIONAL WEEK",
        "monday_trade": f"Buy the {flip_strike} calls after the opening range",
        "strike": f"${flip_strike}",
        "expiration": "5 DTE",
        "quantity": "3-5 contracts",
        "entry": f"{dollars(price)} or better",
        "target": dollars(flip + 2),
        "stop": dollars(put_wall),
        "thursday_trade": (
            f"Sell the condor ${condor.short_put}/{condor.long_put} puts and "
            f"${condor.short_call}/{condor.long_call} calls, 21 DTE"
        ),
    }


def key_dates(symbol: str, opex: datetime) -> dict[str, str]:
    """Return the dates to know. Deliberate (plans Q6): only expiration is a real date."""
    return {
        "OPEX": f"{opex.strftime('%A, %B %d')}, 4:00 PM ET",
        "CPI": "Second Tuesday of the month, 8:30 AM CT",
        "PPI": "Second Wednesday of the month, 8:30 AM CT",
        "FOMC": "See the Federal Reserve calendar and stay flat until the statement is out",
        "Earnings": f"Check the next report of {symbol} and of its largest peers",
    }
