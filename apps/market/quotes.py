"""What an option costs, for marking and trading: with its age and source, or why it cannot be said. Never guessed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from alphagex import clock
from apps.market import configured, data_cache, facts
from apps.market.budget import Priority
from apps.market.chain import Chain
from apps.market.data_cache import Fact
from apps.market.sources.packed_quotes import PackedQuotes, pack_quotes
from apps.market.sources.protocol import Answer, Kind, Question
from apps.market.watching import note_watched

OptionType = Literal["call", "put"]
Rows = dict[str, list[dict[str, Any]]]
Status = Literal["ok", "locked", "crossed", "no_bid", "no_ask", "no_quote", "not_listed", "unknown"]
# A quote may be as old as its source promises, and this much older, while the market is open.
_TOLERATED = timedelta(minutes=5)
_DELAY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionQuote:
    """One contract's quote. Prices: USD per share. spread_share: of the mid, fraction.

    mid: between bid and ask of an orderly market ("ok", "locked"), else None. is_stale: older than promised.
    reason: empty for a fresh "ok", else one sentence for people. truth: live, delayed, recorded, simulated.
    root: the series, where a date settles twice (SPX at the open, SPXW at the close).
    """

    symbol: str
    expiration: date
    strike: Decimal
    option_type: OptionType
    status: Status
    is_stale: bool
    reason: str
    root: str = ""
    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    mid: Decimal | None = None
    spread: Decimal | None = None
    spread_share: float | None = None
    iv: float | None = None
    as_of: datetime | None = None
    fetched_at: datetime | None = None
    age: timedelta | None = None
    source: str = ""
    truth: str = ""
    label: str = ""

    @property
    def is_tradable(self) -> bool:
        """Whether a fill at bid, ask or mid can be assumed."""
        return self.status == "ok" and not self.is_stale


class QuoteBook:
    """The newest known quotes of a symbol, read once for as many of its contracts as are asked for.

    What is missing or old is asked for, with `priority`, and comes later.
    """

    def __init__(self, symbol: str, *, at: datetime, priority: Priority = Priority.PERSON) -> None:
        self.symbol = symbol
        self._at = at
        self._priority = priority
        self._rows: dict[date, tuple[Fact, Rows | None]] = {}

    @cached_property
    def _whole(self) -> Fact:
        return data_cache.read(configured.chain_source().name, Question(kind=Kind.QUOTES, symbol=self.symbol))

    @cached_property
    def _packed(self) -> PackedQuotes:
        return PackedQuotes(self._whole.value)

    @property
    def expirations(self) -> list[date]:
        """Return the expirations of the whole chain, rising; none where only single expirations are known."""
        return sorted(self._packed.expirations) if self._whole.is_known else []

    def strikes(self, expiration: date) -> list[Decimal]:
        """Return the listed strikes of an expiration of the whole chain, rising."""
        if expiration not in self.expirations:
            return []
        _, sides = self._of(expiration)
        rows = [row for side in (sides or {}).values() for row in side]
        return sorted({Decimal(str(row["strike"])) for row in rows})

    def quote(self, expiration: date, strike: Decimal, option_type: OptionType, *, root: str = "") -> OptionQuote:
        """Return a contract's quote. root: the series where a date settles twice; empty: what settles at the close."""
        fact, sides = self._of(expiration)
        contract: dict[str, Any] = {
            "symbol": self.symbol, "expiration": expiration, "strike": strike, "option_type": option_type,
            "as_of": fact.as_of, "fetched_at": fact.fetched_at,
            "age": self._at - fact.as_of if fact.as_of else None,
            "source": fact.source, "truth": fact.truth, "label": fact.label,
        }  # fmt: skip
        name = f"{self.symbol} {expiration:%Y-%m-%d} {strike.normalize():f} {option_type}"
        if sides is None:
            reason = fact.problem or "It is being asked for."
            return OptionQuote(**contract, status="unknown", is_stale=True, reason=f"No quote of {name} yet: {reason}")
        row = _row_of(sides["calls" if option_type == "call" else "puts"], strike, root=root)
        is_stale = _is_stale(fact, self._at)
        if row is None:
            return OptionQuote(**contract, status="not_listed", is_stale=is_stale, reason=f"{name} is not listed.")
        return _judged(contract, row, is_stale=is_stale, name=name, fact=fact)

    def _of(self, expiration: date) -> tuple[Fact, Rows | None]:
        if expiration not in self._rows:
            self._rows[expiration] = self._newest_rows(expiration)
        return self._rows[expiration]

    def _newest_rows(self, expiration: date) -> tuple[Fact, Rows | None]:
        """Return the rows of an expiration from the whole chain's quotes, or from those of the expiration alone."""
        whole = self._whole
        if whole.is_known and expiration in self._packed.expirations:
            if not whole.is_valid(self._at):
                note_watched([self.symbol], at=self._at)  # its next chain brings new ones
            return whole, self._packed.rows(expiration)
        question = Question(kind=Kind.OPTIONS, symbol=self.symbol, detail=expiration.isoformat())
        if not facts.can_be_asked(Kind.OPTIONS):
            note_watched([self.symbol], at=self._at)
            return whole, {"calls": [], "puts": []} if whole.is_known else None
        fact = facts.newest(question, at=self._at, priority=self._priority)
        return fact, fact.value if fact.is_known else None


def quote_option(
    symbol: str,
    expiration: date,
    strike: Decimal,
    option_type: OptionType,
    *,
    at: datetime,
    root: str = "",
    priority: Priority = Priority.PERSON,
) -> OptionQuote:
    """Return the newest known quote of one contract; see QuoteBook."""
    return QuoteBook(symbol, at=at, priority=priority).quote(expiration, strike, option_type, root=root)


def keep_quotes(chain: Chain, *, at: datetime) -> None:
    """Keep the quotes of a chain that was just fetched: they cost no request of their own."""
    question = Question(kind=Kind.QUOTES, symbol=chain.symbol)
    answer = Answer(question=question, value=pack_quotes(chain), as_of=chain.as_of, origin=chain.origin)
    facts.put(answer, source_name=configured.chain_source().name, at=at)


def _row_of(rows: list[dict[str, Any]], strike: Decimal, *, root: str) -> dict[str, Any] | None:
    """Return the row of a strike; of two series of one date the named one, else the longer name (SPXW, RUTW, NDXP)."""
    found = [row for row in rows if abs(Decimal(str(row["strike"])) - strike) < Decimal("0.0005")]
    if root:
        found = [row for row in found if row.get("root", root) == root]
    return max(found, key=lambda row: len(row.get("root") or ""), default=None)


def _judged(contract: dict[str, Any], row: dict[str, Any], *, is_stale: bool, name: str, fact: Fact) -> OptionQuote:
    bid, ask, last = (_price(row.get(key)) for key in ("bid", "ask", "last"))
    status, said = _status(bid, ask)
    is_orderly = status in ("ok", "locked") and bid is not None and ask is not None
    mid = (bid + ask) / 2 if is_orderly and bid is not None and ask is not None else None
    spread = ask - bid if bid is not None and ask is not None else None
    reasons = [f"{name} {said}"] if said else []
    if is_stale:
        when = f"{clock.in_new_york(fact.as_of):%Y-%m-%d %H:%M:%S} ET" if fact.as_of else "unknown"
        reasons.append(f"The quote is old, from {when}. {fact.problem}".strip())
    return OptionQuote(
        **contract,
        status=status,
        is_stale=is_stale,
        reason=" ".join(reasons),
        root=row.get("root") or "",
        bid=bid,
        ask=ask,
        last=last,
        mid=mid,
        spread=spread,
        spread_share=float(spread / mid) if mid and spread is not None else None,
        iv=row.get("iv"),
    )


def _status(bid: Decimal | None, ask: Decimal | None) -> tuple[Status, str]:
    """Return what kind of market bid and ask make, and the sentence for people. A bid of 0 is no bid."""
    if not bid and not ask:
        return "no_quote", "has neither bid nor ask."
    if not ask:
        return "no_ask", "has no ask."
    if not bid:
        return "no_bid", f"has no bid; the ask is {ask}."
    if bid > ask:
        return "crossed", f"is crossed: bid {bid} above ask {ask}."
    if bid == ask:
        return "locked", f"is locked: bid and ask are both {bid}."
    return "ok", ""


def _is_stale(fact: Fact, at: datetime) -> bool:
    """Return whether a quote is older than promised. A closed market's last quotes are as new as can be."""
    if fact.as_of is None or fact.is_stale(at):
        return True
    if fact.truth == "recorded" or not clock.market_status(at).is_open:
        return False
    return at - fact.as_of > _TOLERATED + (timedelta(0) if fact.truth == "live" else _DELAY)


def _price(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(value))
