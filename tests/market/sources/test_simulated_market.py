"""The simulated market: the same everywhere, moving always, listed and held like the real one."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from time import process_time

import numpy as np
import pytest

from alphagex import clock
from alphagex.clock import NEW_YORK
from apps.market.chain import Chain
from apps.market.exposure.settlement import seconds_until, settlements_of
from apps.market.sources.protocol import SourceUnavailable, UnknownSymbol
from apps.market.sources.simulated import SimulatedSource
from tests.moments import HALF_DAY_AFTERNOON, OPEN_MARKET, WEEKEND

HALF_MINUTE = timedelta(seconds=30)
COLUMNS = ["root", "expiration", "is_call", "strike", "iv", "open_interest", "volume", "feed_gamma"]
QUOTES = ["bid", "ask", "last"]


@pytest.fixture(scope="module")
def market() -> SimulatedSource:
    return SimulatedSource(seed=42)


def fingerprint(chain: Chain) -> str:
    """Return a digest of every byte of a chain."""
    digest = sha256(f"{chain.symbol} {chain.spot!r} {chain.change!r} {chain.as_of} {chain.roots}".encode())
    for name in COLUMNS + QUOTES:
        digest.update(getattr(chain, name).tobytes())
    return digest.hexdigest()


def net_gex_billions(chain: Chain, spot: float) -> float:
    settlements, of = settlements_of(chain.roots, chain.root, chain.expiration)
    years = np.maximum(seconds_until(settlements, chain.as_of), 1800.0)[of] / (365 * 86_400)
    deviation = chain.iv * np.sqrt(years)
    d1 = np.log(spot / chain.strike) / deviation + deviation / 2
    gamma = np.exp(-(d1**2) / 2) / (spot * deviation * np.sqrt(2 * np.pi))
    return float((np.where(chain.is_call, 1, -1) * gamma * chain.open_interest).sum() * spot**2 / 1e9)


def test_the_same_seed_and_moment_give_the_same_bytes_in_another_process(market: SimulatedSource) -> None:
    program = (
        "from tests.market.sources.test_simulated_market import *\n"
        "print(fingerprint(SimulatedSource(seed=42).fetch_chain('SPX', at=OPEN_MARKET)))"
    )
    here = Path(__file__).parents[3]
    other = subprocess.run([sys.executable, "-c", program], cwd=here, capture_output=True, text=True, check=True)
    for earlier in (WEEKEND, OPEN_MARKET - timedelta(days=40)):
        market.fetch_chain("SPX", at=earlier)  # what was asked before must not matter
    assert other.stdout.strip() == fingerprint(market.fetch_chain("SPX", at=OPEN_MARKET))


def test_another_seed_is_another_market() -> None:
    chains = [SimulatedSource(seed=seed).fetch_chain("SPY", at=OPEN_MARKET) for seed in (1, 2)]
    assert chains[0].spot != chains[1].spot


def test_spx_has_about_ten_thousand_contracts_and_is_fast(market: SimulatedSource) -> None:
    sizes, taken = [], []
    for days in range(0, 360, 30):
        at = OPEN_MARKET + timedelta(days=days)
        began = process_time()
        sizes.append(len(market.fetch_chain("SPX", at=at)))
        taken.append(process_time() - began)
    assert 8_000 <= min(sizes) <= max(sizes) <= 12_000
    assert float(np.median(taken)) < 0.06


@pytest.mark.parametrize("symbol", ["SPX", "SPY", "AAPL"])
@pytest.mark.parametrize("start", [OPEN_MARKET, WEEKEND, datetime(2026, 11, 19, 3, tzinfo=NEW_YORK)])
def test_it_moves_between_polls_at_any_hour(market: SimulatedSource, symbol: str, start: datetime) -> None:
    spots = [market.spot(symbol, start + poll * HALF_MINUTE) for poll in range(40)]
    moved = np.abs(np.diff(spots))
    assert (moved > 0).mean() > 0.8
    assert moved.max() < 0.005 * spots[0]


def test_it_moves_more_in_the_session_and_most_at_its_ends(market: SimulatedSource) -> None:
    def mean_move(hour: int, minute: int) -> float:
        moves = []
        for days in range(0, 28, 7):
            start = OPEN_MARKET.replace(hour=hour, minute=minute) + timedelta(days=days)
            moves.append(np.diff([market.spot("SPX", start + poll * HALF_MINUTE) for poll in range(50)]))
        return float(np.std(moves))

    night, opening, noon, closing = mean_move(3, 0), mean_move(9, 30), mean_move(12, 30), mean_move(15, 34)
    assert night < 0.6 * noon
    assert opening > 1.15 * noon
    assert closing > 1.15 * noon


def test_the_price_has_no_jump_at_midnight_open_close_or_between_days(market: SimulatedSource) -> None:
    for moment in (
        datetime(2026, 11, 19, 0, 0, tzinfo=NEW_YORK),
        datetime(2026, 11, 19, 9, 30, tzinfo=NEW_YORK),
        datetime(2026, 11, 20, 16, 0, tzinfo=NEW_YORK),
        datetime(2026, 11, 22, 0, 0, tzinfo=NEW_YORK),
        datetime(2026, 11, 1, 1, 59, 59, 999_000, tzinfo=NEW_YORK),
        HALF_DAY_AFTERNOON.replace(hour=13),
    ):
        # Added in UTC: on the wall clock the hour after daylight saving ends would be skipped.
        instant = moment.astimezone(UTC)
        before, after = (market.spot("SPX", instant + side * timedelta(milliseconds=5)) for side in (-1, 1))
        assert abs(after - before) < 0.5


def test_it_stays_near_its_anchor_over_years(market: SimulatedSource) -> None:
    spots = [market.spot("SPX", datetime(2010, 1, 4, 12, tzinfo=NEW_YORK) + timedelta(days=9 * n)) for n in range(900)]
    assert 6600 * 0.75 < min(spots) < max(spots) < 6600 * 1.33
    assert np.std(spots) / 6600 > 0.02


def test_spx_and_spy_move_as_one(market: SimulatedSource) -> None:
    ratios = [
        market.spot("SPX", OPEN_MARKET + timedelta(days=n)) / market.spot("SPY", OPEN_MARKET + timedelta(days=n))
        for n in range(30)
    ]
    assert max(ratios) / min(ratios) < 1.0002


@pytest.mark.parametrize("symbol", ["SPX", "SPY", "QQQ", "IWM"])
def test_every_session_of_the_next_weeks_has_an_expiration(market: SimulatedSource, symbol: str) -> None:
    listed = set(market.fetch_chain(symbol, at=OPEN_MARKET).expiration.tolist())
    days = [OPEN_MARKET.date() + timedelta(days=ahead) for ahead in range(30)]
    assert {day for day in days if clock.session_on(day)} <= listed
    assert not {day for day in days if not clock.session_on(day)} & listed


def test_third_fridays_of_spx_settle_twice(market: SimulatedSource) -> None:
    chain = market.fetch_chain("SPX", at=OPEN_MARKET)
    morning = set(chain.expiration[chain.root == chain.roots.index("SPX")].tolist())
    evening = set(chain.expiration[chain.root == chain.roots.index("SPXW")].tolist())
    assert {date(2026, 11, 20), date(2026, 12, 18), date(2027, 6, 17)} <= morning <= evening
    assert OPEN_MARKET.date() not in morning
    friday = datetime(2026, 11, 20, 9, 29, 59, tzinfo=NEW_YORK)
    assert set(market.fetch_chain("SPX", at=friday + timedelta(seconds=2)).roots) == {"SPX", "SPXW"}
    later = market.fetch_chain("SPX", at=friday + timedelta(seconds=2))
    on_friday = later.expiration == np.datetime64("2026-11-20")
    assert {later.roots[index] for index in later.root[on_friday]} == {"SPXW"}


def test_shares_have_weeklies_monthlies_and_leaps(market: SimulatedSource) -> None:
    listed = set(market.fetch_chain("AAPL", at=OPEN_MARKET).expiration.tolist())
    assert {date(2026, 11, 20), date(2026, 12, 4), date(2027, 3, 19), date(2028, 1, 21)} <= listed
    assert date(2026, 11, 19) not in listed


def test_nothing_is_listed_after_it_settled(market: SimulatedSource) -> None:
    for at in (OPEN_MARKET.replace(hour=15, minute=59, second=59), OPEN_MARKET.replace(hour=16), HALF_DAY_AFTERNOON):
        chain = market.fetch_chain("SPX", at=at)
        settlements, _ = settlements_of(chain.roots, chain.root, chain.expiration)
        assert (seconds_until(settlements, at) > 0).all()
        assert np.isfinite(chain.iv).all()
        assert (chain.iv > 0).all()


def test_open_interest_changes_once_a_day(market: SimulatedSource) -> None:
    morning, evening = (market.fetch_chain("SPY", at=OPEN_MARKET.replace(hour=hour)) for hour in (10, 15))
    assert (morning.open_interest == evening.open_interest).all()
    assert morning.open_interest_date == date(2026, 11, 17)
    tomorrow = market.fetch_chain("SPY", at=OPEN_MARKET + timedelta(days=1))
    assert tomorrow.open_interest_date == date(2026, 11, 18)
    assert tomorrow.open_interest.sum() != morning.open_interest.sum()


def test_open_interest_sits_at_round_strikes_with_puts_below_and_calls_above(market: SimulatedSource) -> None:
    chain = market.fetch_chain("SPX", at=OPEN_MARKET)
    near = np.abs(chain.strike / chain.spot - 1) < 0.02
    hundreds, plain = near & (chain.strike % 100 == 0), near & (chain.strike % 25 != 0)
    assert chain.open_interest[hundreds].mean() > 2 * chain.open_interest[plain].mean()
    below, above = chain.strike < chain.spot * 0.98, chain.strike > chain.spot * 1.02
    assert chain.open_interest[below & ~chain.is_call].sum() > 3 * chain.open_interest[below & chain.is_call].sum()
    assert chain.open_interest[above & chain.is_call].sum() > 3 * chain.open_interest[above & ~chain.is_call].sum()
    assert (chain.open_interest == np.floor(chain.open_interest)).all()


def test_volume_grows_over_the_day_and_starts_anew(market: SimulatedSource) -> None:
    hours = [(9, 0), (10, 0), (12, 0), (15, 59)]
    chains = [market.fetch_chain("SPY", at=OPEN_MARKET.replace(hour=hour, minute=minute)) for hour, minute in hours]
    assert chains[0].volume.sum() == 0
    for earlier, later in pairwise(chains):
        assert (later.volume >= earlier.volume).all()
        assert later.volume.sum() > earlier.volume.sum()
    assert market.fetch_chain("SPY", at=WEEKEND).volume.sum() > 0


def test_net_gamma_and_its_flip_are_of_believable_size(market: SimulatedSource) -> None:
    sizes, flips = [], []
    for days in range(0, 350, 14):
        chain = market.fetch_chain("SPX", at=OPEN_MARKET + timedelta(days=days))
        sizes.append(abs(net_gex_billions(chain, chain.spot)))
        grid = np.linspace(0.9, 1.1, 81)
        curve = np.array([net_gex_billions(chain, chain.spot * share) for share in grid])
        crossings = np.flatnonzero(np.sign(curve[1:]) != np.sign(curve[:-1]))
        flips.append(float(np.abs(grid[crossings] - 1).min()) if crossings.size else np.inf)
    assert 3 < np.median(sizes) < 90
    assert np.mean(np.array(flips) < 0.03) > 0.6
    assert np.mean(np.isfinite(flips)) > 0.9


def test_an_unknown_symbol_says_what_to_pick(market: SimulatedSource) -> None:
    with pytest.raises(UnknownSymbol, match=r"'SPYX' has no listed options in the simulated market\. .* pick one of "):
        market.fetch_chain("SPYX", at=OPEN_MARKET)


def test_beyond_the_exchange_calendar_there_is_no_market(market: SimulatedSource) -> None:
    with pytest.raises(SourceUnavailable, match="2050"):
        market.fetch_chain("SPY", at=datetime(2050, 1, 3, 12, tzinfo=NEW_YORK))


def test_every_symbol_has_a_chain_that_says_it_is_simulated(market: SimulatedSource) -> None:
    for symbol in market.symbols:
        chain = market.fetch_chain(symbol, at=OPEN_MARKET)
        assert chain.origin.kind == "simulated"
        assert chain.origin.detail == "seed 42"
        assert len(chain) > 600
        assert chain.change is not None
