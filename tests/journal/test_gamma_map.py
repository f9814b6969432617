"""How price moved through the map between entry and exit, in words."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from apps.journal.gamma_map import GammaMap, crossings, levels, read, snapshot_at, stored
from apps.market.models import Snapshot
from tests.ledger.market import Market
from tests.moments import OPEN_MARKET

ENTRY = GammaMap(spot=600, net_gex=2e9, flip=595, call_wall=610, put_wall=590)


def later(**changes: Any) -> GammaMap:
    """Return the map at exit."""
    return msgspec.structs.replace(ENTRY, **changes)


@pytest.mark.parametrize(
    ("exit_map", "words"),
    [
        (later(spot=605), ["Price passed neither the flip nor a wall of the entry."]),
        (later(spot=612), ["Price rose to or through the entry's call wall at 610."]),
        (
            later(spot=589, net_gex=-1e9, flip=596.5),
            [
                "Dealers went from long to short gamma.",
                "Price went from above the flip (595) to below it (596.5).",
                "Price fell to or through the entry's put wall at 590.",
            ],
        ),
        (None, []),
    ],
)
def test_what_price_passed_is_said(exit_map: GammaMap | None, words: list[str]) -> None:
    assert list(crossings(ENTRY, exit_map)) == words


def test_where_the_entry_knew_no_level_nothing_is_claimed() -> None:
    assert list(crossings(GammaMap(spot=600), later())) == []


def test_levels_neither_map_has_are_left_out() -> None:
    found = levels(ENTRY, GammaMap(spot=601.5))
    assert [(line.name, line.change) for line in found] == [
        ("Spot", 1.5), ("Net GEX", None), ("Flip", None), ("Call wall", None), ("Put wall", None),
    ]  # fmt: skip
    assert [line.name for line in levels(GammaMap(spot=600), None)] == ["Spot"]
    assert levels(None, None) == []


def test_a_map_reads_back_as_it_was_stored() -> None:
    full = GammaMap(spot=600, net_gex=1.5, flip=None, as_of=OPEN_MARKET, kind="live", label="Cboe", origin="x")
    assert read(stored(full)) == full
    assert read(stored(None)) is None


def test_a_trade_by_hand_gets_the_map_known_then_or_none(market: Market) -> None:
    made = Snapshot.objects.get()
    assert snapshot_at("SPY", OPEN_MARKET) == made
    assert snapshot_at("SPY", OPEN_MARKET + timedelta(minutes=30)) == made
    assert snapshot_at("SPY", OPEN_MARKET + timedelta(minutes=31)) is None
    assert snapshot_at("SPY", OPEN_MARKET - timedelta(seconds=1)) is None
