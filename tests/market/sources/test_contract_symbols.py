"""Contract symbols become columns; what is no contract is marked, not guessed."""

import numpy as np
import pytest

from apps.market.chain import ChainError
from apps.market.sources.occ import parse_contracts, underlying_of, underlying_of_root


def test_roots_of_different_length_are_read_side_by_side() -> None:
    contracts = parse_contracts(
        ["SPX230915C04500000", "SPXW230914P04497500", "F240119C00012350", "GOOGL261218P00250000"]
    )
    assert [contracts.roots[index] for index in contracts.root] == ["SPX", "SPXW", "F", "GOOGL"]
    assert contracts.expiration.astype(str).tolist() == ["2023-09-15", "2023-09-14", "2024-01-19", "2026-12-18"]
    assert contracts.is_call.tolist() == [True, False, True, False]
    assert contracts.strike.tolist() == [4500.0, 4497.5, 12.35, 250.0]
    assert not contracts.malformed.any()


def test_roots_padded_to_six_characters_are_the_same_contract() -> None:
    padded, plain = parse_contracts(["SPX   230915C04500000"]), parse_contracts(["SPX230915C04500000"])
    assert padded.roots == plain.roots == ("SPX",)
    assert padded.strike == plain.strike


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "SPX",
        "230915C04500000",
        "SPX231315C04500000",
        "SPX230230C04500000",
        "SPX230900C04500000",
        "SPX230915X04500000",
        "SPX230915C0450O000",
        "SPX230915C00000000",
        "TOOLONG230915C04500000",
        "sp-230915C04500000",
    ],
)
def test_a_symbol_that_is_no_contract_is_marked(nonsense: str) -> None:
    contracts = parse_contracts(["SPXW230914P04497500", nonsense, "SPY230914P00450000"])
    assert contracts.malformed.tolist() == [False, True, False]
    assert contracts.strike[[0, 2]].tolist() == [4497.5, 450.0]


def test_letters_beyond_ascii_are_refused() -> None:
    with pytest.raises(ChainError, match="not ASCII"):
        parse_contracts(["SPX230915C04500000", "ÄPX230915C04500000"])


def test_no_contracts_at_all_are_refused() -> None:
    with pytest.raises(ChainError, match="no contracts"):
        parse_contracts([])


def test_every_date_of_a_year_survives_the_round_trip() -> None:
    days = np.arange("2024-01-01", "2025-01-01", dtype="datetime64[D]")
    contracts = parse_contracts([f"SPY{day:%y%m%d}C00450000" for day in days.tolist()])
    assert (contracts.expiration == days).all()


def test_the_underlying_is_what_most_roots_belong_to() -> None:
    contracts = parse_contracts(["SPXW230914P04497500", "SPXW230914C04497500", "SPX230915C04500000"])
    assert underlying_of(contracts.roots, contracts.root) == "SPX"
    assert underlying_of_root("AAPL1") == "AAPL"
    assert underlying_of_root("RUTW") == "RUT"
