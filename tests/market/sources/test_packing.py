"""What is packed comes back as it was, the same content gives the same bytes, and damage is refused in one line."""

import gzip
import json
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphagex.clock import NEW_YORK
from apps.market.chain import Chain, ChainError, Origin
from apps.market.exposure.analysis import analyse
from apps.market.exposure.result import Exposure
from apps.market.sources import packing
from apps.market.sources.packed_quotes import PackedQuotes, pack_quotes
from apps.market.sources.packing import pack_answer, pack_chain, pack_exposure, unpack
from apps.market.sources.protocol import Answer, Kind, Question
from apps.market.sources.recorded import read_chain_file
from apps.market.sources.simulated import SimulatedSource
from tests.moments import OPEN_MARKET

RECORDED = ("spx_cboe_quotedata_2023-09-14.csv.gz", "rut_cboe_delayed_2023-09-20.json.gz")
ORIGIN = Origin(source="cboe", kind="delayed", label="Cboe delayed", delay_seconds=900)
ANSWER = Answer(
    question=Question(kind=Kind.BARS, symbol="VIX", detail="1d:1y"),
    value={"time": ["2026-11-18"], "close": [17.25, None], "volume": [0]},
    as_of=OPEN_MARKET,
    origin=ORIGIN,
)


def assert_same(left: Any, right: Any) -> None:
    """Compare field by field: arrays by type and bit, NaN equal to NaN, minus zero unlike zero."""
    assert type(left) is type(right)
    if is_dataclass(left):
        for field in fields(left):
            assert_same(getattr(left, field.name), getattr(right, field.name))
    elif isinstance(left, np.ndarray):
        assert left.dtype == right.dtype
        np.testing.assert_array_equal(left, right)
        if left.dtype.kind == "f":
            np.testing.assert_array_equal(np.signbit(left) & (left == 0), np.signbit(right) & (right == 0))
    elif isinstance(left, tuple):
        assert len(left) == len(right)
        for one, other in zip(left, right, strict=True):
            assert_same(one, other)
    elif isinstance(left, dict):
        assert left.keys() == right.keys()
        for key in left:
            assert_same(left[key], right[key])
    else:
        assert left == right


def small_chain(**columns: Any) -> Chain:
    """Return two contracts of 18 November that settle twice, bent by `columns`."""
    nothing = np.full(2, np.nan)
    usual: dict[str, Any] = {
        "root": np.array([0, 1], np.int16),
        "expiration": np.array(["2026-11-20"] * 2, "datetime64[D]"),
        "is_call": np.array([True, True]),
        "strike": np.array([6000.0, 6000.0]),
    }
    usual |= dict.fromkeys(("iv", "open_interest", "volume", "bid", "ask", "feed_gamma"), nothing)
    return Chain(
        symbol="SPX", spot=6001.37, as_of=OPEN_MARKET, origin=ORIGIN, roots=("SPX", "SPXW"), **(usual | columns)
    )


def bent(packed: bytes, **changes: Any) -> bytes:
    """Return packed bytes whose outer JSON says something else."""
    outer = json.loads(gzip.decompress(packed))
    outer["content"] |= changes.pop("content", {})
    return gzip.compress(json.dumps(outer | changes, separators=(",", ":")).encode())


def test_a_simulated_chain_comes_back_array_by_array(spx_chain: Chain) -> None:
    again = unpack(pack_chain(spx_chain))
    assert_same(again, spx_chain)
    assert again.as_of.tzinfo is NEW_YORK


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_chain_comes_back_array_by_array(recorded: Path, name: str) -> None:
    chain = read_chain_file(recorded / name)
    assert_same(unpack(pack_chain(chain)), chain)


@given(st.lists(st.floats(allow_infinity=False), min_size=2, max_size=2))
def test_every_float_survives_to_the_last_bit(numbers: list[float]) -> None:
    chain = small_chain(bid=np.array(numbers), last=np.array(numbers[::-1]))
    assert_same(unpack(pack_chain(chain)), chain)


def test_a_moment_in_the_doubled_hour_of_autumn_keeps_its_side() -> None:
    for fold in (0, 1):
        chain = replace(small_chain(), as_of=datetime(2026, 11, 1, 1, 30, 0, 123456, tzinfo=NEW_YORK, fold=fold))
        again = unpack(pack_chain(chain)).as_of
        assert (again.fold, again.utcoffset()) == (fold, chain.as_of.utcoffset())


def test_an_exposure_comes_back_array_by_array(spx_chain: Chain) -> None:
    exposure = analyse(spx_chain)
    again = unpack(pack_exposure(exposure))
    assert isinstance(again, Exposure)
    assert_same(again, exposure)
    assert again.surface.call_gex.dtype == np.float32
    assert again.by_expiration[0].settles_at.tzinfo is NEW_YORK


def test_an_answer_comes_back() -> None:
    assert unpack(pack_answer(ANSWER)) == ANSWER


def test_the_same_content_gives_the_same_bytes(spx_chain: Chain) -> None:
    same = SimulatedSource(seed=42).fetch_chain("SPX", at=OPEN_MARKET)
    assert pack_chain(same) == pack_chain(spx_chain)
    assert pack_chain(replace(same, as_of=same.as_of.astimezone(UTC))) == pack_chain(spx_chain)
    reordered = replace(ANSWER, value=dict(reversed(ANSWER.value.items())))
    assert pack_answer(reordered) == pack_answer(ANSWER)
    assert pack_chain(replace(same, spot=same.spot + 0.01)) != pack_chain(spx_chain)


def test_format_and_version_stand_first_and_the_heading_is_read_alone(spx_chain: Chain) -> None:
    received = OPEN_MARKET + timedelta(seconds=2)
    packed = pack_chain(spx_chain, received_at=received)
    assert gzip.decompress(packed).startswith(b'{"format":"alphagex-chain","version":1,')
    heading = packing.read_heading(packed)
    assert (heading.what, heading.symbol, heading.as_of, heading.received_at) == (
        "chain", "SPX", OPEN_MARKET, received,
    )  # fmt: skip
    of_answer = packing.read_heading(pack_answer(ANSWER))
    assert (of_answer.what, of_answer.kind, of_answer.symbol, of_answer.detail) == ("answer", "bars", "VIX", "1d:1y")


def test_a_full_index_chain_is_small(spx_chain: Chain) -> None:
    assert len(pack_chain(spx_chain)) < 600_000


@pytest.mark.parametrize("name", ["bid", "strike"])
def test_an_infinite_number_is_not_packed(name: str) -> None:
    with pytest.raises(ChainError, match=f"SPX: {name} is no number"):
        pack_chain(small_chain(**{name: np.array([np.inf, 1.0])}))


def test_a_price_that_is_none_is_not_packed() -> None:
    with pytest.raises(ChainError, match="SPX: spot is no number"):
        pack_chain(replace(small_chain(), spot=float("nan")))
    with pytest.raises(ChainError, match="cannot be recorded"):
        pack_answer(replace(ANSWER, value={"when": object()}))


@pytest.mark.parametrize(
    ("bend", "says"),
    [
        ({"version": 2}, "version 2; this desk reads version 1"),
        ({"format": "alphagex-picture"}, "unknown recording"),
        ({"as_of": "2026-11-18T11:30:00"}, "damaged"),
        ({"content": {"spot": None}}, "damaged"),
        ({"content": {"as_of": "2026-11-18T11:30:00"}}, "damaged"),
        ({"content": {"bid": [1.0]}}, "columns of 1, 2 contracts"),
        ({"content": {"bid": ["dear", 1.0]}}, "damaged"),
        ({"content": {"bid": 5}}, "damaged"),
        ({"content": {"root": [0, 2]}}, "a root that is not listed"),
        ({"content": {"root": [0, 99999]}}, "damaged"),
        ({"content": {"expiration": {"days": ["2026-11-20"], "at": [0, 7]}}}, "damaged"),
        ({"content": {"is_call": [1, 0]}}, "damaged"),
    ],
)
def test_a_damaged_or_unknown_recording_is_refused_in_one_line(bend: dict[str, Any], says: str) -> None:
    with pytest.raises(ChainError, match=says) as refused:
        unpack(bent(pack_chain(small_chain()), **bend))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("part", "bend", "says"),
    [
        ("by_strike", {"call_gex": [1.0]}, r"columns of 1, \d+ strikes"),
        ("surface", {"put_gex": []}, r"columns of 0, \d+ cells"),
        ("profile", {"curves": {"all": [1.0]}}, r"columns of 1, 161 prices"),
        ("by_strike", {"strike": "six thousand"}, "damaged"),
        ("surface", {"strike_index": [9999], "expiration_index": [0], "call_gex": [1], "put_gex": [1]}, "a strike"),
        ("surface", {"strike_index": [0], "expiration_index": [-1], "call_gex": [1], "put_gex": [1]}, "an? expiration"),
    ],
)
def test_gamma_whose_columns_do_not_belong_together_is_refused(
    spx_chain: Chain, part: str, bend: dict[str, Any], says: str
) -> None:
    packed = pack_exposure(analyse(spx_chain))
    content = json.loads(gzip.decompress(packed))["content"][part]
    with pytest.raises(ChainError, match=says) as refused:
        unpack(bent(packed, content={part: content | bend}))
    assert "\n" not in str(refused.value)


def test_cut_off_flipped_and_foreign_bytes_are_refused() -> None:
    packed = pack_chain(small_chain())
    flipped = packed[:60] + bytes([packed[60] ^ 1]) + packed[61:]
    for broken in (
        packed[:-9],
        packed[:40],
        flipped,
        gzip.decompress(packed)[:-5],
        b"",
        b"hello",
        gzip.compress(b"{}"),
    ):
        with pytest.raises(ChainError):
            unpack(broken)
        with pytest.raises(ChainError):
            packing.read_heading(broken)


# The quotes of a whole chain in one text.


@pytest.mark.parametrize("name", RECORDED)
def test_every_quote_comes_back_as_printed(recorded: Path, name: str) -> None:
    chain = read_chain_file(recorded / name)
    packed = PackedQuotes(pack_quotes(chain))
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for day in packed.expirations:
        for side, is_call in (("calls", True), ("puts", False)):
            rows = packed.rows(day)[side]
            assert [row["strike"] for row in rows] == sorted(row["strike"] for row in rows)
            found |= {(day, is_call, row["root"], row["strike"]): row for row in rows}
    assert len(found) == len(chain)
    names = ("bid", "ask", "last", "iv", "open_interest", "volume")
    columns = {key: getattr(chain, key).tolist() for key in names}
    for at in range(len(chain)):
        row = found[
            chain.expiration[at].item(), bool(chain.is_call[at]), chain.roots[chain.root[at]], float(chain.strike[at])
        ]
        for key, values in columns.items():
            expected = None if np.isnan(values[at]) else values[at]
            assert row[key] == (round(expected, 6) if expected is not None and key == "iv" else expected), (key, row)


@given(st.integers(0, 20_000_000), st.integers(0, 99_999_999))
def test_prices_of_two_and_four_decimals_come_back_as_printed(cents: int, ten_thousandths: int) -> None:
    printed = [float(f"{cents / 100:.2f}"), float(f"{ten_thousandths / 10_000:.4f}")]
    chain = small_chain(bid=np.array(printed), last=np.array(printed))
    rows = PackedQuotes(pack_quotes(chain)).rows(date(2026, 11, 20))["calls"]
    assert [row["bid"] for row in rows] == [row["last"] for row in rows] == printed


def test_a_date_that_settles_twice_keeps_both_series_by_name() -> None:
    chain = small_chain(bid=np.array([1.05, 2.10]), open_interest=np.array([0.0, np.nan]))
    packed = PackedQuotes(pack_quotes(chain))
    assert packed.expirations == (date(2026, 11, 20),)
    am, pm = packed.rows(date(2026, 11, 20))["calls"]
    assert (am["root"], am["bid"], am["open_interest"], am["ask"]) == ("SPX", 1.05, 0, None)
    assert (pm["root"], pm["bid"], pm["open_interest"], pm["last"]) == ("SPXW", 2.1, None, None)


def test_a_date_that_is_not_listed_has_no_rows() -> None:
    assert PackedQuotes(pack_quotes(small_chain())).rows(date(2026, 11, 21)) == {"calls": [], "puts": []}


def test_damaged_quotes_are_refused() -> None:
    text = pack_quotes(small_chain())
    for broken in ("", "ä", text[:-8], text[4:], "aGVsbG8="):
        with pytest.raises(ChainError, match="damaged option quotes"):
            PackedQuotes(broken)
