"""The runner itself: it notices what differs, refuses what it does not know, and reads both forms of recordings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.parity.binding import Binding, run_document
from tests.parity.bindings import ENTRIES, outcome
from tests.parity.cases import OWN_VECTORS, Case, Document, documents, pack
from tests.parity.compare import differences
from tests.parity.report import main


def one_case(called: str, **case: Any) -> Document:
    raw = {"id": "one", "init": {}, "args": [], "kwargs": {}, "expected": None, **case}
    return Document(f"area/{called}", called, [Case(called, raw)])


def differ(actual: Any, expected: Any, **options: Any) -> bool:
    return bool(differences(actual, expected, relative=1e-12, floor=1e-9, **options))


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (1.0 + 1e-10, 1.0),
        (1e-7, 1.001e-7),
        (5, 6),
        (True, 1),
        ("5", 5),
        (float("nan"), 1.0),
        (float("inf"), "-Infinity"),
        ([1, 2], [2, 1]),
        ({"a": 1}, {"a": 1, "b": None}),
        (None, 0),
        ("Call", "call"),
    ],
)
def test_what_differs_is_noticed(actual: Any, expected: Any) -> None:
    assert differ(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (1.0 + 1e-13, 1.0),
        (590, 590.0),
        (-0.0, 0),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        (3e-10, 0.0),
        ({"b": 1, "a": 2}, {"a": 2, "b": 1}),
    ],
)
def test_what_agrees_passes(actual: Any, expected: Any) -> None:
    assert not differ(actual, expected)


def test_the_order_of_keys_counts_where_it_is_law() -> None:
    assert differ({"b": 1, "a": 2}, {"a": 2, "b": 1}, ordered=True)


def test_a_recorded_exception_must_be_raised() -> None:
    def raises(case: Case) -> None:
        raise KeyError("strike")

    document = one_case("x", raises="KeyError")
    assert run_document(document, Binding(raises)).passed == 1
    assert run_document(document, Binding(lambda case: None)).failures
    assert run_document(one_case("x"), Binding(raises)).failures


def test_an_unknown_callable_fails() -> None:
    assert outcome(one_case("some_module.unknown")).failures


def test_every_entry_is_recorded_somewhere_and_every_shell_says_why() -> None:
    known = {name for document in documents(OWN_VECTORS) for name in (document.name, document.callable)}
    assert set(ENTRIES) <= known
    assert all(len(reason) > 20 for reason in ENTRIES.values() if isinstance(reason, str))


def test_a_directory_and_its_packed_form_hold_the_same_cases(tmp_path: Path) -> None:
    folder = tmp_path / "plain" / "core"
    folder.mkdir(parents=True)
    recorded = {"callable": "a.b", "description": "", "cases": [{"id": "1", "expected": "NaN", "args": ["Infinity"]}]}
    (folder / "b.json").write_text(json.dumps(recorded))
    pack(tmp_path / "plain", tmp_path / "packed")
    [plain], [packed] = documents(tmp_path / "plain"), documents(tmp_path / "packed")
    assert plain == packed
    assert packed.name == "core/b"
    assert packed.cases[0].args == [float("inf")]


def test_the_report_fails_with_a_wrong_figure_and_without_cases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALPHAGEX_PARITY_VECTORS", str(tmp_path))
    assert main([]) == 1
    (tmp_path / "core").mkdir()
    called = "core_classes_and_engines.BlackScholesPricer.calculate_option_price"
    case = {"id": "1", "init": {}, "args": [100.0, 100.0, 1.0, 0.2], "kwargs": {}, "expected": {"price": 1.0}}
    (tmp_path / "core" / "x.json").write_text(json.dumps({"callable": called, "description": "", "cases": [case]}))
    assert main([]) == 1
    assert "keys missing" in capsys.readouterr().out
