"""The analysis as plain JSON values, for the command line and the API."""

from dataclasses import asdict
from typing import Any

from alphagex.clock import in_new_york
from apps.market.exposure.result import Exposure


def as_report(exposure: Exposure) -> dict[str, Any]:
    """Return the key figures as JSON values. USD per 1 % move; walls and flips in points; New York times."""
    return {
        "symbol": exposure.symbol,
        "spot": exposure.spot,
        "as_of": in_new_york(exposure.as_of).isoformat(),
        "source": asdict(exposure.origin),
        "contracts": exposure.contracts,
        "contracts_used": exposure.contracts_used,
        "excluded": dict(exposure.excluded),
        "warnings": list(exposure.warnings),
        "net_gex": exposure.net_gex,
        "gross_gex": exposure.gross_gex,
        "call_gex": exposure.call_gex,
        "put_gex": exposure.put_gex,
        "net_gex_feed_gamma": exposure.net_gex_feed_gamma,
        "flip_point": exposure.flip_point,
        "flips": list(exposure.flips),
        "flip_reason": exposure.flip_reason,
        "flip_quality": exposure.flip_quality,
        "call_wall": exposure.call_wall.strike if exposure.call_wall else None,
        "put_wall": exposure.put_wall.strike if exposure.put_wall else None,
        "zero_dte_share": exposure.zero_dte_share,
        "by_expiration": [
            {
                "expiration": row.expiration.isoformat(),
                "settlement": row.settlement,
                "settles_at": row.settles_at.isoformat(),
                "net_gex": row.net_gex,
                "gross_gex": row.gross_gex,
            }
            for row in exposure.by_expiration
        ],
        "assumptions": asdict(exposure.assumptions),
    }
