"""A name and its options become a source."""

from pathlib import Path

import pytest

from apps.market.sources.cboe import CboeSource
from apps.market.sources.registry import SourceOptions, build_sources, chosen_name
from apps.market.sources.replay import ReplaySource
from apps.market.sources.simulated import SimulatedSource
from tests.market.sources.material import cboe_bytes
from tests.moments import OPEN_MARKET


@pytest.mark.parametrize("name", ["auto", "simulated", " Simulated "])
def test_without_a_choice_the_market_is_simulated_with_the_given_seed(name: str) -> None:
    source, *_ = build_sources(name, options=SourceOptions(seed=7))
    assert isinstance(source, SimulatedSource)
    assert source.fetch_chain("SPY", at=OPEN_MARKET).origin.detail == "seed 7"


def test_cboe_asks_the_given_address() -> None:
    source, *_ = build_sources("cboe", options=SourceOptions(cboe_base_url="http://localhost:1/options/"))
    assert isinstance(source, CboeSource)
    assert source.address_of("SPX") == "http://localhost:1/options/_SPX.json"
    assert not source.always_open


def test_replay_starts_when_it_is_built_or_when_told(tmp_path: Path) -> None:
    path = tmp_path / "chain"
    path.write_bytes(cboe_bytes())
    for started_at in (None, OPEN_MARKET):
        source, *_ = build_sources("replay", options=SourceOptions(replay_path=path, replay_started_at=started_at))
        assert isinstance(source, ReplaySource)
        assert source.fetch_chain("SPX", at=OPEN_MARKET).symbol == "SPX"


def test_replay_without_a_recording_is_refused() -> None:
    with pytest.raises(ValueError, match="needs the path"):
        build_sources("replay", options=SourceOptions())


def test_an_unknown_name_lists_the_valid_ones() -> None:
    names = "auto, tradingvolatility, cboe, yahoo, replay, simulated"
    with pytest.raises(ValueError, match=rf"'bloomberg'\. Valid names are {names}\."):
        build_sources("bloomberg", options=SourceOptions())


def test_auto_means_trading_volatility_with_a_key_and_the_simulated_market_without() -> None:
    assert chosen_name("auto", has_key=True) == "tradingvolatility"
    assert chosen_name("auto", has_key=False) == "simulated"
    assert chosen_name("simulated", has_key=True) == "simulated"


def test_behind_a_source_of_chains_stand_those_for_prices_options_and_macro_figures() -> None:
    def names(name: str, *, fred_key: str = "", trading_volatility_key: str = "") -> list[str]:
        options = SourceOptions(fred_key=fred_key, trading_volatility_key=trading_volatility_key)
        return [source.name for source in build_sources(name, options=options)]

    assert names("cboe") == ["cboe", "yahoo"]
    assert names("cboe", fred_key="k") == ["cboe", "yahoo", "fred"]
    assert names("auto", trading_volatility_key="I-X") == ["tradingvolatility", "yahoo"]
    assert names("yahoo") == ["yahoo"]
    assert names("simulated", fred_key="k", trading_volatility_key="I-X") == ["simulated"]


def test_trading_volatility_without_a_key_says_what_to_set() -> None:
    with pytest.raises(ValueError, match="set TRADING_VOLATILITY_API_KEY"):
        build_sources("tradingvolatility", options=SourceOptions())
