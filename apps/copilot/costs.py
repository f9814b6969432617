"""What answers cost: tokens as Claude counts them, times the price table."""

from decimal import Decimal

from django.contrib.auth.models import User
from django.db.models import Count, Q, Sum

from apps.copilot.models import Price, Turn


def price_of(model: str) -> Price | None:
    """Return the price of a model: of the longest beginning of its name in the table, None where there is none."""
    fitting = [one for one in Price.objects.all() if model.startswith(one.model)]
    return max(fitting, key=lambda one: len(one.model), default=None)


def cost_of(model: str, *, input_tokens: int, output_tokens: int) -> Decimal | None:
    """Return what so many tokens cost, USD; None for a model without a price."""
    price = price_of(model)
    return price.of(input_tokens=input_tokens, output_tokens=output_tokens) if price else None


def usage_of(owner: User) -> dict[str, object]:
    """Return what all of a user's answers took: answers, tokens, cost (USD), and how many have no price."""
    found = Turn.objects.filter(chat__owner=owner, input_tokens__gt=0).aggregate(
        answers=Count("pk"),
        read=Sum("input_tokens"),
        written=Sum("output_tokens"),
        paid=Sum("cost"),
        unpriced=Count("pk", filter=Q(cost__isnull=True)),
    )
    return found | {"tokens": (found["read"] or 0) + (found["written"] or 0), "paid": found["paid"] or Decimal(0)}
