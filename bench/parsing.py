"""CPU time of one option chain's JSON bytes becoming columns, at the size of SPX."""

from apps.market.chain import Origin
from apps.market.fake_upstream.cboe import as_cboe_json
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


if __name__ == "__main__":
    print_table(rows())
