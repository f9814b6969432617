"""Recorded files are recognised by what is in them, and refused in one line when it is no chain."""

import gzip
import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from alphagex.clock import NEW_YORK
from apps.market.chain import ChainError
from apps.market.sources.recorded import read_chain_file, read_heading
from tests.market.sources.material import OPTIONS, ROW, cboe_answer, cboe_bytes, option, quote_table


def written(folder: Path, content: str | bytes, name: str = "chain.bin") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path) -> str:
    """Return the message with which both readers refuse a file, after checking that it is one line with its name."""
    with pytest.raises(ChainError) as refused:
        read_chain_file(path)
    message = str(refused.value)
    assert message.startswith(path.name)
    assert "\n" not in message
    assert "Understood: Cboe delayed-quotes JSON" in message
    return message


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("content", [cboe_bytes(), quote_table().encode(), b"\xef\xbb\xbf" + cboe_bytes()])
def test_content_decides_not_the_name(tmp_path: Path, content: bytes, packed: bool) -> None:
    chain = read_chain_file(written(tmp_path, gzip.compress(content) if packed else content, "misleading.csv.gz.txt"))
    assert (chain.symbol, chain.spot) == ("SPX", 4505.1)
    assert chain.as_of == datetime(2023, 9, 14, 16, 31, tzinfo=NEW_YORK)
    assert chain.as_of.tzinfo is NEW_YORK
    assert (chain.origin.kind, chain.origin.source) == ("recorded", "replay")
    assert chain.origin.detail == "misleading.csv.gz.txt"


@pytest.mark.parametrize("content", [cboe_bytes(), quote_table().encode()])
def test_the_heading_agrees_with_the_chain(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)
    heading, chain = read_heading(path), read_chain_file(path)
    assert (heading.symbol, heading.as_of) == (chain.symbol, chain.as_of)


def test_a_quote_table_is_read_by_position(tmp_path: Path) -> None:
    chain = read_chain_file(written(tmp_path, quote_table()))
    assert chain.is_call.tolist() == [True, False]
    assert chain.bid.tolist() == [5.1, 4.1]
    assert chain.iv.tolist() == [0.1432, 0.1501]
    assert chain.feed_gamma.tolist() == [0.012, 0.011]
    assert chain.open_interest.tolist() == [3000, 2000]
    assert chain.volume.tolist() == [120, 90]
    assert chain.change == 37.66


def test_thousands_separators_are_no_decimal_points(tmp_path: Path) -> None:
    row = ROW.replace(",3000,", ',"3,000",').replace(",4500.00,", ',"4,500.00",')
    chain = read_chain_file(written(tmp_path, quote_table(row, last="Last: 4,505.10")))
    assert chain.spot == 4505.1
    assert chain.open_interest.tolist() == [3000, 2000]


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("January 5, 2024 at 9:31 AM EST", datetime(2024, 1, 5, 9, 31, tzinfo=NEW_YORK)),
        ("July 5, 2024 at 12:05 PM EDT", datetime(2024, 7, 5, 12, 5, tzinfo=NEW_YORK)),
        ("July 5, 2024 at 12:05 AM EDT", datetime(2024, 7, 5, 0, 5, tzinfo=NEW_YORK)),
        ("November 3, 2024 at 1:30 AM EDT", datetime(2024, 11, 3, 1, 30, tzinfo=NEW_YORK)),
        ("November 3, 2024 at 1:30 AM EST", datetime(2024, 11, 3, 1, 30, tzinfo=NEW_YORK, fold=1)),
    ],
)
def test_quote_times_with_est_and_edt_become_new_york(tmp_path: Path, date: str, moment: datetime) -> None:
    as_of = read_chain_file(written(tmp_path, quote_table(date=date))).as_of
    assert as_of.timestamp() == moment.timestamp()


def test_sentinels_nulls_and_blanks_are_unknown_but_a_printed_zero_stays(tmp_path: Path) -> None:
    options = [
        option(OPTIONS[0], iv=0.0, open_interest=0.0, bid=0.0, volume=0),
        option(OPTIONS[1], iv=-999.0, open_interest=None, bid=-999.0, gamma=-999),
        {"option": OPTIONS[2]},
    ]
    chain = read_chain_file(written(tmp_path, cboe_bytes(options=options)))
    assert np.isnan(chain.iv).all()
    assert chain.open_interest[0] == chain.bid[0] == chain.volume[0] == 0
    for column in (chain.open_interest, chain.bid):
        assert np.isnan(column[1:]).all()
    assert np.isnan(chain.feed_gamma[1:]).all()


def test_the_same_contract_twice_is_counted_once(tmp_path: Path) -> None:
    options = [option(OPTIONS[0], open_interest=7), option(OPTIONS[1]), option(OPTIONS[0], open_interest=9)]
    chain = read_chain_file(written(tmp_path, cboe_bytes(options=options)))
    assert chain.open_interest.tolist() == [7, 10]
    assert "listed twice" in chain.warnings[0]


def test_a_single_malformed_contract_among_many_is_left_out_and_said(tmp_path: Path) -> None:
    options = [option(f"SPXW230914C{strike:05d}000") for strike in range(1, 200)] + [option("TESTONLY")]
    chain = read_chain_file(written(tmp_path, cboe_bytes(options=options)))
    assert len(chain) == 199
    assert chain.roots == ("SPXW",)
    assert "1 malformed" in chain.warnings[0]


def test_adjusted_contracts_are_announced(tmp_path: Path) -> None:
    options = [option("AAPL230915C00150000"), option("AAPL230915P00150000"), option("AAPL1230915C00150000")]
    chain = read_chain_file(written(tmp_path, cboe_bytes(options=options, symbol="AAPL")))
    assert "AAPL1" in chain.warnings[0]


def test_a_share_with_a_dot_in_its_name_is_its_own_underlying(tmp_path: Path) -> None:
    path = written(tmp_path, cboe_bytes(options=[option("BRKB230915C00350000")], symbol="BRK.B"))
    assert read_chain_file(path).symbol == "BRK.B"


def test_a_cut_off_file_is_refused(tmp_path: Path) -> None:
    whole = cboe_bytes()
    assert "truncated gzip" in refusal(written(tmp_path, gzip.compress(whole)[:-20]))
    assert "broken or truncated JSON" in refusal(written(tmp_path, whole[: len(whole) // 2]))
    table = quote_table(ROW, ROW[:60])
    assert "line 6 has 9 of 22 columns: the file is cut off" in refusal(written(tmp_path, table))


def test_a_damaged_gzip_is_refused(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(cboe_bytes()))
    packed[40] ^= 0xFF
    assert "gzip" in refusal(written(tmp_path, bytes(packed)))


def test_empty_and_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    assert "the file is empty" in refusal(written(tmp_path, b""))
    assert "the file is empty" in refusal(written(tmp_path, gzip.compress(b" \n")))
    assert "No such file" in refusal(tmp_path / "absent.json")
    assert "Is a directory" in refusal(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"[1, 2, 3]",
        b"<!doctype html><p>hello",
        b"\x89PNG\r\n\x1a\n\0\0\0",
        b"PK\x03\x04zip",
        b"date,close\n2024-01-02,1\n",
        b'{"ticker": "SPX", "by_expiration": {}}',
        b"ts_new_york,root,expiration,right,strike,bid_close\n2021-01-06T09:31:00,SPXW,2021-01-06,C,3800,\n",
        bytes(range(256)) * 20,
    ],
)
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    refusal(written(tmp_path, content))
    with pytest.raises(ChainError):
        read_heading(written(tmp_path, content))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"options": [option(OPTIONS[0], iv="high")]}, "data.options"),
        ({"options": [option(OPTIONS[0], open_interest=[1])]}, "data.options"),
        ({"options": {}}, "data.options"),
        ({"options": []}, "no contracts listed"),
        ({"options": [option("nonsense")]}, "malformed"),
        ({"options": [option("SPY230914C00450000")]}, "belong to SPY, not to SPX"),
        ({"current_price": "4505"}, "data.current_price"),
        ({"current_price": 0.0}, "no price"),
        ({"current_price": -999.0}, "no price"),
        ({"timestamp": "yesterday"}, "'yesterday' is no date"),
    ],
)
def test_wrong_types_and_values_in_json_are_named(tmp_path: Path, change: dict[str, object], said: str) -> None:
    content = json.dumps(cboe_answer(**change)) if change else ""  # type: ignore[arg-type]
    assert said in refusal(written(tmp_path, content))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (quote_table(ROW.replace("0.1432", "high")), "line 5: IV is 'high'"),
        (quote_table(ROW.replace("4500.00", "4600.00")), "columns missing or moved"),
        (quote_table(date="September 31, 2023 at 4:31 PM EDT"), "does not exist"),
        (quote_table(date="September 14, 2023 at 4:31 PM CST"), "zone 'CST'"),
        (quote_table(date="14.09.2023 16:31"), "'Date:"),
        (quote_table(last="Final: 4505"), "'Last:"),
        (quote_table().replace(ROW + "\n", ""), "without a single strike"),
    ],
)
def test_wrong_values_in_a_quote_table_are_named(tmp_path: Path, table: str, said: str) -> None:
    assert said in refusal(written(tmp_path, table))


def test_a_lean_table_without_a_day_in_its_name_says_how_to_name_it(tmp_path: Path) -> None:
    table = (
        "#expiry,strike,right,open,high,low,close,volume,open_interest,implied_volatility,delta,gamma\n"
        ",,,92.69,92.95,92.50,92.72,2467914,,,,\n20140613,70.71,C,21,23,20,23,5,14,0.2,0.99,0.01\n"
    )
    assert "name the file like aapl_2014-06-06.csv" in refusal(written(tmp_path, table, "options.csv"))
    assert "without a trading session" in refusal(written(tmp_path, table, "aapl_2014-06-07.csv"))
    (tmp_path / "aapl").mkdir()
    chain = read_chain_file(written(tmp_path / "aapl", table, "20140606.csv"))
    assert (chain.symbol, chain.spot, chain.roots) == ("AAPL", 92.72, ("AAPL",))
    assert chain.as_of == datetime(2014, 6, 6, 16, tzinfo=NEW_YORK)
