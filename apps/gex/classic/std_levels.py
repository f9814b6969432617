"""One standard deviation of one and of seven sessions: now, at the session before, and what the movement says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.gex.classic.std_chart import figure_of
from apps.market.blocks import Block, NotReadyError
from apps.market.history import changes
from apps.market.history.changes import StdChanges
from apps.market.history.std import StdLevels
from apps.market.line_charts import encoded
from apps.market.models import Snapshot
from apps.market.notices import Badge, badge_of
from apps.market.sources.protocol import Kind
from apps.market.templatetags.numbers import MINUS, points, signed

_LEVELS = (
    ("std_7_pos", "+7σ"),
    ("std_1_pos", "+1σ"),
    ("spot_price", "Spot"),
    ("std_1_neg", f"{MINUS}1σ"),
    ("std_7_neg", f"{MINUS}7σ"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """change: with its arrow; empty without a session before. word: widened, narrowed or unchanged, of widths."""

    key: str
    label: str
    now: str
    before: str
    change: str
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StdLevelsView:
    """problem: why there is no session before, or empty; then there is no figure and nothing to interpret."""

    basis: str
    before_head: str
    rows: list[Row]
    interpretation: list[str]
    figure: str
    summary: str
    problem: str
    badge: Badge


def build(symbol: str, at: datetime) -> StdLevelsView:
    """Return the levels of both days. Raises NotReadyError where today's are not known."""
    snapshot = Snapshot.objects.of(symbol).first()
    found = changes.std_levels(symbol, at=at)
    if snapshot is None:
        raise NotReadyError("No levels yet", "The first ones come by themselves, and this part with them.")
    if found.current is None:
        raise NotReadyError("No standard deviation levels", found.problem)
    rows = [_level(name, label, found.current, found.previous) for name, label in _LEVELS]
    rows += [_width(days, found) for days in (1, 7)]
    before = f"{found.previous_day:%a %-d %b}" if found.previous_day else ""
    return StdLevelsView(
        basis=found.basis,
        before_head=before,
        rows=rows,
        interpretation=[line["text"] for line in found.changes.get("interpretation", ())],
        figure=encoded(figure_of(found.current, found.previous, day=before)) if found.previous else "",
        summary=f"Levels of {symbol} on {before} and now: {_in_words(rows)}" if found.previous else "",
        problem=found.problem,
        badge=badge_of(snapshot),
    )


def _level(name: str, label: str, now: StdLevels, before: StdLevels | None) -> Row:
    if before is None:
        return Row(key=name, label=label, now=points(now[name]), before="", change="")
    change = now[name] - before[name]
    return Row(key=name, label=label, now=points(now[name]), before=points(before[name]), change=_with_arrow(change))


def _width(days: int, found: StdChanges) -> Row:
    assert found.current is not None  # noqa: S101 (asked only with levels)
    now = _width_of(found.current, days)
    row: dict[str, Any] = {"key": f"width_{days}", "label": f"{days}σ width", "now": points(now)}
    if found.previous is None:
        return Row(**row, before="", change="")
    before = _width_of(found.previous, days)
    change = now - before
    word = "widened" if change > 0 else "narrowed" if change < 0 else "unchanged"
    return Row(**row, before=points(before), change=signed(change), word=word)


def _width_of(levels: StdLevels, days: int) -> float:
    return levels[f"std_{days}_pos"] - levels[f"std_{days}_neg"]


def _with_arrow(change: float) -> str:
    return f"{'↑' if change > 0 else '↓' if change < 0 else '→'} {signed(change)}"


def _in_words(rows: list[Row]) -> str:
    return ", ".join(f"{row.label} {row.before} to {row.now}" for row in rows[: len(_LEVELS)]) + "."


BLOCK = Block(
    key="std-levels",
    title="Standard deviation levels",
    template="gex/classic/std_levels.html",
    build=build,
    renews=("snapshot", Kind.LEVELS.value),
)
