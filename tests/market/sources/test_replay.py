"""Recordings play back at any speed, and bad files among them stop nobody."""

import gzip
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alphagex.clock import NEW_YORK
from apps.market.sources.protocol import SourceUnavailable, UnknownSymbol
from apps.market.sources.replay import ReplaySource
from tests.market.sources.material import cboe_bytes, option, quote_table

START = datetime(2026, 11, 18, 11, 30, tzinfo=NEW_YORK)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """Three minutes of SPX, and SPY from the second one; names tell nothing, one lies in a folder below."""
    for name, minute in (("c.json", 31), ("a.json", 32), ("below/b.bin", 33)):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(cboe_bytes(timestamp=f"2023-09-14 14:{minute}:00", current_price=4500.0 + minute))
    spy = cboe_bytes(options=[option("SPY230915C00450000")], symbol="SPY", timestamp="2023-09-14 14:32:30")
    (tmp_path / "spy").write_bytes(gzip.compress(spy))
    return tmp_path


def spot_after(source: ReplaySource, passed: timedelta, symbol: str = "SPX") -> float:
    return source.fetch_chain(symbol, at=START + passed).spot


def test_each_moment_shows_the_newest_recording_until_then(day: Path) -> None:
    source = ReplaySource(day, 1, START)
    shown = [spot_after(source, seconds * timedelta(seconds=1)) for seconds in (0, 59, 60, 119, 120, 9_999_999)]
    assert shown == [4531, 4531, 4532, 4532, 4533, 4533]
    assert source.symbols == ("SPX", "SPY")
    assert source.always_open


def test_speed_stretches_time_and_zero_stops_it(day: Path) -> None:
    assert spot_after(ReplaySource(day, 60, START), timedelta(seconds=1)) == 4532
    assert spot_after(ReplaySource(day, 0.5, START), MINUTE) == 4531
    assert spot_after(ReplaySource(day, 0, START), 1000 * MINUTE) == 4531
    assert spot_after(ReplaySource(day, 1e12, START), timedelta(days=3000)) == 4533


def test_before_the_start_and_before_a_symbols_first_recording_the_first_one_is_shown(day: Path) -> None:
    source = ReplaySource(day, 1, START)
    assert spot_after(source, -MINUTE) == 4531
    assert source.fetch_chain("spy", at=START).as_of == datetime(2023, 9, 14, 10, 32, 30, tzinfo=NEW_YORK)


def test_an_unrecorded_symbol_is_unknown_and_the_recorded_ones_are_named(day: Path) -> None:
    with pytest.raises(UnknownSymbol, match=r"'QQQ' is not recorded in .*: SPX, SPY"):
        ReplaySource(day, 1, START).fetch_chain("QQQ", at=START)


def test_a_single_file_plays_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(quote_table())
    source = ReplaySource(path, 1, START)
    chain = source.fetch_chain("^SPX", at=START + timedelta(days=100))
    assert (chain.origin.kind, chain.origin.source, chain.origin.detail) == ("recorded", "replay", "table.csv")


def test_bad_files_are_reported_and_not_fatal(day: Path) -> None:
    (day / "notes.txt").write_text("hello")
    (day / "cut.json.gz").write_bytes(gzip.compress(cboe_bytes())[:-9])
    (day / ".hidden").write_text("not looked at")
    source = ReplaySource(day, 1, START)
    assert len(source.problems) == 2
    warning = source.fetch_chain("SPX", at=START).warnings[-1]
    assert "cut.json.gz" in warning
    assert "1 more" in warning


def test_a_recording_with_broken_contracts_gives_way_to_the_one_before(day: Path) -> None:
    broken = cboe_bytes(options=[option("SPXW230914C04500000", iv="high")], timestamp="2023-09-14 14:32:30")
    (day / "d.json").write_bytes(broken)
    chain = ReplaySource(day, 1, START).fetch_chain("SPX", at=START + 1.5 * MINUTE)
    assert chain.spot == 4532
    assert "d.json" in chain.warnings[-1]


def test_nothing_good_to_replay_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="it holds no files"):
        ReplaySource(tmp_path, 1, START).fetch_chain("SPX", at=START)
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(SourceUnavailable, match=r"notes\.txt"):
        ReplaySource(tmp_path, 1, START).fetch_chain("SPX", at=START)
    with pytest.raises(SourceUnavailable, match="no file or directory"):
        ReplaySource(tmp_path / "absent", 1, START).fetch_chain("SPX", at=START)


@pytest.mark.parametrize("speed", [-1.0, float("nan"), float("inf")])
def test_an_impossible_speed_is_refused(day: Path, speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        ReplaySource(day, speed, START)


def test_the_recorded_folder_replays_its_chains(recorded: Path) -> None:
    source = ReplaySource(recorded, 1, START)
    assert source.symbols == ("AAPL", "RUT", "SPX", "SPY")
    assert source.fetch_chain("RUT", at=START).spot == 1806.1193
