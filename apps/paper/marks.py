"""Marks of one position from quotes at hand: the model's own price, or those a decision to close rests on."""

from collections.abc import Sequence

from django.db import transaction

from apps.ledger.filling import reckon, show_mark
from apps.ledger.marking import LEG_FIELDS, POSITION_FIELDS
from apps.ledger.models import Position
from apps.ledger.pricing import LegQuote


def show_quotes(position: Position, quotes: Sequence[LegQuote]) -> Position:
    """Mark a position's open legs, all or none, and return it; one that is closed meanwhile stays as it is.

    quotes: one for each leg still open. What has no mark leaves the last one and says why.
    """
    with transaction.atomic():
        position = Position.objects.select_for_update().get(pk=position.pk)
        legs = list(position.legs.all())
        held = [leg for leg in legs if leg.open_quantity]
        if position.status != Position.Status.OPEN or len(held) != len(quotes):
            return position
        position.mark_problem = " ".join(dict.fromkeys(quote.problem for quote in quotes if quote.problem))
        if all(quote.mark is not None for quote in quotes):
            for leg, quote in zip(held, quotes, strict=True):
                show_mark(leg, quote)
                leg.save(update_fields=LEG_FIELDS)
            reckon(position, legs)
            position.marked_at = max((quote.quoted_at for quote in quotes if quote.quoted_at), default=None)
        position.save(update_fields=POSITION_FIELDS)
        return position
