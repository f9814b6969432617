"""The result table of all recorded cases."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from tests.parity.binding import Outcome
from tests.parity.bindings import outcome
from tests.parity.cases import documents, vectors_directory


def main(arguments: Sequence[str]) -> int:
    """Run every case, print the table and what failed; `-v` lists deviations and shell too. Return 1 on a failure."""
    console = Console()
    directory = vectors_directory()
    started = time.perf_counter()
    outcomes = [outcome(document) for document in documents(directory)]
    if not outcomes:
        console.print(f"No recorded cases in {directory}. Set ALPHAGEX_PARITY_VECTORS to a directory that has them.")
        return 1
    for each in outcomes:
        for failure in each.failures:
            console.print(f"[red]{each.document.name}[/] {failure}", highlight=False)
        if "-v" in arguments:
            for deviation in each.deviations:
                console.print(f"deviation {each.document.name} {deviation}", highlight=False, markup=False)
            if each.shell:
                console.print(f"shell {each.document.name}: {each.shell}", highlight=False, markup=False)
    console.print(table(outcomes, f"{directory.name}, {time.perf_counter() - started:.1f} s"))
    return int(any(each.failures for each in outcomes))


def table(outcomes: Sequence[Outcome], title: str) -> Table:
    """Return one line per area and a total: files, shell files, cases, passed, failed, deviations."""
    columns = ("files", "shell", "cases", "passed", "failed", "deviations")
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * len(columns))
    for each in outcomes:
        cases = 0 if each.shell else len(each.document.cases)
        row = (1, int(bool(each.shell)), cases, each.passed, len(each.failures), len(each.deviations))
        for area in (each.document.area, "total"):
            sums[area] = [one + other for one, other in zip(sums[area], row, strict=True)]
    sums["total"] = sums.pop("total")
    result = Table("area", *columns, title=title)
    for area, figures in sums.items():
        result.add_row(area, *(str(figure) for figure in figures))
    return result
