"""A vendor of daily history for tests: what it sells is worked out from the day alone."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from alphagex import clock
from apps.market.chain import Origin
from apps.market.sources.protocol import Answer, Kind, Question, SourceError

_DAYS_OF = {"1mo": 30, "3mo": 91, "6mo": 182, "1y": 365, "2y": 730, "5y": 1826}


@dataclass
class Vendor:
    """Answers with figures of every session but those it `lacks`; a kind in `failing` is refused with that error."""

    name: str = "tradingvolatility"
    label: str = "Trading Volatility"
    kinds: frozenset[Kind] = frozenset({Kind.GAMMA_DAYS})
    always_open: bool = False
    lacks: frozenset[date] = frozenset()
    failing: dict[Kind, SourceError] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)

    def fetch(self, question: Question, *, at: datetime) -> Answer:
        self.asked.append(question)
        if error := self.failing.get(question.kind):
            raise error
        is_gamma = question.kind is Kind.GAMMA_DAYS
        back = int(question.detail) if is_gamma else _DAYS_OF[question.detail.removeprefix("1d:")]
        first = at.date() - timedelta(days=back)
        days = [first + timedelta(days=n) for n in range(back + 1)]
        days = [day for day in days if clock.session_on(day) and day not in self.lacks]
        return Answer(
            question=question,
            value=[gamma_row(day) for day in days] if is_gamma else bars(days),
            as_of=at,
            origin=Origin(source=self.name, kind="delayed", label=self.label),
        )


def gamma_row(day: date) -> dict[str, Any]:
    """A row as Trading Volatility v1 sends it: text."""
    n = day.toordinal()
    return {
        "collection_date": f"{day}_1600",
        "price": f"{n % 1000}.25",
        "gex_flip_price": f"{n % 900}.5" if n % 5 else "0",
        "skew_adjusted_gex": f"{(n % 7 - 3) * 1e9 + n}",
        "implied_volatility": f"0.{100 + n % 100}",
        "put_call_ratio_open_interest": "NaN" if n % 11 == 0 else f"1.{n % 10}",
        "rating": str(n % 5 + 1),
        "gamma_formation": None,
    }


def bars(days: list[date]) -> dict[str, list[Any]]:
    middle = [day.toordinal() % 1000 + 0.5 for day in days]
    return {
        "time": [f"{day}T09:30:00-05:00" for day in days],
        "open": [price - 1 for price in middle],
        "high": [price + 2 for price in middle],
        "low": [price - 2 for price in middle],
        "close": middle,
        "volume": [1_000_000] * len(days),
    }


def yahoo(**changes: Any) -> Vendor:
    """A vendor of prices alone."""
    return Vendor(name="yahoo", label="Yahoo", kinds=frozenset({Kind.BARS}), **changes)
