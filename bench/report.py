"""How benchmarks time and what they print: one row per promise, with its baseline and goal."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class BenchRow:
    """One measurement. value: in `unit`. ratio: value over the named baseline, timed in the same run.

    goal: as written ("<= 1.4 x"), None for rows that only inform. ok: whether it was met, None without a goal.
    """

    name: str
    value: float
    unit: str
    baseline: str | None = None
    ratio: float | None = None
    goal: str | None = None
    ok: bool | None = None


def cpu_ms(*jobs: Callable[[], object], rounds: int = 31, warm_up: int = 3) -> list[float]:
    """Return the median CPU milliseconds of each job (all threads of this process).

    The jobs take turns, so that a slow moment of the machine hits them alike and their ratios stay true; each runs
    once untimed before it is timed, so that it finds its own data in the caches and not its neighbour's.
    """
    taken: list[list[int]] = [[] for _ in jobs]
    for turn in range(warm_up + rounds):
        for job, samples in zip(jobs, taken, strict=True):
            job()
            begun = time.process_time_ns()
            job()
            if turn >= warm_up:
                samples.append(time.process_time_ns() - begun)
    return [median(samples) / 1e6 for samples in taken]


def print_table(rows: Sequence[BenchRow], title: str | None = None) -> None:
    """Print the rows as a table."""
    table = Table(title=title, title_justify="left")
    for heading in ("what", "median", "ratio", "to", "goal", "met"):
        table.add_column(heading, justify="right" if heading in ("median", "ratio") else "left")
    for row in rows:
        met = "" if row.ok is None else "[green]yes[/]" if row.ok else "[red]NO[/]"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        table.add_row(row.name, f"{row.value:,.2f} {row.unit}", ratio, row.baseline or "", row.goal or "", met)
    Console(width=110).print(table)
