"""Both records of one snapshot side by side, each by its own method, and the old state of dealers."""

import pytest
from django.test import Client

from apps.gex.classic.comparison import Cell, build, state_of
from apps.market.blocks import NotReadyError
from apps.market.exposure.result import Wall
from apps.market.models import Snapshot
from apps.market.tracking import engine_dictionaries
from legacy_engines.config import MM_STATES
from tests.gex.classic.conftest import Reader
from tests.market.tracking.material import store
from tests.moments import OPEN_MARKET

pytestmark = pytest.mark.usefixtures("db", "seconds_later")
THIN = "\u202f"
SPREAD = {(OPEN_MARKET.date(), "PM"): {95.0: (2.0, -40.0), 98.0: (50.0, -4.0), 102.0: (6.0, -60.0)}}


def cells(symbol: str = "SPY") -> dict[str, tuple[Cell, Cell]]:
    return {row.key: (row.ours, row.old) for row in build(symbol, OPEN_MARKET).rows}


def wall(level: float) -> Wall:
    return Wall(strike=level, gex=1.0, dominance=1.0, second_strike=None, second_gex=None)


def price(value: float) -> str:
    return f"{value:,.2f}"


def test_the_old_column_is_the_strike_profile_and_the_other_the_snapshot(either_snapshot: Snapshot) -> None:
    sourced, reported = engine_dictionaries.strike_profile("SPX"), engine_dictionaries.net_gamma("SPX")
    assert sourced is not None
    assert reported is not None
    profile = sourced.value
    # The vendor's strikes come without an IV, and so without the aggregate: then net_gamma speaks, flip included.
    assert ("aggregate_from_gammaOI" in profile) is bool(either_snapshot.contracts)
    aggregate = profile.get("aggregate_from_gammaOI", reported.value)
    flip = profile["flip_point"] if either_snapshot.contracts else reported.value["flip_point"]
    shown = cells("SPX")
    assert shown["flip"][0].value == price(either_snapshot.flip_point or 0)
    assert shown["flip"][1].value == price(flip)
    assert shown["spot"][0].value == shown["spot"][1].value == price(float(either_snapshot.spot))
    assert shown["call-wall"][1].value == f"{profile['call_wall']:,.0f}"
    assert shown["put-wall"][0].value == f"{either_snapshot.put_wall:,.0f}"
    assert shown["net"][1].value.replace("−", "-") == f"{aggregate['net_gex'] / 1e9:+,.2f}{THIN}bn"
    volatility = f"{aggregate['implied_volatility'] * 100:.1f}{THIN}%" if either_snapshot.contracts else ""
    assert shown["iv"][1].value == volatility
    assert shown["put-call"][1].value == price(aggregate["put_call_ratio"])


def test_distance_range_and_position_follow_each_columns_own_levels() -> None:
    store("SPY", OPEN_MARKET, SPREAD, flip_point=101.0, call_wall=wall(102.0), put_wall=wall(95.0))
    shown = cells()
    assert shown["flip"][0] == Cell(value="101.00", note=f"+1.00{THIN}% from spot", tone="warn")
    # -38 at 95, +46 at 98: the first change of sign lies 38/84 of the way.
    assert shown["flip"][1].value == price(95 + 3 * 38 / 84)
    assert (shown["call-wall"][0].value, shown["call-wall"][1].value) == ("102", "98")
    assert (shown["put-wall"][0].value, shown["put-wall"][1].value) == ("95", "102")
    assert shown["range"][0] == Cell(value="7.00", note="95 to 102")
    assert shown["range"][1] == Cell(value="−4.00", note="102 to 98")
    assert (shown["position"][0].value, shown["position"][1].value) == ("Below", "Above")
    assert shown["net"][0].note == "negative"


def test_price_on_the_flip_counts_as_below() -> None:
    store("SPY", OPEN_MARKET, SPREAD, flip_point=100.0)
    assert cells()["position"][0] == Cell(value="Below", tone="warn", note="equal counts as below")


def test_spot_that_stands_in_for_a_flip_by_strike_is_told() -> None:
    store("SPY", OPEN_MARKET, {(OPEN_MARKET.date(), "PM"): {99.0: (1.0, -5.0), 101.0: (2.0, -4.0)}}, flip_point=97.0)
    assert cells()["flip"][1] == Cell(
        value="100.00", note="no sign change between strikes: spot stands in", tone="warn"
    )


def test_what_is_unknown_is_a_sentence() -> None:
    store("SPY", OPEN_MARKET, {}, flip_point=None, implied_volatility=None, put_call_ratio=None)
    shown = cells()
    for key in ("flip", "call-wall", "put-wall", "range", "position", "put-call", "iv"):
        for cell in shown[key]:
            assert cell.missing.endswith("."), key
            assert not cell.value


def test_without_a_volatility_the_old_program_took_the_reported_flip_and_walls_by_strike() -> None:
    store("SPY", OPEN_MARKET, SPREAD, implied_volatility=None, flip_point=101.0, call_wall=wall(102.0))
    _, old = cells()["flip"]
    assert old.value == "101.00"
    assert "without an IV" in old.note
    assert cells()["call-wall"][1].value == "98", "not the wall of our column"


@pytest.mark.parametrize(
    ("net", "name"),
    [(-2.01e9, "TRAPPED"), (-2e9, "DEFENDING"), (0.0, "DEFENDING"), (0.99e9, "DEFENDING"), (1e9, "NEUTRAL")],
)
def test_only_three_states_occur_and_the_card_says_so(net: float, name: str) -> None:
    state = state_of(net)
    assert (state.name.upper(), state.behaviour, state.action) == (
        name,
        MM_STATES[name]["behavior"],
        MM_STATES[name]["action"],
    )
    assert state.ranges == "Trapped below −$2 bn; defending from −$2 bn to below $1 bn; neutral from $1 bn."
    assert state.never.startswith("Hunting and panicking never occur")


def test_the_page_shows_both_methods_and_the_state(read_block: Reader, either_snapshot: Snapshot) -> None:
    text = read_block("classic")
    state = state_of(either_snapshot.net_gex)
    named = "Our chain: re-priced" if either_snapshot.contracts else "As reported"
    for part in (named, "Old method: by strike", "Wall range", f"by the old method: {state.name}", state.behaviour):
        assert part in text, part
    for row in build("SPX", OPEN_MARKET).rows:
        assert f"{row.label} {row.ours.value or row.ours.missing} {row.ours.note}".strip() in text, row.key
        assert f"{row.old.value or row.old.missing} {row.old.note}".strip() in text, row.key
    assert ("is re-priced over a grid" in text) is bool(either_snapshot.contracts)


def test_the_levels_tab_has_a_place_for_each_block(trader_client: Client, snapshot: Snapshot) -> None:
    html = trader_client.get("/gex/SPX/").content.decode()
    for key in ("classic", "classic-profile", "day-over-day", "std-levels"):
        assert f'hx-get="/gex/SPX/levels/{key}/"' in html


def test_before_the_first_levels_it_waits() -> None:
    with pytest.raises(NotReadyError, match="by themselves"):
        build("SPX", OPEN_MARKET)
