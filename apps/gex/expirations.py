"""By expiration: which settlement holds how much, and what is left once the next one is gone."""

from dataclasses import dataclass

from alphagex.clock import in_new_york
from apps.gex.scale import Scale, scale_for
from apps.gex.words import leaving_share, next_settlement
from apps.market.exposure.result import ExpirationExposure, Exposure, Totals, Wall
from apps.market.templatetags.numbers import percent, points, signed_class, strike

_NEXT = 6  # nearest settlements shown; the other rows go to those with most gamma
ROWS = 10
_HALF = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpirationRow:
    """One settlement, or what the rows leave out. Bars as in the ladder."""

    label: str
    settlement: str
    days: str
    net: str
    net_tone: str
    share: str
    put_x: str
    put_width: str
    call_width: str
    is_next: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterRow:
    label: str
    now: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expirations:
    """after_title: "After Fri 09:30 settlement"; after: rows, empty when nothing remains."""

    rows: list[ExpirationRow]
    unit: str
    count: int
    after_title: str
    after: list[AfterRow]
    after_note: str


def expirations(exposure: Exposure) -> Expirations:
    """Return the nearest and the largest settlements, and the figures after the next one."""
    rows = exposure.by_expiration
    later = sorted(range(_NEXT, len(rows)), key=lambda index: -rows[index].gross_gex)[: ROWS - _NEXT]
    shown = [*range(min(_NEXT, len(rows))), *sorted(later)]
    rest = [row for index, row in enumerate(rows) if index not in set(shown)]
    scale = scale_for(row.net_gex for row in rows)
    sides = [(rows[index].call_gex, rows[index].put_gex) for index in shown]
    most = max((size for calls, puts in sides for size in (calls, -puts)), default=0.0) or 1.0
    made = [_row(exposure, rows[index], scale, most, is_next=index == 0) for index in shown]
    if rest:
        made.append(_rest(exposure, rest, scale))
    moment = next_settlement(exposure)
    return Expirations(
        rows=made,
        unit=scale.unit,
        count=len(rows),
        after_title=f"After {moment:%a %H:%M} settlement" if moment else "After the next settlement",
        after=_after(exposure),
        after_note=_after_note(exposure),
    )


def short_label(exposure: Exposure, index: int) -> str:
    """Return "15 Sep", or "15 AM" where a date settles twice."""
    rows = exposure.by_expiration
    row = rows[index]
    twice = sum(other.expiration == row.expiration for other in rows) > 1
    if not twice:
        return f"{row.expiration:%-d %b}"
    near = row.expiration.month == in_new_york(exposure.as_of).month
    return f"{row.expiration:%-d} {row.settlement}" if near else f"{row.expiration:%-d %b} {row.settlement}"


def _row(exposure: Exposure, row: ExpirationExposure, scale: Scale, most: float, *, is_next: bool) -> ExpirationRow:
    days = (row.settles_at - exposure.as_of).total_seconds() / 86_400
    far = (row.expiration - in_new_york(exposure.as_of).date()).days > 300
    return _bars(
        exposure,
        row.call_gex,
        row.put_gex,
        scale,
        most,
        label=f"{row.expiration:%-d %b %y}" if far else f"{row.expiration:%-d %b}",
        settlement=row.settlement,
        days=points(max(days, 0.0), 1 if days < 2 else 0),
        is_next=is_next,
    )


def _rest(exposure: Exposure, rest: list[ExpirationExposure], scale: Scale) -> ExpirationRow:
    """Return the sum of what is not listed. Without bars: many settlements together would dwarf each listed one."""
    calls, puts = sum(row.call_gex for row in rest), sum(row.put_gex for row in rest)
    label = f"{len(rest)} more"
    return _bars(exposure, calls, puts, scale, None, label=label, settlement="", days="", is_next=False)


def _bars(
    exposure: Exposure,
    calls: float,
    puts: float,
    scale: Scale,
    most: float | None,
    *,
    label: str,
    settlement: str,
    days: str,
    is_next: bool,
) -> ExpirationRow:
    put_width, call_width = (-puts / most * _HALF, calls / most * _HALF) if most else (0.0, 0.0)
    return ExpirationRow(
        label=label,
        settlement=settlement,
        days=days,
        net=scale.signed(calls + puts),
        net_tone=signed_class(calls + puts),
        share=percent((calls - puts) / exposure.gross_gex) if exposure.gross_gex else "none",
        put_x=f"{_HALF - put_width:.1f}",
        put_width=f"{put_width:.1f}",
        call_width=f"{call_width:.1f}",
        is_next=is_next,
    )


def _after(exposure: Exposure) -> list[AfterRow]:
    after = exposure.after_next
    if after is None:
        return []
    scale = scale_for([exposure.gross_gex, after.gross_gex])
    scale = Scale(scale.divisor, scale.unit, 1 if scale.digits == 1 else 2)
    return [
        AfterRow(label=f"Gross, {scale.unit}", now=scale.size(exposure.gross_gex), after=scale.size(after.gross_gex)),
        AfterRow(label=f"Net, {scale.unit}", now=scale.signed(exposure.net_gex), after=scale.signed(after.net_gex)),
        AfterRow(label="Flip", now=_flip(exposure.flip_point), after=_flip(after.flip_point)),
        AfterRow(label="Call wall", now=_strike(exposure.call_wall), after=_strike(after.call_wall)),
        AfterRow(label="Put wall", now=_strike(exposure.put_wall), after=_strike(after.put_wall)),
    ]


def _after_note(exposure: Exposure) -> str:
    after: Totals | None = exposure.after_next
    if exposure.is_by_strike_only:
        return ""
    if after is None:
        return "Nothing remains open after the next settlement."
    return f"{percent(leaving_share(exposure) or 0.0, 0)} of gross gamma leaves with it."


def _flip(flip: float | None) -> str:
    return "none" if flip is None else points(flip)


def _strike(wall: Wall | None) -> str:
    return "none" if wall is None else strike(wall.strike)
