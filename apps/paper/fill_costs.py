"""What the fills of an account cost against mid, and its commissions: the difference between engine and ledger."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, DecimalField, F, QuerySet, Sum, Value, When
from django.db.models.functions import Abs

from apps.ledger.models import Account, Fill, Leg, Position

ZERO = Decimal(0)
_VALUE = DecimalField(max_digits=24, decimal_places=6)
_MULTIPLIER = Case(When(leg__kind=Leg.Kind.STOCK, then=Value(1)), default=Value(100))
_AGAINST_MID = Sum(Abs(F("price") - F("mid")) * F("quantity") * _MULTIPLIER, output_field=_VALUE)


@dataclass(frozen=True, slots=True)
class Costs:
    """USD. against_mid: paid above or received below the mid of the quote; commissions."""

    against_mid: Decimal = ZERO
    commissions: Decimal = ZERO

    def __add__(self, other: "Costs") -> "Costs":
        return Costs(self.against_mid + other.against_mid, self.commissions + other.commissions)

    @property
    def total(self) -> Decimal:
        return self.against_mid + self.commissions


def costs_of(account: Account) -> Costs:
    """Return the costs of all fills of an account."""
    return _summed(Fill.objects.filter(order__account=account))


def costs_by_position(account: Account) -> dict[int, Costs]:
    """Return the costs of an account's positions by their id."""
    rows = (
        Fill.objects.filter(order__account=account)
        .values("leg__position")
        .annotate(against_mid=_AGAINST_MID, commissions=Sum("commission"))
        .order_by()
    )
    return {row["leg__position"]: Costs(row["against_mid"] or ZERO, row["commissions"] or ZERO) for row in rows}


def costs_of_position(position: Position) -> Costs:
    """Return the costs of one position."""
    return _summed(Fill.objects.filter(leg__position=position))


def _summed(fills: QuerySet[Fill]) -> Costs:
    sums = fills.aggregate(against_mid=_AGAINST_MID, commissions=Sum("commission"))
    return Costs(sums["against_mid"] or ZERO, sums["commissions"] or ZERO)
