"""A name and its options become a source."""

from pathlib import Path

import pytest

from apps.market.sources.cboe import CboeSource
from apps.market.sources.registry import SourceOptions, build_source
from apps.market.sources.replay import ReplaySource
from apps.market.sources.simulated import SimulatedSource
from tests.market.sources.material import cboe_bytes
from tests.moments import OPEN_MARKET


@pytest.mark.parametrize("name", ["auto", "simulated", " Simulated "])
def test_without_a_choice_the_market_is_simulated_with_the_given_seed(name: str) -> None:
    source = build_source(name, options=SourceOptions(seed=7))
    assert isinstance(source, SimulatedSource)
    assert source.fetch_chain("SPY", at=OPEN_MARKET).origin.detail == "seed 7"


def test_cboe_asks_the_given_address() -> None:
    source = build_source("cboe", options=SourceOptions(cboe_base_url="http://localhost:1/options/"))
    assert isinstance(source, CboeSource)
    assert source.address_of("SPX") == "http://localhost:1/options/_SPX.json"
    assert not source.always_open


def test_replay_starts_when_it_is_built_or_when_told(tmp_path: Path) -> None:
    path = tmp_path / "chain"
    path.write_bytes(cboe_bytes())
    for started_at in (None, OPEN_MARKET):
        source = build_source("replay", options=SourceOptions(replay_path=path, replay_started_at=started_at))
        assert isinstance(source, ReplaySource)
        assert source.fetch_chain("SPX", at=OPEN_MARKET).symbol == "SPX"


def test_replay_without_a_recording_is_refused() -> None:
    with pytest.raises(ValueError, match="needs the path"):
        build_source("replay", options=SourceOptions())


def test_an_unknown_name_lists_the_valid_ones() -> None:
    with pytest.raises(ValueError, match=r"'bloomberg'\. Valid names are auto, simulated, cboe, replay"):
        build_source("bloomberg", options=SourceOptions())
