"""Tables as files: the same rows as CSV."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from django.http import HttpResponse, StreamingHttpResponse
from ninja import Query

from apps.market.csv_lines import csv_lines

Format = Annotated[Literal["json", "csv"], Query(description="csv answers text/csv with a head line.")]
# For openapi_extra of operations that take `format`: the second kind of answer.
CSV_TOO = {"responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}}


def csv_of(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> HttpResponse:
    """Return a file NAME.csv; cells no spreadsheet takes for formulas."""
    answer = HttpResponse("".join(csv_lines(columns, rows)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def csv_file(name: str, lines: Iterable[str]) -> StreamingHttpResponse:
    """Return lines of CSV that are made while they are sent, as a file NAME.csv."""
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
