"""The engines get the dictionaries they know, whichever source the numbers come from, and the source is told."""

import math
from datetime import date

import pytest
from pytest_django.fixtures import Settings

from apps.market import budget, configured, facts
from apps.market.feed import store_observation
from apps.market.sources.protocol import Kind, Question
from apps.market.sources.simulated import SimulatedSource
from apps.market.tracking import engine_dictionaries as dictionaries
from apps.market.waiting import wanted
from legacy_engines.gamma.tracking import snapshot_values
from tests.market.tracking.material import CBOE, answer, ny, store
from tests.moments import OPEN_MARKET

FRIDAY = date(2026, 11, 20)
CELLS = {
    (FRIDAY, "AM"): {95.0: (1.0, -4.0), 105.0: (6.0, -1.0)},
    (FRIDAY, "PM"): {95.0: (2.0, 0.0), 100.0: (3.0, -3.0)},
    (date(2026, 12, 18), "PM"): {90.0: (0.0, -9.0)},
}

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def _cboe(settings: Settings) -> None:
    """A source of chains that answers neither levels, skew nor single expirations."""
    settings.DATA_SOURCE = "cboe"
    configured.configured.cache_clear()


def test_net_gamma_has_the_clients_keys_and_the_walls() -> None:
    store("SPY", OPEN_MARKET, CELLS)
    found = dictionaries.net_gamma("SPY")
    assert found is not None
    raw = found.value.pop("raw_data")
    assert found.value == {
        "symbol": "SPY", "spot_price": 100.0, "net_gex": -5.0, "flip_point": 98.5, "call_wall": 105.0,
        "put_wall": 90.0, "put_call_ratio": 1.5, "implied_volatility": 0.16, "collection_date": "2026-11-18 11:30:00",
    }  # fmt: skip
    assert raw["gex_flip_price"] == 98.5
    assert (found.source, found.truth, found.label, found.as_of, found.basis) == (
        "simulated", "simulated", "Simulated", OPEN_MARKET, "snapshot",
    )  # fmt: skip


def test_what_a_snapshot_does_not_know_is_zero_to_the_engines() -> None:
    store("SPY", OPEN_MARKET, {}, flip_point=None, implied_volatility=None, put_call_ratio=None)
    found = dictionaries.net_gamma("SPY")
    assert found is not None
    names = ("flip_point", "call_wall", "put_wall", "put_call_ratio", "implied_volatility")
    assert [found.value[name] for name in names] == [0, 0, 0, 0, 0]
    profile = dictionaries.strike_profile("SPY")
    assert profile is not None
    assert (profile.value, profile.problem) == ({}, "Simulated has no gamma by strike: No gamma_array in response.")


def test_before_the_first_snapshot_there_is_nothing() -> None:
    assert dictionaries.net_gamma("SPY") is None
    assert dictionaries.strike_profile("SPY") is None
    for asked in (dictionaries.levels, dictionaries.skew):
        assert asked("SPY", at=OPEN_MARKET) is None
    assert dictionaries.expiration_gamma("SPY", FRIDAY, at=OPEN_MARKET) is None


def test_the_strike_profile_is_the_engines_own() -> None:
    store("SPY", OPEN_MARKET, CELLS, implied_volatility=0.4)
    found = dictionaries.strike_profile("SPY")
    assert found is not None
    move = 100 * 0.4 * math.sqrt(7 / 252)
    assert 5 < move < 10, "90 is out of the week's move"
    # Net by strike: -9, -1, 0, 5. An exact 0 hides the crossing between 95 and 105 (gamma Q8).
    assert found.value == {
        "strikes": [
            {"strike": 95.0, "call_gamma": 3.0, "put_gamma": 4.0},
            {"strike": 100.0, "call_gamma": 3.0, "put_gamma": 3.0},
            {"strike": 105.0, "call_gamma": 6.0, "put_gamma": 1.0},
        ],
        "spot_price": 100.0, "flip_point": 100.0, "call_wall": 105.0, "put_wall": 90.0, "symbol": "SPY",
        "aggregate_from_gammaOI": {
            "net_gex": -5.0, "implied_volatility": 0.4, "put_call_ratio": 1.5,
            "collection_date": "2026-11-18 11:30:00",
        },
    }  # fmt: skip


@pytest.mark.usefixtures("_cboe")
def test_an_expiration_is_the_absolute_net_of_its_strikes_over_both_settlements() -> None:
    store("SPY", OPEN_MARKET, CELLS, origin=CBOE)
    found = dictionaries.expiration_gamma("SPY", FRIDAY, at=OPEN_MARKET)
    assert found is not None
    assert found.value["gamma_array"] == [
        {"strike": 95.0, "gamma": -1.0}, {"strike": 100.0, "gamma": 0.0}, {"strike": 105.0, "gamma": 5.0},
    ]  # fmt: skip
    assert (found.value["total_gamma"], found.value["expiry_date"], found.value["price"]) == (6.0, "2026-11-20", 100.0)
    assert (found.source, found.truth, found.basis) == ("cboe", "delayed", "snapshot")
    other = dictionaries.expiration_gamma("SPY", date(2026, 11, 23), at=OPEN_MARKET)
    assert other is not None
    assert (other.value, other.problem) == ({}, "Cboe delayed has no SPY gamma that expires 2026-11-23.")


def test_the_sources_own_answer_comes_first() -> None:
    store("SPY", OPEN_MARKET, CELLS)
    array = [{"strike": "95", "gamma": "-7.5"}, {}, {"strike": "100", "gamma": "2"}]
    value = {"price": "100.1", "expiry": "2026-11-20", "collection_date": "c", "gamma_array": array}
    answer(Kind.EXPIRATION_GAMMA, "SPY", value, at=OPEN_MARKET, detail="2026-11-20")
    found = dictionaries.expiration_gamma("SPY", FRIDAY, at=OPEN_MARKET)
    assert found is not None
    assert (found.value["total_gamma"], found.value["price"], found.basis) == (9.5, 100.1, "answer")


def test_an_answer_never_stands_beside_another_sources_chain() -> None:
    store("SPY", OPEN_MARKET, CELLS, origin=CBOE)
    answer(Kind.SKEW, "SPY", {"implied_volatility": 0.99}, at=OPEN_MARKET)
    found = dictionaries.skew("SPY", at=OPEN_MARKET)
    assert found is not None
    assert (found.value["implied_volatility"], found.source) == (0.16, "cboe")


def test_levels_are_read_in_the_engines_spelling() -> None:
    value = {"gex_flip": "99", "GEX_0": "100", "GEX_1": "95", "+1STD (1-day)": "101", "gex_0": "100"}
    answer(Kind.LEVELS, "SPY", value, at=OPEN_MARKET)
    found = dictionaries.levels("SPY", at=OPEN_MARKET)
    assert found is not None
    assert found.value == {
        "gex_flip": 99.0, "gex_0": 100.0, "gex_1": 95.0, "gex_2": 0, "gex_3": 0, "std_1day_pos": 101.0,
        "std_1day_neg": 0, "std_7day_pos": 0, "std_7day_neg": 0, "symbol": "SPY",
    }  # fmt: skip


@pytest.mark.usefixtures("_cboe")
def test_levels_and_skew_are_worked_out_where_the_source_has_none() -> None:
    store("SPY", OPEN_MARKET, CELLS, origin=CBOE)
    found, skew = dictionaries.levels("SPY", at=OPEN_MARKET), dictionaries.skew("SPY", at=OPEN_MARKET)
    assert found is not None
    assert skew is not None
    day = 0.16 / math.sqrt(252)
    assert [found.value[f"gex_{place}"] for place in range(4)] == [90.0, 105.0, 95.0, 100.0]
    assert found.value["gex_flip"] == 98.5
    assert found.value["std_1day_pos"] == pytest.approx(100 * (1 + day), rel=1e-12)
    assert found.value["std_7day_neg"] == pytest.approx(100 * (1 - day * math.sqrt(7)), rel=1e-12)
    assert skew.value == {
        "collection_date": "2026-11-18 11:30:00", "implied_volatility": 0.16, "pcr_oi": 1.5,
        "one_day_std": pytest.approx(day, rel=1e-12), "one_week_std": pytest.approx(day * math.sqrt(7), rel=1e-12),
    }  # fmt: skip
    assert (skew.truth, skew.basis) == ("delayed", "snapshot")


def test_asking_for_a_page_only_puts_the_question_in_the_line() -> None:
    store("SPY", OPEN_MARKET, CELLS)
    found = dictionaries.expiration_gamma("SPY", FRIDAY, at=OPEN_MARKET)
    assert found is not None
    assert found.basis == "snapshot", "until the answer is here"
    waiting = budget.take(configured.upstream_of("simulated"))
    assert [wanted(item).question for item in waiting] == [
        Question(kind=Kind.EXPIRATION_GAMMA, symbol="SPY", detail="2026-11-20")
    ]


def test_the_chain_and_the_sources_answer_agree() -> None:
    """Two ways to one number: our surface of a whole simulated chain, and the source's analysis of one expiration."""
    source = SimulatedSource(seed=42)
    at = ny("2026-11-18 11:30")
    snapshot = store_observation(source.fetch_chain("SPX", at=at), received_at=at).snapshot
    ours = dictionaries.expiration_of(snapshot, FRIDAY).value
    answered = facts.fetched(Question(kind=Kind.EXPIRATION_GAMMA, symbol="SPX", detail="2026-11-20"), at=at).value
    theirs = sum(abs(row["gamma"]) for row in answered["gamma_array"])
    assert ours["total_gamma"] == pytest.approx(theirs, rel=1e-6)
    assert ours["total_gamma"] > 1e6


def test_the_dictionaries_feed_the_tracking_engine() -> None:
    store("SPY", OPEN_MARKET, CELLS)
    found, skew = dictionaries.net_gamma("SPY"), dictionaries.skew("SPY", at=OPEN_MARKET)
    assert found is not None
    assert skew is not None
    row = snapshot_values(found.value, skew.value)
    assert (row["regime"], row["implied_volatility"], row["put_call_ratio"]) == ("Negative GEX, Above Flip", 0.16, 1.5)
