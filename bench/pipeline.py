"""From recorded JSON bytes to all numbers, and on to stored and broadcast, for a full SPX chain."""

import json

from bench.report import BenchRow, cpu_ms


def rows() -> list[BenchRow]:
    """Return CPU ms of JSON to numbers, and of the same plus rows, message and rendered panels."""
    from alphagex import clock
    from apps.gex.services import publish_panels
    from apps.market.chain import Origin
    from apps.market.exposure.analysis import analyse
    from apps.market.fake_upstream.cboe import as_cboe_json
    from apps.market.feed import store_observation
    from apps.market.models import Feed, Snapshot
    from apps.market.sources.cboe_json import parse_cboe_json
    from bench.chains import spx_chain

    chain, which = spx_chain()
    print(which)
    data, contracts = as_cboe_json(chain), len(chain)
    origin = Origin(source="bench", kind="recorded", label="Cboe, recorded")

    def numbers() -> None:
        analyse(parse_cboe_json(data, origin=origin))

    def stored_and_broadcast() -> None:
        Snapshot.objects.filter(symbol="SPX").delete()
        Feed.objects.filter(symbol="SPX").delete()
        stored = store_observation(parse_cboe_json(data, origin=origin), received_at=clock.now())
        publish_panels(stored.snapshot.pk)

    def decoding_by_the_standard_library() -> None:
        json.loads(data)

    to_numbers, whole, baseline = cpu_ms(numbers, stored_and_broadcast, decoding_by_the_standard_library, rounds=9)
    reference = "json.loads alone"
    return [
        BenchRow(f"{reference}, {contracts:,} contracts, {len(data) / 1e6:.1f} MB", baseline, "ms"),
        _row("JSON bytes to all numbers", to_numbers, reference, baseline, 60),
        _row("... stored, rendered and broadcast", whole, reference, baseline, 500),
    ]


def _row(name: str, taken: float, reference: str, baseline: float, goal: float) -> BenchRow:
    return BenchRow(name, taken, "ms", reference, taken / baseline, f"<= {goal:g} ms", taken <= goal)
