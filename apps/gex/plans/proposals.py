"""The trades of the plans as ideas to hand over, found again in the plan as it stands now."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from alphagex import clock
from apps.gex.plans.calendar_notes import monday_of, week_mondays
from apps.gex.plans.calendar_plans import can_be_traded, monthly_reference, weekly_reference
from apps.gex.plans.daily import reference_of
from apps.gex.plans.wording import shown
from apps.gex.plans.writing import Period, WrittenPlan, write_plan
from apps.ideas.idea import Idea, Leg
from apps.ideas.sources import IdeaGoneError
from apps.market.blocks import NotReadyError
from legacy_engines.plans.calendar_markdown import WEEKDAYS

SOURCE = "plans"
_NUMBER = re.compile(r"\d+")
_EXPIRY = re.compile(r"^(\d\d)/(\d\d) ")


def find(symbol: str, reference: str, at: datetime) -> Idea:
    """Return a plan's trade as it stands at `at`. Raises IdeaGoneError when the plan does not hold it any more."""
    period = reference.partition("-")[0]
    if period not in set(Period):
        raise IdeaGoneError(f"No plan of {symbol} has {reference[:40]!r}.")
    try:
        written = write_plan(Period(period), symbol, at)
    except NotReadyError as error:
        raise IdeaGoneError(error.text) from error
    for name, idea in _ideas(written):
        if name == reference:
            return idea
    raise IdeaGoneError(f"The {period} plan of {symbol} does not hold this trade any more: the market moved on.")


def _ideas(written: WrittenPlan) -> Iterator[tuple[str, Idea]]:
    match written.period:
        case Period.DAILY:
            for setup in written.plan["exact_trades"]:
                yield reference_of(setup), _setup(written, setup)
        case Period.WEEKLY:
            yield from _weekly(written)
        case Period.MONTHLY:
            yield from _monthly(written)


def _setup(written: WrittenPlan, setup: Mapping[str, Any]) -> Idea:
    regime = written.plan["regime"]
    return Idea(
        symbol=written.symbol,
        strategy=shown(setup["strategy"]),
        origin=f"Daily plan, {written.plan['day']}",
        as_of=written.snapshot.as_of,
        spot=written.spot,
        action=setup["action"],
        entry=setup["entry"],
        target=setup.get("target_1") or setup.get("max_profit") or setup.get("profit_target", ""),
        stop=setup.get("stop", ""),
        max_risk=setup.get("max_risk", ""),
        size=setup["size"],
        confidence=float(setup["confidence"]),
        reasoning=setup["reasoning"],
        dealers=regime["mm_behavior"],
        legs=_setup_legs(setup),
        details=dict(setup),
    )


def _setup_legs(setup: Mapping[str, Any]) -> tuple[Leg, ...]:
    """Return the contracts of a setup. The plan gives days to expiration, not a date; a calendar needs two dates."""
    strikes = [float(number) for number in _NUMBER.findall(setup["strikes"])]
    match setup["action"].split():
        case ["BUY", *_] | ["ADD", *_]:
            return (Leg(quantity=1, option_type="call", strike=strikes[0]),)
        case ["SELL", "IRON", "CONDOR"]:
            return _condor(*strikes, expiration=None)
        case ["SELL", "CALL", "SPREAD"]:
            sold, bought = strikes
            return (
                Leg(quantity=-1, option_type="call", strike=sold),
                Leg(quantity=1, option_type="call", strike=bought),
            )
        case ["SELL", "PUT", "SPREAD"]:
            sold, bought = strikes
            return (
                Leg(quantity=-1, option_type="put", strike=sold),
                Leg(quantity=1, option_type="put", strike=bought),
            )
    return ()


def _weekly(written: WrittenPlan) -> Iterator[tuple[str, Idea]]:
    monday = monday_of(written.day)
    for place, name in enumerate(WEEKDAYS):
        on = monday + timedelta(days=place)
        for trade in written.plan["days"][name]["trades"]:
            reference = weekly_reference(name, trade)
            if reference and can_be_traded(on, written.day):
                yield reference, _trade(written, name, trade, on)


def _trade(written: WrittenPlan, name: str, trade: Mapping[str, Any], on: date) -> Idea:
    expiration = _expiration(trade["expiration"], after=on)
    condor = [float(number) for key in ("call_spread", "put_spread") for number in _NUMBER.findall(trade.get(key, ""))]
    return Idea(
        symbol=written.symbol,
        strategy=shown(trade["action"]),
        origin=f"Weekly plan, {name}",
        as_of=written.snapshot.as_of,
        spot=written.spot,
        action=trade["action"],
        entry=", ".join(trade[key] for key in ("entry_price", "credit_received", "entry_time") if key in trade),
        target=trade.get("target_1") or trade.get("max_profit", ""),
        stop=trade.get("hard_stop", ""),
        max_risk=trade.get("max_risk") or trade.get("max_loss", ""),
        size=trade["quantity"],
        expiration=expiration,
        reasoning=written.plan["days"][name]["market_setup"],
        legs=_condor(*condor, expiration=expiration) if condor else (_call(trade["strike"], expiration),),
        details=dict(trade),
    )


def _monthly(written: WrittenPlan) -> Iterator[tuple[str, Idea]]:
    weeks = zip(written.plan["weeks"].items(), week_mondays(written.day), strict=True)
    for number, ((name, week), monday) in enumerate(weeks, start=1):
        trade, friday = week["key_trade"], monday + timedelta(days=4)
        reference = monthly_reference(number, trade)
        if not reference or friday < written.day:
            continue
        expiration = _listed(friday)
        yield (
            reference,
            Idea(
                symbol=written.symbol,
                strategy=shown(trade["strategy"]),
                origin=f"Monthly plan, {name}",
                as_of=written.snapshot.as_of,
                spot=written.spot,
                action=trade["monday_trade"],
                entry=trade["entry"],
                target=trade["target"],
                stop=trade["stop"],
                size=trade["quantity"],
                expiration=expiration,
                reasoning=trade.get("reasoning") or week["focus"],
                legs=(_call(trade["strike"], expiration),),
                details=dict(trade),
            ),
        )


def _condor(
    short_call: float, long_call: float, short_put: float, long_put: float, *, expiration: date | None
) -> tuple[Leg, ...]:
    return (
        Leg(quantity=-1, option_type="call", strike=short_call, expiration=expiration),
        Leg(quantity=1, option_type="call", strike=long_call, expiration=expiration),
        Leg(quantity=-1, option_type="put", strike=short_put, expiration=expiration),
        Leg(quantity=1, option_type="put", strike=long_put, expiration=expiration),
    )


def _call(strike: str, expiration: date | None) -> Leg:
    """Return the long call of "$4500" or, where the plan leaves a choice ("$4500 or $4505"), the first."""
    return Leg(quantity=1, option_type="call", strike=float(_NUMBER.findall(strike)[0]), expiration=expiration)


def _expiration(text: str, *, after: date) -> date | None:
    """Return the day of "11/20 (5 DTE)", the first such after `after`; None where the text names no day."""
    found = _EXPIRY.match(text)
    if found is None:
        return None
    day = date(after.year, int(found[1]), int(found[2]))
    return _listed(day if day >= after else day.replace(year=after.year + 1))


def _listed(day: date) -> date | None:
    """Return the date if options can expire on it; None on a holiday, where the plan's date is no expiration."""
    return day if clock.session_on(day) else None
