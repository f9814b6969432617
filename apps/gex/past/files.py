"""The history to take along: CSV and JSON of a symbol's sessions, with whose numbers they are."""

import csv
from dataclasses import asdict, fields
from io import StringIO

import msgspec
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from alphagex import clock
from alphagex.requests import HtmxRequest
from apps.gex.past.history import days_of
from apps.market.history.series import Day
from apps.market.watching import SymbolError, parse_symbol

_DAYS = 30  # the old program's default
_LONGEST = 3660


@require_GET
def history_file(request: HtmxRequest, symbol: str, form: str) -> HttpResponse:
    """Return the sessions of the last ?days= calendar days (30 without it) as csv or json."""
    try:
        canonical = parse_symbol(symbol)
    except SymbolError as error:
        raise Http404(str(error)) from error
    text = request.GET.get("days", "")
    if text and not (text.isdecimal() and 1 <= int(text) <= _LONGEST):
        return HttpResponse(f"days must be a number from 1 to {_LONGEST}.", status=400, content_type="text/plain")
    at = clock.now()
    wanted = int(text) if text else _DAYS
    days = [asdict(one) for one in days_of(canonical, at=at, days=wanted)]
    if form == "json":
        answer = HttpResponse(msgspec.json.encode({"symbol": canonical, "days": days}), content_type="application/json")
    elif form == "csv":
        answer = HttpResponse(_csv(days), content_type="text/csv; charset=utf-8")
    else:
        raise Http404(f"The history comes as csv or json, not as {form[:10]!r}.")
    name = f"{canonical}_history_{clock.in_new_york(at):%Y-%m-%d}_{wanted}d.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _csv(days: list[dict[str, object]]) -> str:
    text = StringIO()
    writer = csv.DictWriter(text, fieldnames=[one.name for one in fields(Day)])
    writer.writeheader()
    writer.writerows(days)
    return text.getvalue()
