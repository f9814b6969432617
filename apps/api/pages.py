"""Lists by the page."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet
from ninja import Query, Schema

T = TypeVar("T")
MOST = 500
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many items at most.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="How many items to leave out first.")]


class Page(Schema, Generic[T]):
    """A piece of a list. total: of the whole list."""

    items: list[T]
    total: int
    limit: int
    offset: int


def page_of(
    found: QuerySet[Any] | Sequence[Any], make: Callable[[Any], T], *, limit: int, offset: int
) -> dict[str, Any]:
    """Return the piece of `found` that is asked for, each item as `make` says: a Page[T] before it is checked."""
    total = found.count() if isinstance(found, QuerySet) else len(found)
    return {
        "items": [make(one) for one in found[offset : offset + limit]],
        "total": total,
        "limit": limit,
        "offset": offset,
    }
