"""One door for every button at every idea."""

import json

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from alphagex import clock
from alphagex.requests import SignedInRequest
from apps.ideas import services
from apps.ideas.sources import IdeaGoneError
from apps.market.watching import SymbolError, parse_symbol


@require_POST
def hand_over(request: SignedInRequest, source: str, symbol: str, reference: str, taker: str) -> HttpResponse:
    """Hand the named idea to a taker; answer with a toast, a dialog, or another page."""
    try:
        outcome = services.hand_over(
            request.user,
            source=source,
            symbol=parse_symbol(symbol),
            reference=reference,
            taker_key=taker,
            at=clock.now(),
        )
    except IdeaGoneError as error:
        return _toast("warning", "Not proposed any more", str(error))
    except (KeyError, SymbolError) as error:
        raise Http404(f"No such idea: {error}") from error
    if outcome.url:
        return HttpResponse(status=204, headers={"HX-Redirect": outcome.url})
    if outcome.dialog:
        return HttpResponse(outcome.dialog, headers={"HX-Retarget": "#dialog-host", "HX-Reswap": "innerHTML"})
    return _toast("success", outcome.title, outcome.text)


def _toast(level: str, title: str, text: str) -> HttpResponse:
    detail = {"toast": {"level": level, "title": title, "text": text}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(detail)})
