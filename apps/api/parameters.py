"""Parameters that operations of several features take."""

from typing import Annotated

from ninja import Header, Path
from pydantic import Field

LARGEST = 9_223_372_036_854_775_807  # bigint
RowNumber = Annotated[int, Field(ge=1, le=LARGEST)]
Number = Annotated[int, Path(ge=1, le=LARGEST)]
Key = Annotated[
    str,
    Header(alias="Idempotency-Key", max_length=60, description="The same key again returns what it did first."),
]
