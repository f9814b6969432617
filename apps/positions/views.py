"""The positions pages and the parts they renew. Whatever is asked for is the user's own, or not there."""

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alphagex import clock
from alphagex.requests import SignedInRequest, wants_fragment
from apps.ideas.models import TradeIdea
from apps.ideas.stored import idea_of
from apps.ledger.models import Account, Position
from apps.market.watching import note_watched
from apps.positions import history, taking
from apps.positions.detail import detail_of
from apps.positions.open_rows import FILTERS, OWN, open_rows
from apps.positions.page import body_of, tabs
from apps.positions.proposing import propose


@require_GET
@never_cache
def page(request: SignedInRequest) -> HttpResponse:
    """Show the open positions; htmx gets what renews itself alone."""
    at, account = clock.now(), known_account(request)
    body = body_of(request.user, account, at=at)
    note_watched({row.position.symbol for row in body.rows}, at=at)
    if wants_fragment(request):
        return render(request, "positions/_body.html", {"body": body})
    idea = request.GET.get("idea", "") if request.GET.get("open") == "idea" else ""
    context = {"body": body, "tabs": tabs("open", body.summary), "idea": idea if idea.isdecimal() else ""}
    context["is_opening"] = bool(context["idea"]) or request.GET.get("open") == "new"
    return render(request, "positions/page.html", context)


@require_GET
@never_cache
def closed(request: SignedInRequest) -> HttpResponse:
    """Show the closed positions that are chosen; htmx gets the list alone."""
    chosen = history.chosen_of(request.GET.dict())
    found = history.history_of(request.user, chosen, number=request.GET.get("page", ""))
    context = {"history": found, "filters": FILTERS, "outcomes": history.OUTCOMES}
    if wants_fragment(request):
        return render(request, "positions/_closed.html", context)
    return render(request, "positions/closed.html", context | {"tabs": tabs("closed", None)})


@require_GET
@never_cache
def position(request: SignedInRequest, number: int) -> HttpResponse:
    """Show one position in full; htmx gets the panel alone."""
    found = detail_of(any_position(request, number), at=clock.now())
    if wants_fragment(request):
        return render(request, "positions/_detail.html", {"detail": found})
    return render(request, "positions/position.html", {"detail": found, "tabs": tabs("", None)})


@require_GET
@never_cache
def new(request: SignedInRequest) -> HttpResponse:
    """Return the dialog that opens a position; asked by the form itself, the form with its preview alone."""
    given = request.GET.copy()
    if number := given.get("idea"):
        stored = get_object_or_404(TradeIdea, pk=number if number.isdecimal() else 0, user=request.user)
        given.update(taking.form_of(idea_of(stored)))
        del given["idea"]
    proposal = propose(request.user, given, at=clock.now())
    template = "positions/_open_form.html" if request.GET.get("key") else "positions/open.html"
    return render(request, template, {"proposal": proposal})


@require_GET
@never_cache
def open_csv(request: SignedInRequest) -> StreamingHttpResponse:
    """Return the open positions."""
    rows = open_rows(request.user, at=clock.now(), account=known_account(request))
    return _csv(StreamingHttpResponse(history.open_csv(rows)), "open")


@require_GET
@never_cache
def closed_csv(request: SignedInRequest) -> StreamingHttpResponse:
    """Return all chosen closed positions, however many pages they fill."""
    chosen = history.chosen_of(request.GET.dict())
    return _csv(StreamingHttpResponse(history.closed_csv(request.user, chosen)), "closed")


def known_account(request: SignedInRequest) -> str:
    """Return which accounts are looked at; a word nobody offers is the trader's own record."""
    account = request.GET.get("account", OWN)
    return account if account in FILTERS else OWN


def any_position(request: SignedInRequest, number: int) -> Position:
    """Return a position of any of the user's accounts. Raises Http404."""
    return get_object_or_404(Position.objects.select_related("account"), pk=number, account__owner=request.user)


def own_position(request: SignedInRequest, number: int) -> Position:
    """Return a position of the user's own record, which is changed here. Raises Http404."""
    found = any_position(request, number)
    if found.account.kind != Account.Kind.OWN:
        raise Http404("Positions of the desk's accounts are closed on their own pages.")
    return found


def _csv(answer: StreamingHttpResponse, name: str) -> StreamingHttpResponse:
    answer["Content-Type"] = "text/csv; charset=utf-8"
    answer["Content-Disposition"] = f'attachment; filename="positions-{name}-{clock.today():%Y-%m-%d}.csv"'
    return answer
