"""Chains made for tests, and an oracle that shares no code with the analysis."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time

import numpy as np

from alphagex.clock import NEW_YORK
from apps.market.chain import Chain, Origin

THURSDAY = datetime(2023, 9, 14, 10, 0, tzinfo=NEW_YORK)
NAN = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One listed option; the defaults make it count."""

    strike: float = 100.0
    is_call: bool = True
    expiration: date = date(2023, 10, 20)
    root: str = "SPY"
    iv: float = 0.2
    open_interest: float = 10.0
    volume: float = NAN
    feed_gamma: float = NAN


def make_chain(contracts: Iterable[Contract], *, spot: float = 100.0, as_of: datetime = THURSDAY) -> Chain:
    """Return a chain of `contracts`, in their order."""
    listed = list(contracts)
    roots = tuple(sorted({contract.root for contract in listed}))

    def column(name: str) -> np.ndarray:
        return np.array([getattr(contract, name) for contract in listed], dtype=np.float64)

    return Chain(
        symbol=roots[0] if roots else "SPY",
        spot=spot,
        as_of=as_of,
        origin=Origin(source="test", kind="simulated", label="Made for a test"),
        roots=roots,
        root=np.array([roots.index(contract.root) for contract in listed], dtype=np.int16),
        expiration=np.array([contract.expiration for contract in listed], dtype="datetime64[D]"),
        is_call=np.array([contract.is_call for contract in listed], dtype=np.bool_),
        strike=column("strike"),
        iv=column("iv"),
        open_interest=column("open_interest"),
        volume=column("volume"),
        bid=np.full(len(listed), NAN),
        ask=np.full(len(listed), NAN),
        feed_gamma=column("feed_gamma"),
    )


def two_sided_chain(*, as_of: datetime = THURSDAY, spot: float = 100.0) -> Chain:
    """Return calls above and puts below 100 over three expirations, with one flip near 100."""
    days = (date(2023, 9, 14), date(2023, 9, 22), date(2023, 12, 15))
    contracts = [
        Contract(
            strike=float(strike),
            is_call=strike > 98,
            expiration=day,
            iv=0.18 + 0.002 * abs(strike - 100),
            open_interest=100.0 + 7.0 * (strike % 5) + 3.0 * index,
            volume=20.0 + strike % 3,
        )
        for index, day in enumerate(days)
        for strike in range(80, 121)
    ]
    return make_chain(contracts, spot=spot, as_of=as_of)


def reordered(chain: Chain, rows: np.ndarray) -> Chain:
    """Return the contracts of `chain` at `rows`, in that order."""
    columns = {field.name: getattr(chain, field.name) for field in fields(chain)}
    return replace(chain, **{name: value[rows] for name, value in columns.items() if isinstance(value, np.ndarray)})


def plain_contracts(chain: Chain) -> Iterator[tuple[float, bool, float, float, float]]:
    """Yield strike, is_call, IV, years and open interest of the contracts that count, one at a time.

    Written against the method's text, not against our code: open at 09:30 for three roots, else 16:00.
    """
    now = chain.as_of.replace(tzinfo=None)
    for index in range(len(chain)):
        at = time(9, 30) if chain.roots[chain.root[index]] in ("SPX", "RUT", "NDX") else time(16)
        settles = datetime.combine(chain.expiration[index].astype("datetime64[D]").item(), at)
        seconds = (settles - now).total_seconds()
        iv, open_interest = float(chain.iv[index]), float(chain.open_interest[index])
        if seconds > 0 and iv > 0 and open_interest > 0:
            years = max(seconds, 1800.0) / (365 * 86_400)
            yield float(chain.strike[index]), bool(chain.is_call[index]), iv, years, open_interest
