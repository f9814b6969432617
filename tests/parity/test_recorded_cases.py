"""Every recorded case of the old program, one test per recorded callable."""

from __future__ import annotations

import pytest

from tests.parity.bindings import outcome
from tests.parity.cases import Document, documents, vectors_directory

DOCUMENTS = list(documents(vectors_directory()))


def test_there_are_recorded_cases() -> None:
    assert DOCUMENTS, f"no recorded cases in {vectors_directory()}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_recorded_cases_pass(document: Document) -> None:
    result = outcome(document)
    assert not result.failures, "\n".join(result.failures)
