"""The traps that the real recorded chains hold for whoever parses them."""

import csv
import gzip
import json
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from alphagex.clock import NEW_YORK
from apps.market.chain import Chain, ChainError
from apps.market.sources.recorded import read_chain_file
from tests.market.sources.material import ROW, quote_table


@pytest.fixture(scope="module")
def spx(recorded: Path) -> Chain:
    return read_chain_file(recorded / "spx_cboe_quotedata_2023-09-14.csv.gz")


@pytest.fixture(scope="module")
def rut(recorded: Path) -> Chain:
    return read_chain_file(recorded / "rut_cboe_delayed_2023-09-20.json.gz")


def test_every_recorded_chain_is_read_whole(recorded: Path, spx: Chain, rut: Chain) -> None:
    reference = json.loads((recorded / "reference_values.json").read_text())
    spy = read_chain_file(recorded / "spy_cboe_quotedata_2023-09-14.csv.gz")
    for name, chain in (("spx_2023-09-14", spx), ("spy_2023-09-14", spy), ("rut_2023-09-20", rut)):
        assert len(chain) == reference[name]["contracts"]
        assert chain.spot == reference[name]["spot"]
        assert chain.as_of == datetime.fromisoformat(reference[name]["quote_time"])
        assert chain.symbol == name[:3].upper()
        assert chain.warnings == ()
    assert (spx.change, rut.change) == (37.6601, -20.8807)


def test_a_quote_after_midnight_utc_belongs_to_the_new_york_day_before(rut: Chain) -> None:
    assert rut.as_of == datetime(2023, 9, 20, 23, 17, 42, tzinfo=NEW_YORK)
    assert rut.as_of.date() == date(2023, 9, 20)
    assert rut.open_interest_date == date(2023, 9, 19)


def test_the_same_date_and_strike_twice_keeps_its_two_roots(spx: Chain) -> None:
    twice = (spx.expiration == np.datetime64("2023-09-15")) & (spx.strike == 4500) & spx.is_call
    assert sorted(spx.roots[index] for index in spx.root[twice]) == ["SPX", "SPXW"]
    assert len(set(spx.open_interest[twice].tolist())) == 2


def test_contracts_that_expired_the_same_afternoon_are_kept_for_the_analysis_to_settle(spx: Chain) -> None:
    expired = spx.expiration == np.datetime64("2023-09-14")
    assert expired.sum() > 100
    assert spx.open_interest[expired].sum() > 0


def test_missing_open_interest_is_unknown_not_zero(recorded: Path) -> None:
    chain = read_chain_file(recorded / "aapl_chain_missing_oi_2014-06-06.csv.gz")
    assert len(chain) == 2180
    assert np.isnan(chain.open_interest).all()
    assert np.isnan(chain.iv).all()
    assert (chain.volume == 0).all()


def test_strikes_from_before_a_split_are_kept_with_their_absurd_volatility(recorded: Path) -> None:
    chain = read_chain_file(recorded / "aapl_chain_after_split_2014-06-09.csv.gz")
    old = chain.strike >= 395
    assert (chain.spot, len(chain)) == (92.72, 4360)
    assert chain.open_interest[old & (chain.open_interest > 0)].size > 0
    assert np.nanmax(chain.iv[old]) > 1.8
    assert np.isnan(chain.open_interest).any()


def test_the_gamma_of_the_feed_is_kept_as_coarse_as_it_was_printed(spx: Chain) -> None:
    held = spx.feed_gamma[spx.open_interest > 0]
    assert len(np.unique(spx.feed_gamma)) <= 113
    assert (held == 0).sum() > 1000
    assert (np.round(held, 4) == held).all()


def test_a_row_without_any_bid_is_unknown_not_zero(recorded: Path, tmp_path: Path) -> None:
    with gzip.open(recorded / "spxw_option_1min_quotes_2021-01.csv.gz", "rt") as file:
        bare = next(row for row in csv.DictReader(file) if not row["bid_close"])
    path = tmp_path / "table.csv"
    path.write_text(quote_table(ROW.replace(",5.1,5.3,", f",{bare['bid_close']},{bare['ask_close']},")))
    chain = read_chain_file(path)
    assert np.isnan(chain.bid[0])
    assert chain.ask[0] == 0.05
    assert chain.bid[1] == 4.1


def test_lean_greeks_are_read_with_their_seven_digits(recorded: Path) -> None:
    chain = read_chain_file(recorded / "spxw_greeks_sample_2023-06-23.csv")
    assert (chain.symbol, chain.roots, len(chain), chain.spot) == ("SPX", ("SPXW",), 12, 4348.23)
    assert chain.feed_gamma[0] == 0.0022678
    assert chain.open_interest[0] == 1209


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "reference_values.json",
        "occ_oi_history_SPX_2026-08.json.gz",
        "spxw_option_1min_quotes_2021-01.csv.gz",
        "spy_1min_trades.csv.gz",
    ],
)
def test_recordings_that_are_no_chain_are_refused(recorded: Path, name: str) -> None:
    with pytest.raises(ChainError, match=name):
        read_chain_file(recorded / name)
