"""The analysis as JSON."""

import json

from apps.market.exposure.analysis import analyse
from apps.market.exposure.report import as_report
from tests.market.exposure.chains import Contract, make_chain, two_sided_chain

PROMISED = {
    "symbol", "spot", "as_of", "source", "contracts", "contracts_used", "net_gex", "gross_gex", "call_gex", "put_gex",
    "net_gex_feed_gamma", "flip_point", "flips", "flip_reason", "call_wall", "put_wall", "zero_dte_share",
    "by_expiration", "assumptions",
}  # fmt: skip


def test_the_report_has_every_promised_key_and_is_strict_json() -> None:
    report = json.loads(json.dumps(as_report(analyse(two_sided_chain())), allow_nan=False))
    assert set(report) >= PROMISED
    assert report["as_of"] == "2023-09-14T10:00:00-04:00"
    assert report["assumptions"]["model"] == "calls +, puts −"
    first = report["by_expiration"][0]
    assert (first["expiration"], first["settlement"]) == ("2023-09-14", "PM")
    assert isinstance(report["call_wall"], float)


def test_what_is_unknown_is_null() -> None:
    report = as_report(analyse(make_chain([Contract(strike=105)])))
    assert report["put_wall"] is None
    assert report["flip_point"] is None
    assert report["net_gex_feed_gamma"] is None
    assert report["flip_reason"]
    json.dumps(report, allow_nan=False)
