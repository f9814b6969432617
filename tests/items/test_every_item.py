"""The map from the old program's numbered items to tests names tests that are there, or gives the decision."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Of the pages that are there, what stands on every page, what had none, and the calculations.
NUMBERED = {
    "G": 21,
    "X": 17,
    "J": 15,
    "R": 42,
    "T": 23,
    "E": 25,
    "W": 31,
    "C": 29,
    "P": 16,
    "Z": 10,
    "M": 7,
    "L": 17,
    "A": 33,
    "S": 15,
}
MAPS = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith(("__", "test_")))


def items_of(name: str) -> dict[str, str]:
    found: dict[str, str] = import_module(f"tests.items.{name}").ITEMS
    return found


@pytest.mark.parametrize("name", MAPS)
def test_every_target_is_a_test_or_a_decision(name: str) -> None:
    for item, target in items_of(name).items():
        if target.startswith("decision: "):
            assert len(target) > len("decision: ") + 20, f"{item}: a decision says why"
            continue
        path, _, test = target.partition("::")
        tree = ast.parse((ROOT / path).read_text())
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert test.partition("[")[0] in names, f"{item}: {target}"


def test_no_numbered_item_is_missing() -> None:
    known = {item for name in MAPS for item in items_of(name)}
    wanted = {f"{letter}-{number}" for letter, last in NUMBERED.items() for number in range(1, last + 1)}
    assert sorted(wanted - known) == []
