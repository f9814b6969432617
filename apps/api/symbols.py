"""Symbols in addresses, and the newest levels of one."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path

from alphagex import clock
from apps.api.etags import known
from apps.api.schemas import source_of
from apps.market.blocks import NotReadyError
from apps.market.models import Snapshot
from apps.market.watching import note_watched, parse_symbol

Symbol = Annotated[
    str, Path(min_length=1, max_length=12, description="Such as SPX, SPY or BRK.B.", examples=["SPX", "SPY"])
]


def followed(text: str) -> str:
    """Return the symbol in an address; the desk follows it from now on. Raises SymbolError, answered with 422."""
    symbol = parse_symbol(text)
    note_watched([symbol], at=clock.now())
    return symbol


def newest_levels(symbol: str, *, with_detail: bool = False) -> Snapshot:
    """Return the newest snapshot. Raises NotReadyError, answered with 404, before the first."""
    found = Snapshot.objects.of(symbol)
    snapshot = (found.filter(detail__isnull=False).select_related("detail") if with_detail else found).first()
    if snapshot is None:
        said = f"The desk has begun to follow {symbol}; ask again in a minute."
        raise NotReadyError(f"No levels of {symbol} yet", said)
    return snapshot


def known_levels(
    request: HttpRequest, response: HttpResponse, snapshot: Snapshot, *more: object
) -> HttpResponse | None:
    """Name an answer by the snapshot it is made of, and by whether that is late now; return 304 if it is known."""
    truth = source_of(snapshot, at=clock.now()).truth
    return known(request, response, snapshot.symbol, snapshot.pk, snapshot.seq, truth, *more)
