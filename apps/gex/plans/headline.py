"""The figures on top of each plan, from the levels it was written from."""

from apps.gex.figures import Figure
from apps.gex.plans.writing import WrittenPlan
from apps.market.templatetags.numbers import THIN, points, signed_class, signed_percent, strike, usd_compact
from legacy_engines.plans.levels import percent_from

_LEVELS = (
    ("flip_point", "Flip", "warn"),
    ("call_wall", "Call wall", "gain"),
    ("put_wall", "Put wall", "loss"),
)


def price_and_gamma(written: WrittenPlan) -> list[Figure]:
    """Return price and net GEX."""
    net = written.market_data["net_gex"]
    value, _, unit = usd_compact(net).partition(THIN)
    return [
        Figure(key="price", label="Current price", value=points(written.spot), context=written.symbol),
        Figure(key="net", label="Net GEX", value=value, unit=unit, tone=signed_class(net), context="$ per 1 % move"),
    ]


def levels(written: WrittenPlan) -> list[Figure]:
    """Return flip and walls with their distance from spot, or why one is unknown."""
    return [_level(written, key, label, tone) for key, label, tone in _LEVELS]


def _level(written: WrittenPlan, key: str, label: str, tone: str) -> Figure:
    if key in written.unknown:
        return Figure(key=key, label=label, missing=f"Unknown: {written.unknown[key]}.")
    level = written.market_data[key]
    value = points(level) if key == "flip_point" else strike(level)
    distance = signed_percent(percent_from(level, written.spot) / 100)
    return Figure(key=key, label=label, value=value, tone=tone, context=distance)
