"""The table of a scan as it is looked at, and the best three above it."""

from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from alphagex import clock
from apps.market import kept
from apps.scanner import choosing
from apps.scanner.choosing import CONFIDENCES, STATUSES, Chosen
from apps.scanner.estimating import Pace
from apps.scanner.models import ScanResult, ScanRun
from apps.scanner.table import Card, Row, cards_of, rows_of

_KEPT_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One column's head. query: of the address its click leads to."""

    key: str
    label: str
    query: str
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """rows: those that fit, in the order asked for; hidden: how many do not. setups: what may be filtered by."""

    chosen: Chosen
    rows: list[Row]
    hidden: int
    cards: list[Card]
    heads: list[Head]
    setups: list[str]
    statuses: dict[str, str]
    confidences: tuple[int, ...]


def results_of(run: ScanRun, chosen: Chosen, pace: Pace, *, at: datetime) -> Results:
    """Return a scan's results as they are looked at."""
    results = list(ScanResult.objects.filter(run=run).order_by("place"))
    rows = rows_of(run, results, pace, at=at)
    by_key = {row.result.pk: row for row in rows}
    shown = choosing.ordered(choosing.narrowed([row.result for row in rows], chosen), chosen.order)
    return Results(
        chosen=chosen,
        rows=[by_key[one.pk] for one in shown],
        hidden=len(rows) - len(shown),
        cards=cards_of(rows),
        heads=[
            Head(key=key, label=label, query=chosen.sorted_by(key).query, direction=chosen.direction_of(key))
            for key, label in choosing.COLUMNS.items()
        ],
        setups=sorted({one.setup_type for one in results if one.setup_type}),
        statuses=STATUSES,
        confidences=CONFIDENCES,
    )


def results_html(run: ScanRun, chosen: Chosen, pace: Pace, *, at: datetime) -> SafeString:
    """Return them rendered. Those of a scan that is over change no more: its whole table is kept, in each order."""

    def render() -> str:
        return render_to_string("scanner/_results.html", {"results": results_of(run, chosen, pace, at=at)})

    if run.is_running or chosen.is_narrowed:
        return mark_safe(render())  # noqa: S308 - rendered by a template
    today = clock.in_new_york(at).date()
    name = f"scan:{run.pk}:{run.state}:{run.step}:{today}:{chosen.query}"
    return mark_safe(kept.kept(name, render, seconds=_KEPT_SECONDS))  # noqa: S308 - rendered by a template
