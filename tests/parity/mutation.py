"""Would the recorded cases notice a wrong number? Change one thing at a time in the engines and see what fails.

`python -m tests.parity.mutation --sample 300 --seed 1 [module ...]` changes constants, comparisons, signs and
connectives, one per run, and runs the recorded cases that pass through the changed line, then the tests of the module.
A change that nothing notices is printed. Exit status 1 when less than `--least` percent were noticed.
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.util
import os
import random
import re
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from rich.console import Console

from tests.parity.cases import Document, documents, vectors_directory

ENGINES = Path(__file__).parents[2] / "legacy_engines"
ROOT = ENGINES.parent
UNIT_TESTS = ROOT / "tests" / "legacy_engines"
SECONDS_PER_CHANGE = 60
MODULES_WITHOUT_NUMBERS = {"ports.py", "storage.py"}

SWAPPED: dict[type[ast.AST], Any] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.USub: ast.UAdd,
}


@dataclass(frozen=True)
class Change:
    """One changed place: the n-th changeable node of a file."""

    path: Path
    index: int
    line: int
    what: str


def changeable(tree: ast.AST) -> Iterator[tuple[ast.AST, int, str]]:
    """Yield the node to change, its line and what it will become, in a stable order."""
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield node, line, f"{node.value!r} -> {_other(node.value)!r}"
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
            yield node, line, f"{type(node.ops[0]).__name__} -> {SWAPPED[type(node.ops[0])].__name__}"
        elif isinstance(node, (ast.BinOp, ast.BoolOp, ast.UnaryOp)) and type(node.op) in SWAPPED:
            yield node, line, f"{type(node.op).__name__} -> {SWAPPED[type(node.op)].__name__}"


def changed(source: str, index: int) -> ast.Module:
    """Return the module with its `index`-th changeable place changed."""
    tree = ast.parse(source)
    node = list(changeable(tree))[index][0]
    if isinstance(node, ast.Constant):
        node.value = _other(node.value)
    elif isinstance(node, ast.Compare):
        node.ops[0] = SWAPPED[type(node.ops[0])]()
    elif isinstance(node, (ast.BinOp, ast.BoolOp, ast.UnaryOp)):
        node.op = SWAPPED[type(node.op)]()
    return ast.fix_missing_locations(tree)


def _other(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    return value * 1.01 + (0.01 if value == 0 else 0) if isinstance(value, float) else value


class ChangedModule(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves one module of the engines in its changed form."""

    def __init__(self, path: Path, tree: ast.Module) -> None:
        parts = path.relative_to(ROOT).with_suffix("").parts
        self.is_package = parts[-1] == "__init__"
        self.name = ".".join(parts[:-1] if self.is_package else parts)
        self.path, self.tree = path, tree

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=str(self.path), is_package=self.is_package)

    def exec_module(self, module: ModuleType) -> None:
        if self.is_package:
            module.__path__ = [str(self.path.parent)]
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)  # noqa: S102 - our own source, changed


def lines_by_document(recorded: Sequence[Document]) -> dict[str, tuple[float, set[tuple[str, int]]]]:
    """Return for each document the seconds it takes and the lines of the engines it runs, measured in a child."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _trace(recorded, writer)
    os.close(writer)
    found: dict[str, tuple[float, set[tuple[str, int]]]] = {}
    with os.fdopen(reader) as pipe:
        for row in pipe:
            name, seconds, *places = row.rstrip("\n").split("\t")
            pairs = (place.rsplit(":", 1) for place in places if place)
            found[name] = (float(seconds), {(path, int(line)) for path, line in pairs})
    os.waitpid(child, 0)
    return found


def _trace(recorded: Sequence[Document], writer: int) -> None:
    from tests.parity.bindings import outcome

    prefix = str(ENGINES) + os.sep
    with os.fdopen(writer, "w") as pipe:
        for document in recorded:
            seen: set[tuple[str, int]] = set()

            def in_engine(frame, event, argument, seen=seen):  # type: ignore[no-untyped-def]
                if event == "line":
                    seen.add((frame.f_code.co_filename, frame.f_lineno))
                return in_engine

            def on_call(frame, event, argument, in_engine=in_engine):  # type: ignore[no-untyped-def]
                return in_engine if frame.f_code.co_filename.startswith(prefix) else None

            begun = time.perf_counter()
            sys.settrace(on_call)
            outcome(document)
            sys.settrace(None)
            places = "\t".join(f"{path}:{line}" for path, line in sorted(seen))
            pipe.write(f"{document.name}\t{time.perf_counter() - begun:.4f}\t{places}\n")
    os._exit(0)


def is_noticed(change: Change, relevant: Sequence[Document]) -> bool:
    """Return whether a recorded case or a test of the changed module fails (or never ends), in a child process."""
    child = os.fork()
    if child == 0:
        sys.meta_path.insert(0, ChangedModule(change.path, changed(change.path.read_text("utf-8"), change.index)))
        signal.alarm(SECONDS_PER_CHANGE)
        try:
            from tests.parity.bindings import outcome

            noticed = any(outcome(document).failures for document in relevant) or fails_a_test(change)
        except BaseException:  # noqa: BLE001 - a module that no longer loads is noticed
            noticed = True
        os._exit(1 if noticed else 0)
    _, status = os.waitpid(child, 0)
    return status != 0


def fails_a_test(change: Change) -> bool:
    """Return whether a test file that imports the changed module, or its package, fails."""
    dotted = ".".join(change.path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    package, _, module = dotted.rpartition(".")
    wanted = re.compile(rf"from {re.escape(dotted)}\b|from {re.escape(package)} import .*\b{module}\b")
    if package != "legacy_engines":
        wanted = re.compile(rf"{wanted.pattern}|from {re.escape(package)} import")
    files = [str(path) for path in sorted(UNIT_TESTS.glob("test_*.py")) if wanted.search(path.read_text("utf-8"))]
    if not files:
        return False
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 - until this child ends
    options = [
        "-qx",
        "--noconftest",
        "-o",
        "addopts=",
        "-p",
        "no:django",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
    ]
    return pytest.main([*options, *files]) == pytest.ExitCode.TESTS_FAILED


def by_nearness(reached: dict[str, tuple[float, set[tuple[str, int]]]], change: Change) -> tuple[list[str], list[str]]:
    """Return the documents that run the changed line, quickest first, and all others, those that use the file first.

    The others matter for constants of a module: these are read when it is imported, not when a case runs.
    """
    place = (str(change.path), change.line)
    on_line = sorted((seconds, name) for name, (seconds, lines) in reached.items() if place in lines)
    elsewhere = sorted(
        (all(path != place[0] for path, _ in lines), seconds, name)
        for name, (seconds, lines) in reached.items()
        if place not in lines
    )
    return [name for _, name in on_line], [name for *_, name in elsewhere]


def all_changes(names: Sequence[str]) -> list[Change]:
    """Return every possible change in the named engine files (all of them when none is named)."""
    found = []
    for path in sorted(ENGINES.rglob("*.py")):
        if path.name in MODULES_WITHOUT_NUMBERS or (names and not any(name in str(path) for name in names)):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        found += [Change(path, i, line, what) for i, (_, line, what) in enumerate(changeable(tree))]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", help="parts of file names; all engines when left out")
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, default=90.0, help="percent that must be noticed")
    options = parser.parse_args()
    import pandas, plotly.graph_objects, scipy.stats  # noqa: E401, F401, I001 - loaded once, before the children split off

    console = Console(highlight=False)
    recorded = list(documents(vectors_directory()))
    by_name = {document.name: document for document in recorded}
    reached = lines_by_document(recorded)
    changes = all_changes(options.modules)
    drawn = random.Random(options.seed).sample(changes, min(options.sample, len(changes)))
    survived: list[Change] = []
    unreached: list[Change] = []
    for change in drawn:
        on_line, elsewhere = by_nearness(reached, change)
        if not is_noticed(change, [by_name[name] for name in on_line or elsewhere]):
            (survived if on_line else unreached).append(change)
    for title, some in (("noticed by nothing", survived), ("on no recorded path", unreached)):
        for change in sorted(some, key=lambda each: (str(each.path), each.line)):
            console.print(f"{title}: {change.path.relative_to(ROOT)}:{change.line} {change.what}", markup=False)
    noticed = len(drawn) - len(survived) - len(unreached)
    share = 100 * noticed / len(drawn)
    console.print(
        f"{noticed} of {len(drawn)} changes noticed ({share:.1f} %), out of {len(changes)} possible; "
        f"{len(survived)} ran unnoticed, {len(unreached)} lie on lines no case runs or in constants no case needs."
    )
    return int(share < options.least)


if __name__ == "__main__":
    sys.exit(main())
