"""Recordings play back at any speed, and bad files among them stop nobody."""

import gzip
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from alphagex.clock import NEW_YORK
from apps.market.chain import Chain, ChainError, Origin
from apps.market.exposure.analysis import analyse
from apps.market.exposure.result import Exposure
from apps.market.sources import recording_index
from apps.market.sources.packing import pack_answer, pack_chain, pack_exposure
from apps.market.sources.protocol import Answer, Kind, Question, SourceUnavailable, UnknownSymbol
from apps.market.sources.recorded import find_recordings, read_chain_file
from apps.market.sources.replay import ReplaySource
from apps.market.sources.simulated import SimulatedSource
from tests.market.sources.material import cboe_bytes, option, quote_table

START = datetime(2026, 11, 18, 11, 30, tzinfo=NEW_YORK)
MINUTE = timedelta(minutes=1)
BARS = Question(kind=Kind.BARS, symbol="VIX", detail="1d:1y")
SIMULATED = Origin(source="simulated", kind="simulated", label="Simulated")


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


# What `manage.py record` wrote.


def recorded_into(folder: Path, number: int, packed: bytes) -> Path:
    path = folder / f"{number:06d}.json.gz"
    path.write_bytes(packed)
    return path


def simulated(seconds: int, symbol: str = "SPX") -> Chain:
    return SimulatedSource(seed=42).fetch_chain(symbol, at=START + seconds * timedelta(seconds=1))


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """SPX at 0 and 30 s as chains, SPY at 10 s as gamma alone, VIX at 0 and 40 s as bars; each received 2 s later."""
    late = START + 2 * timedelta(seconds=1)
    for number, seconds in enumerate((0, 30)):
        received = late + timedelta(seconds=seconds)
        recorded_into(tmp_path, number, pack_chain(simulated(seconds), received_at=received))
    gamma = analyse(simulated(10, "SPY"))
    recorded_into(tmp_path, 10, pack_exposure(gamma, received_at=late + timedelta(seconds=10)))
    for number, seconds in enumerate((0, 40), 20):
        moment = START + timedelta(seconds=seconds)
        answer = Answer(question=BARS, value={"close": [17.0 + seconds]}, as_of=moment, origin=SIMULATED)
        recorded_into(tmp_path, number, pack_answer(answer, received_at=moment + timedelta(seconds=2)))
    return tmp_path


def test_a_recording_plays_by_the_moments_of_receipt(recording: Path) -> None:
    source = ReplaySource(recording, 1, START)
    shown = [source.observe("SPX", at=START + timedelta(seconds=seconds)).as_of for seconds in (0, 29, 30, 999)]
    assert shown == [START, START, START + timedelta(seconds=30), START + timedelta(seconds=30)]


def test_a_recorded_number_says_that_it_is_recorded_and_of_which_market(recording: Path) -> None:
    for origin in (
        ReplaySource(recording, 1, START).observe("SPX", at=START).origin,
        ReplaySource(recording, 1, START).fetch(BARS, at=START).origin,
        read_chain_file(recording / "000000.json.gz").origin,
    ):
        assert (origin.source, origin.kind, origin.label) == ("replay", "recorded", "Simulated, recorded")


def test_a_recorded_chain_has_the_numbers_it_had(recording: Path) -> None:
    original, replayed = simulated(0), ReplaySource(recording, 1, START).fetch_chain("SPX", at=START)
    assert (replayed.spot, replayed.roots, replayed.change) == (original.spot, original.roots, original.change)
    for name in ("root", "expiration", "is_call", "strike", "iv", "open_interest", "volume", "bid", "ask"):
        assert np.array_equal(getattr(replayed, name), getattr(original, name), equal_nan=name in ("iv", "bid"))


def test_gamma_recorded_without_its_chain_is_observed_and_is_no_chain(recording: Path) -> None:
    source = ReplaySource(recording, 1, START)
    assert source.symbols == ("SPX", "SPY")
    observed = source.observe("SPY", at=START + MINUTE)
    assert isinstance(observed, Exposure)
    assert observed.net_gex == analyse(simulated(10, "SPY")).net_gex
    with pytest.raises(SourceUnavailable, match="without its chain"):
        source.fetch_chain("SPY", at=START + MINUTE)
    with pytest.raises(ChainError, match=r"000010\.json\.gz: holds gamma without its chain"):
        read_chain_file(recording / "000010.json.gz")


def test_recorded_answers_are_given_by_the_same_clock(recording: Path) -> None:
    source = ReplaySource(recording, 1, START)
    assert source.kinds == {Kind.BARS}
    shown = [source.fetch(BARS, at=START + timedelta(seconds=seconds)).value for seconds in (0, 39, 40)]
    assert shown == [{"close": [17.0]}, {"close": [17.0]}, {"close": [57.0]}]
    with pytest.raises(UnknownSymbol, match="'bars VIX 1d:5y'"):
        source.fetch(replace(BARS, detail="1d:5y"), at=START)


def test_a_source_without_recordings_answers_nothing(tmp_path: Path) -> None:
    assert ReplaySource(tmp_path, 1, START).kinds == frozenset()


def test_the_index_spares_opening_files_and_a_file_of_another_size_is_not_trusted(recording: Path) -> None:
    """The index says another moment than the file, so that it shows which of them was asked."""
    whole, cut = recording / "000000.json.gz", recording / "000001.json.gz"
    for path in (whole, cut):
        size, moment = path.stat().st_size, START - MINUTE
        line = recording_index.Line(file=path.name, bytes=size, symbol="SPX", as_of=moment, received_at=moment)
        recording_index.append(recording, line)
    with (recording / recording_index.NAME).open("ab") as index:
        index.write(b'{"file": "0000')
    cut.write_bytes(cut.read_bytes()[:-20])
    headings, problems = find_recordings(recording)
    assert [(heading.path, heading.moment) for heading in headings if heading.symbol == "SPX"] == [
        (whole, START - MINUTE)
    ]
    assert len(problems) == 1
    assert problems[0].startswith("000001.json.gz: truncated gzip")
