"""What is stored comes back as it was."""

from dataclasses import asdict
from typing import Any

import numpy as np

from apps.market.chain import Chain
from apps.market.exposure.analysis import analyse
from apps.market.feed import store_observation
from apps.market.models import Snapshot
from apps.market.storage import load_exposure
from tests.moments import OPEN_MARKET


def assert_same(stored: Any, computed: Any, where: str = "") -> None:
    if isinstance(computed, dict):
        assert stored.keys() == computed.keys(), where
        for key in computed:
            assert_same(stored[key], computed[key], f"{where}.{key}")
    elif isinstance(computed, list | tuple):
        assert len(stored) == len(computed), where
        for index, (left, right) in enumerate(zip(stored, computed, strict=True)):
            assert_same(left, right, f"{where}[{index}]")
    elif isinstance(computed, np.ndarray):
        np.testing.assert_array_equal(stored, computed, where)
    elif isinstance(computed, float):
        np.testing.assert_allclose(stored, computed, rtol=1e-12, err_msg=where)
    else:
        assert stored == computed, where


def test_an_analysis_survives_the_database(db: None, spx_chain: Chain) -> None:
    computed = analyse(spx_chain)
    pk = store_observation(spx_chain, received_at=OPEN_MARKET).snapshot.pk
    stored = load_exposure(Snapshot.objects.select_related("detail").get(pk=pk))
    assert_same(asdict(stored), asdict(computed))
