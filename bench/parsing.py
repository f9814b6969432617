"""CPU time of one option chain's JSON bytes becoming columns, at the size of SPX."""

import json
from datetime import UTC

import numpy as np

from apps.market.chain import Chain, Origin
from apps.market.sources.cboe_json import ANSWER, parse_cboe_json
from bench.chains import spx_chain
from bench.report import BenchRow, cpu_ms, print_table

GOAL_MS, GOAL_RATIO = 25.0, 1.65  # on the machine where typed decoding alone takes 15.5 ms
ORIGIN = Origin(source="cboe", kind="delayed", label="Cboe delayed", delay_seconds=900)


def rows() -> list[BenchRow]:
    """Return the time of bytes to chain, against nothing but the typed decoding of the same bytes."""
    chain, which = spx_chain()
    print(which)
    data = as_cboe_json(chain)
    assert len(parse_cboe_json(data, origin=ORIGIN)) == len(chain)
    decoded, parsed = cpu_ms(lambda: ANSWER.decode(data), lambda: parse_cboe_json(data, origin=ORIGIN), rounds=15)
    ratio = parsed / decoded
    return [
        BenchRow(
            name=f"JSON to chain, {len(chain):,} contracts, {len(data) / 1e6:.1f} MB",
            value=parsed,
            unit="ms CPU",
            baseline="typed msgspec decoding alone",
            ratio=ratio,
            goal=f"<= {GOAL_MS:.0f} ms or {GOAL_RATIO} x",
            ok=parsed <= GOAL_MS or ratio <= GOAL_RATIO,
        )
    ]


def as_cboe_json(chain: Chain) -> bytes:
    """Return `chain` in the words of the Cboe delayed-quotes JSON, with all the fields a real answer carries."""
    names = [
        f"{chain.roots[root]}{day:%y%m%d}{'C' if call else 'P'}{round(strike * 1000):08d}"
        for root, day, call, strike in zip(
            chain.root.tolist(), chain.expiration.tolist(), chain.is_call.tolist(), chain.strike.tolist(), strict=True
        )
    ]
    columns = [np.nan_to_num(c).tolist() for c in (chain.bid, chain.ask, chain.iv, chain.open_interest, chain.volume)]
    options = [
        {
            "option": option,
            "bid": bid,
            "bid_size": 7.0,
            "ask": ask,
            "ask_size": 7.0,
            "iv": iv,
            "open_interest": open_interest,
            "volume": volume,
            "delta": -0.0125,
            "gamma": gamma,
            "theta": -0.0076,
            "rho": -0.0006,
            "vega": 0.0081,
            "theo": 0.0358,
            "change": 0.0,
            "open": 0.0,
            "high": 0.0,
            "low": 0.0,
            "tick": "down",
            "last_trade_price": 0.25,
            "last_trade_time": "2023-08-21T12:48:51",
            "percent_change": 0.0,
            "prev_day_close": 0.0500000007450581,
        }
        for option, bid, ask, iv, open_interest, volume, gamma in zip(
            names, *columns, np.nan_to_num(chain.feed_gamma).tolist(), strict=True
        )
    ]
    spot = chain.spot
    quote = {"options": options, "symbol": f"^{chain.symbol}", "current_price": spot, "prev_day_close": spot}
    answer = {
        "timestamp": f"{chain.as_of.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        "data": quote,
        "symbol": f"_{chain.symbol}",
    }
    return json.dumps(answer, separators=(",", ":")).encode()


if __name__ == "__main__":
    print_table(rows())
