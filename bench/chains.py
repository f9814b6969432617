"""The chain the benchmarks run on: the recorded SPX chain, or a made-up one of the same size."""

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from alphagex.clock import NEW_YORK, session_on_or_before
from apps.market.chain import Chain, Origin
from apps.market.sources.recorded import read_chain_file

RECORDED = Path(__file__).resolve().parents[2] / "shared" / "market" / "spx_cboe_quotedata_2023-09-14.csv.gz"
SIZE = 19_920  # contracts of the recorded chain


def spx_chain() -> tuple[Chain, str]:
    """Return the chain and one line that says which it is."""
    if RECORDED.is_file():
        chain = read_chain_file(RECORDED)
        return chain, f"Recorded SPX chain of {chain.as_of:%Y-%m-%d}, {len(chain):,} contracts."
    chain = synthetic_chain()
    return chain, f"No recorded chains in ../shared/market: a synthetic chain of {len(chain):,} contracts instead."


def synthetic_chain(seed: int = 7) -> Chain:
    """Return a chain of SIZE contracts over 60 expirations, about 70 % of them with open interest and IV."""
    random = np.random.default_rng(seed)
    spot, as_of = 4505.0, datetime(2023, 9, 14, 16, 31, tzinfo=NEW_YORK)
    listed = [session_on_or_before(as_of.date() + timedelta(days=int(1.35**k + 2 * k))).day for k in range(20)]
    listed += [session_on_or_before(date(2023, 9, 15) + timedelta(days=3 * k)).day for k in range(40)]
    days = np.array(sorted(set(listed)), dtype="datetime64[D]")
    strikes = np.arange(200) * 15.0 + 3000.0
    pairs = SIZE // 2
    day, strike = np.resize(np.repeat(days, len(strikes)), pairs), np.resize(strikes, pairs)
    away = np.log(strike / spot)
    iv = np.clip(0.14 - 0.35 * away + 0.8 * away**2 + random.normal(0, 0.003, pairs), 0.05, 3.0)
    unknown = np.full(SIZE, np.nan)
    open_interest = np.floor(random.exponential(900.0, SIZE)) * (random.random(SIZE) < 0.72)
    return Chain(
        symbol="SPX",
        spot=spot,
        as_of=as_of,
        origin=Origin(source="synthetic", kind="simulated", label="Made for the benchmark"),
        roots=("SPX", "SPXW"),
        root=np.ones(SIZE, dtype=np.int16),
        expiration=np.repeat(day, 2),
        is_call=np.tile([True, False], pairs),
        strike=np.repeat(strike, 2),
        iv=np.repeat(iv, 2),
        open_interest=open_interest,
        volume=np.floor(open_interest * random.random(SIZE)),
        bid=unknown,
        ask=unknown,
        feed_gamma=unknown,
    )
