"""Which unit a panel's dollar figures are in, so that the numbers of any symbol read well."""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.market.templatetags.numbers import points, signed

_UNITS = ((1e9, "bn"), (1e6, "mn"), (1e3, "k"))


@dataclass(frozen=True, slots=True)
class Scale:
    """divisor: USD per unit. digits: after the point, for the column this scale was chosen for."""

    divisor: float
    unit: str
    digits: int

    def signed(self, usd: float) -> str:
        """+16.10, for columns whose head names the unit."""
        return signed(usd / self.divisor, self.digits)

    def size(self, usd: float) -> str:
        """376.78, for what has no direction."""
        return points(usd / self.divisor, self.digits)

    def of(self, usd: float) -> float:
        """The figure in this unit, for charts."""
        return usd / self.divisor


def scale_for(values: Iterable[float]) -> Scale:
    """Return the largest unit that leaves at least 1 for the largest of `values` (USD)."""
    largest = max((abs(value) for value in values), default=0.0)
    for divisor, unit in _UNITS:
        if largest >= divisor:
            return Scale(divisor, unit, 2 if largest < 10 * divisor else 1)
    return Scale(1.0, "USD", 0)
