"""How numbers and times read on every page: signs, digits, units and colour are decided here, once.

Minus is U+2212 and stands before the dollar. A value that is missing (None, NaN, infinite) reads "unknown": templates
that can say why say so instead. Where a filter takes digits, they are the digits after the point.
"""

import math
from datetime import datetime
from decimal import Decimal
from typing import Literal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from alphagex import clock

register = template.Library()

Number = float | int | Decimal | None
Moment = datetime | str | None  # a string is ISO 8601 with its zone: what caches and messages hold

MINUS = "\u2212"
THIN = "\u202f"  # narrow no-break space, between a number and its unit
MISSING = "unknown"
SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "mn"), (1e3, "k"))


def _known(value: Number) -> bool:
    return value is not None and math.isfinite(value)


def _format(value: Number, digits: int, *, plus: bool = False, prefix: str = "", suffix: str = "") -> str:
    """Return `value` with separators and its sign before `prefix`. What rounds to zero carries no sign."""
    if value is None or not math.isfinite(value):
        return MISSING
    text = f"{abs(value):,.{digits}f}"
    sign = ""
    if any(character in "123456789" for character in text):
        sign = MINUS if value < 0 else "+" if plus else ""
    return f"{sign}{prefix}{text}{suffix}"


@register.filter
def usd(value: Number, digits: int = 2) -> str:
    """$1,234.50, −$1,234.50."""
    return _format(value, digits, prefix="$")


@register.filter
def signed_usd(value: Number, digits: int = 2) -> str:
    """+$842.50, −$842.50."""
    return _format(value, digits, plus=True, prefix="$")


def _compact(value: Number, digits: int, *, plus: bool) -> str:
    if value is None or not math.isfinite(value):
        return MISSING
    for scale, unit in SCALES:
        if round(abs(float(value)) / scale, digits) >= 1:
            return _format(float(value) / scale, digits, plus=plus, suffix=f"{THIN}{unit}")
    return _format(value, 0, plus=plus)


@register.filter
def usd_compact(value: Number, digits: int = 2) -> str:
    """+16.10 bn, −850.00 mn: signed US dollars in the largest unit that leaves at least 1. The label says "$"."""
    return _compact(value, digits, plus=True)


@register.filter
def usd_size(value: Number, digits: int = 2) -> str:
    """376.78 bn: like usd_compact for what has no direction (gross, open interest)."""
    return _compact(value, digits, plus=False)


@register.filter
def bn(value: Number, digits: int = 2) -> str:
    """+16.10: US dollars in billions, signed, for columns whose head says bn."""
    return _format(None if value is None else float(value) / 1e9, digits, plus=True)


@register.filter
def small_unit(text: str) -> SafeString:
    """Set the unit of "+16.10 bn" small and grey."""
    number, space, unit = text.rpartition(THIN)
    if not space:
        return format_html("{}", text)
    return format_html('{}<span class="unit">{}{}</span>', number, space, unit)


@register.filter
def points(value: Number, digits: int = 2) -> str:
    """4,494.30: a price or level in points."""
    return _format(value, digits)


@register.filter
def signed(value: Number, digits: int = 2) -> str:
    """+19.90, −10.80: a distance or a change in points."""
    return _format(value, digits, plus=True)


@register.filter
def strike(value: Number) -> str:
    """4,500 or 502.5: a strike, without digits it does not need."""
    if value is None or not math.isfinite(value):
        return MISSING
    whole, point, fraction = _format(value, 3).partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}{point}{fraction}" if fraction else whole


@register.filter
def count(value: Number) -> str:
    """12,345: how many of something."""
    return _format(value, 0)


@register.filter
def percent(fraction: Number, digits: int = 1) -> str:
    """0.043 -> 4.3 %."""
    return _format(None if fraction is None else float(fraction) * 100, digits, suffix=f"{THIN}%")


@register.filter
def signed_percent(fraction: Number, digits: int = 2) -> str:
    """0.0084 -> +0.84 %."""
    return _format(None if fraction is None else float(fraction) * 100, digits, plus=True, suffix=f"{THIN}%")


@register.filter
def signed_class(value: Number) -> Literal["gain", "loss", "flat"]:
    """The class that colours a signed number. It always stands beside a sign or a word, never alone."""
    if value is None or not _known(value) or value == 0:
        return "flat"
    return "gain" if value > 0 else "loss"


def _moment(value: datetime | str) -> datetime:
    return clock.in_new_york(datetime.fromisoformat(value) if isinstance(value, str) else value)


ET_FORMS = {
    "time": "%H:%M",
    "seconds": "%H:%M:%S",
    "day": "%a %-d %b",
    "date": "%-d %b %Y",
    "full": "%a %-d %b %Y %H:%M ET",
}


@register.filter
def et(moment: Moment, form: str = "time") -> str:
    """A moment in New York: time 16:31, seconds 16:31:08, day Fri 15 Sep, date 15 Sep 2023, full with all and ET."""
    if not moment:
        return MISSING
    if form not in ET_FORMS:
        raise template.TemplateSyntaxError(f"et knows {', '.join(ET_FORMS)}, was given {form!r}")
    return _moment(moment).strftime(ET_FORMS[form])


@register.filter
def iso(moment: Moment) -> str:
    """ISO 8601 in UTC, for data attributes and <time datetime>. Empty where there is no moment."""
    return clock.utc_iso(_moment(moment)) if moment else ""


@register.filter
def age(moment: Moment, now: Moment = None) -> str:
    """2 s, 7 min, 3 h, 5 d: how long ago `moment` was at `now` (the present when left out). The future reads 0 s."""
    if not moment:
        return MISSING
    seconds = max(0, int((_moment(now or clock.now()) - _moment(moment)).total_seconds()))
    for length, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds // length}{THIN}{unit}"
    return f"{seconds}{THIN}s"
