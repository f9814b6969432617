"""Kelly with its uncertainty, against figures worked out elsewhere."""

import numpy as np
import pytest

from apps.sizing.kelly import kelly_of, likely_win_rate
from apps.sizing.record import Record, recommend


def record(trades: int, win_rate: float, win: float = 500.0, loss: float = 400.0) -> Record:
    return Record(strategy="Fade", trades=trades, win_rate=win_rate, average_win=win, average_loss=loss)


def test_the_range_of_a_win_rate_is_jeffreys_interval() -> None:
    """Checked by summing the density of seven wins and three losses under Jeffreys' prior over a fine grid."""
    rates = np.linspace(0, 1, 200_001)
    density = rates**6.5 * (1 - rates) ** 2.5
    below = np.cumsum(density) / density.sum()
    expected = (np.interp(0.1, below, rates), np.interp(0.9, below, rates))
    assert likely_win_rate(7, 3) == pytest.approx(expected, abs=1e-4)
    assert likely_win_rate(0, 5)[0] == 0
    assert likely_win_rate(5, 0)[1] == 1


def test_the_range_narrows_with_the_trades_behind_it() -> None:
    few, many = (kelly_of(60, 500, 400, trades=trades).likely for trades in (10, 1000))
    assert few is not None
    assert many is not None
    assert few.win_low < many.win_low < 0.6 < many.win_high < few.win_high
    assert few.kelly_low < many.kelly_low < kelly_of(60, 500, 400).full < many.kelly_high < few.kelly_high


def test_no_edge_is_said_although_the_engine_shows_zero() -> None:
    kelly = kelly_of(40, 100, 100)
    assert (kelly.full, kelly.has_edge) == (0, False)
    assert kelly.edge == pytest.approx(-20)


@pytest.mark.parametrize(
    ("known", "share", "words"),
    [
        (record(30, 40, win=100, loss=100), 0.0, "No edge"),
        (record(19, 80), None, "19 of 20 trades"),
        (record(30, 48), None, "luck"),
        (record(400, 65), 2.0, "even at the low end"),
        (record(30, 100, loss=0.0), None, "No loss yet"),
    ],
)
def test_a_record_allows_as_much_as_its_low_end_bears(known: Record, share: float | None, words: str) -> None:
    found = recommend(known, most_percent=2.0)
    assert found.risk_percent == share
    assert words in found.words


def test_a_small_edge_allows_less_than_the_traders_own_most() -> None:
    found = recommend(record(2_000, 47, win=500, loss=400), most_percent=5.0)
    assert found.kelly.likely is not None
    assert found.risk_percent == found.kelly.likely.kelly_low / 2
    assert 0 < found.risk_percent < 5
