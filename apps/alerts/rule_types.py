"""The kinds of rules: what they look at, when they hold, what may be typed, and how they read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from apps.alerts.models import Alert
from apps.market.templatetags.numbers import points, signed, usd

Comparison = Alert.Comparison
FiresOn = Alert.FiresOn


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """A threshold's input: unit, least, most, step, the value it starts with, and how it reads in a sentence."""

    unit: str
    least: Decimal
    most: Decimal
    step: Decimal
    first: Decimal | None
    reads: Callable[[Decimal], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition of a type. figure: what is compared; the rule's threshold unless `level` names a fixed one.

    sentence: with {what} for the subject and {level} for the threshold.
    """

    label: str
    figure: str
    comparison: Comparison
    sentence: str
    fires_on: FiresOn = FiresOn.STATE
    level: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleType:
    """subject: "symbol", "position" or "account". is_engines: the old program's rules judge it too and word it."""

    label: str
    hint: str
    conditions: Mapping[str, Condition]
    limits: Limits | None = None
    subject: str = "symbol"
    is_engines: bool = False


def _percent(value: Decimal) -> str:
    return f"{points(value, 1)}\u202f%"


def _billions(value: Decimal) -> str:
    return f"{signed(value)}\u202fbn"


ZERO = Decimal(0)
NEAR = Limits(
    unit="%", least=Decimal("0.1"), most=Decimal(5), step=Decimal("0.1"), first=Decimal("1.0"), reads=_percent
)
VOLATILITY = Limits(unit="%", least=Decimal(10), most=Decimal(100), step=Decimal(5), first=Decimal(50), reads=_percent)
PRICE = Limits(
    unit="points", least=Decimal("0.01"), most=Decimal(999_999), step=Decimal("0.01"), first=None, reads=points
)
NET_GEX = Limits(unit="$ bn", least=Decimal(-999), most=Decimal(999), step=Decimal("0.1"), first=ZERO, reads=_billions)
SHARE = Limits(unit="%", least=Decimal(1), most=Decimal(100), step=Decimal(1), first=Decimal(60), reads=_percent)
PNL = Limits(
    unit="$", least=Decimal(-9_999_999), most=Decimal(9_999_999), step=Decimal(1), first=Decimal(-500), reads=usd
)


def _both_ways(figure: str, what: str) -> dict[str, Condition]:
    """Return the conditions of a figure with a level: reached from below, from above, or either way."""
    return {
        "above": Condition(
            label="At or above", figure=figure, comparison=Comparison.AT_LEAST, sentence=what + " at or above {level}"
        ),
        "below": Condition(
            label="At or below", figure=figure, comparison=Comparison.AT_MOST, sentence=what + " at or below {level}"
        ),
        "crosses": Condition(
            label="Crosses, either way",
            figure=figure,
            comparison=Comparison.AT_LEAST,
            fires_on=FiresOn.EITHER,
            sentence=what + " crosses {level}",
        ),
    }


def _pnl(figure: str, what: str) -> dict[str, Condition]:
    return {name: one for name, one in _both_ways(figure, what).items() if name != "crosses"}


TYPES: Final[Mapping[str, RuleType]] = {
    "price": RuleType(
        label="Price",
        hint="Spot against a level.",
        limits=PRICE,
        conditions=_both_ways("spot", "{what}"),
    ),
    "flip_proximity": RuleType(
        label="Near the flip",
        hint="Spot comes this close to the flip.",
        limits=NEAR,
        is_engines=True,
        conditions={
            "within": Condition(
                label="Within",
                figure="flip_distance",
                comparison=Comparison.AT_MOST,
                sentence="{what} within {level} of the flip",
            )
        },
    ),
    "wall_break": RuleType(
        label="Wall reached or broken",
        hint="Spot is at the wall or beyond it.",
        is_engines=True,
        conditions={
            "call_wall": Condition(
                label="Call wall, from below",
                figure="over_call_wall",
                comparison=Comparison.AT_LEAST,
                level=ZERO,
                sentence="{what} at or above its call wall",
            ),
            "put_wall": Condition(
                label="Put wall, from above",
                figure="over_put_wall",
                comparison=Comparison.AT_MOST,
                level=ZERO,
                sentence="{what} at or below its put wall",
            ),
        },
    ),
    "wall_distance": RuleType(
        label="Near a wall",
        hint="Spot comes this close to the wall, from either side.",
        limits=NEAR,
        conditions={
            "call_wall": Condition(
                label="Call wall",
                figure="call_wall_distance",
                comparison=Comparison.AT_MOST,
                sentence="{what} within {level} of its call wall",
            ),
            "put_wall": Condition(
                label="Put wall",
                figure="put_wall_distance",
                comparison=Comparison.AT_MOST,
                sentence="{what} within {level} of its put wall",
            ),
        },
    ),
    "gex_regime": RuleType(
        label="GEX regime change",
        hint="Net GEX changes its sign. A regime that stands already does not fire.",
        is_engines=True,
        conditions={
            "flip_negative": Condition(
                label="Turns negative",
                figure="net_gex",
                comparison=Comparison.BELOW,
                fires_on=FiresOn.CHANGE,
                level=ZERO,
                sentence="{what} net GEX turns negative",
            ),
            "flip_positive": Condition(
                label="Turns positive",
                figure="net_gex",
                comparison=Comparison.ABOVE,
                fires_on=FiresOn.CHANGE,
                level=ZERO,
                sentence="{what} net GEX turns positive",
            ),
        },
    ),
    "net_gex": RuleType(
        label="Net GEX",
        hint="In billions of dollars per 1 % move.",
        limits=NET_GEX,
        conditions=_both_ways("net_gex", "{what} net GEX"),
    ),
    "iv_spike": RuleType(
        label="IV spike",
        hint="Implied volatility at the money, 30 days.",
        limits=VOLATILITY,
        is_engines=True,
        conditions={
            "above": Condition(
                label="Above",
                figure="iv",
                comparison=Comparison.ABOVE,
                sentence="{what} implied volatility above {level}",
            )
        },
    ),
    "gamma_cliff": RuleType(
        label="Gamma cliff",
        hint="The share of all gamma that one day's settlements take away.",
        limits=SHARE,
        conditions={
            "today": Condition(
                label="Expires today, at least",
                figure="expires_today",
                comparison=Comparison.AT_LEAST,
                sentence="{level} or more of {what}'s gamma expires today",
            ),
            "next": Condition(
                label="Expires next session, at least",
                figure="expires_next",
                comparison=Comparison.AT_LEAST,
                sentence="{level} or more of {what}'s gamma expires in the next session",
            ),
        },
    ),
    "gamma_week": RuleType(
        label="Gamma week",
        hint="The gamma engine's own warnings; by its rules, so there is nothing to set.",
        conditions={
            "daily_impact": Condition(
                label="Elevated or extreme day",
                figure="daily_impact",
                comparison=Comparison.AT_LEAST,
                level=Decimal(1),
                sentence="{what} has an elevated or extreme gamma expiration",
            ),
            "gamma_cliff": Condition(
                label="Cliff today or next session",
                figure="week_cliff",
                comparison=Comparison.AT_LEAST,
                level=Decimal(1),
                sentence="{what} has a gamma cliff today or in the next session",
            ),
            "weekly_decay": Condition(
                label="Week loses over 70 %",
                figure="weekly_decay",
                comparison=Comparison.AT_LEAST,
                level=Decimal(1),
                sentence="{what} loses over 70 % of its gamma this week",
            ),
        },
    ),
    "position_pnl": RuleType(
        label="P&L of a position",
        hint="Realized and open together, after commissions.",
        limits=PNL,
        subject="position",
        conditions=_pnl("pnl", "P&L of {what}"),
    ),
    "account_pnl": RuleType(
        label="Open P&L of an account",
        hint="All its open positions together.",
        limits=PNL,
        subject="account",
        conditions=_pnl("open_pnl", "Open P&L of {what}"),
    ),
    "account_day_pnl": RuleType(
        label="Account: closed today and open",
        hint="What was closed today, and all open positions: a daily limit.",
        limits=PNL,
        subject="account",
        conditions=_pnl("day_pnl", "P&L closed today and open of {what}"),
    ),
}

GROUPS: Final = (
    ("Levels", ("price", "flip_proximity", "wall_break", "wall_distance")),
    ("Gamma and volatility", ("gex_regime", "net_gex", "gamma_cliff", "gamma_week", "iv_spike")),
    ("P&L", ("position_pnl", "account_pnl", "account_day_pnl")),
)
