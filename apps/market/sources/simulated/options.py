"""Quotes of one expiration of a chain, and which expirations there are."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

import numpy as np

from apps.market.chain import Chain, FloatArray
from apps.market.sources.protocol import UnknownSymbol


def expirations(chain: Chain) -> list[str]:
    """Return the expirations that still trade, YYYY-MM-DD, nearest first."""
    return [day.isoformat() for day in np.unique(chain.expiration).tolist()]


def one_expiration(chain: Chain, detail: str) -> Chain:
    """Return the contracts of `chain` that expire on `detail` (YYYY-MM-DD). Raises UnknownSymbol if there are none."""
    try:
        expiration = date.fromisoformat(detail)
    except ValueError:
        raise UnknownSymbol(f"{detail!r} is no expiration. Write it like 2026-01-16.") from None
    keep = chain.expiration == np.datetime64(expiration)
    if not keep.any():
        raise UnknownSymbol(
            f"{chain.symbol} has no options that expire {expiration}. The nearest listed: "
            f"{', '.join(_nearest(expirations(chain), expiration))}."
        )
    columns = {field.name: getattr(chain, field.name) for field in fields(chain)}
    return replace(chain, **{name: each[keep] for name, each in columns.items() if isinstance(each, np.ndarray)})


def rows(chain: Chain) -> dict[str, list[dict[str, Any]]]:
    """Return the value of Kind.OPTIONS: rows by strike, each with its series (SPX and SPXW may share a strike)."""
    columns: dict[str, FloatArray | None] = {
        "strike": chain.strike,
        "bid": chain.bid,
        "ask": chain.ask,
        "last": chain.last,
        "iv": chain.iv,
        "open_interest": chain.open_interest,
        "volume": chain.volume,
    }
    sides: dict[str, list[dict[str, Any]]] = {"calls": [], "puts": []}
    for place in np.lexsort((chain.root, chain.strike)).tolist():
        row: dict[str, Any] = {name: _json(column, place) for name, column in columns.items()}
        row["root"] = chain.roots[chain.root[place]]
        sides["calls" if chain.is_call[place] else "puts"].append(row)
    return sides


def _json(column: FloatArray | None, place: int) -> float | None:
    value = float("nan") if column is None else float(column[place])
    return value if np.isfinite(value) else None


def _nearest(listed: list[str], expiration: date) -> list[str]:
    """Return the three listed dates nearest to `expiration`, in order."""
    return sorted(sorted(listed, key=lambda day: abs(date.fromisoformat(day) - expiration))[:3])
