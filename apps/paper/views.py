"""The paper pages and the parts they renew."""

from uuid import uuid4

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alphagex import clock
from alphagex.requests import SignedInRequest
from apps.ledger.models import Position
from apps.market.models import Snapshot
from apps.market.notices import notice_of
from apps.market.watching import note_watched
from apps.paper import open_positions, settings_forms, trades
from apps.paper.books import KINDS, Kind, account_of
from apps.paper.engines import SYMBOL
from apps.paper.page import body_of, tabs


@require_GET
@never_cache
def page(request: SignedInRequest, kind: str = "daily") -> HttpResponse:
    """Show an account: how it stands, what it holds, what it did, and its settings."""
    chosen = known_kind(kind)
    at = clock.now()
    body = body_of(request.user, chosen, at=at)
    note_watched(body.symbols, at=at)
    newest = Snapshot.objects.of(SYMBOL).first()
    context = {
        "body": body,
        "tabs": tabs(chosen),
        "source_notice": notice_of(newest),
        "forms": settings_forms.showing(
            request.user, body.account, chosen, kept=body.settings, costs=body.performance.costs
        ),
    }
    return render(request, "paper/page.html", context)


@require_GET
@never_cache
def body(request: SignedInRequest, kind: str) -> HttpResponse:
    """Return what renews itself."""
    return render(request, "paper/_body.html", {"body": body_of(request.user, known_kind(kind), at=clock.now())})


@require_GET
@never_cache
def close_dialog(request: SignedInRequest, kind: str, number: int) -> HttpResponse:
    """Return the dialog that says what closing a position brings."""
    position = own_position(request, kind, number)
    one = open_positions.of_position(position, list(position.legs.all()), at=clock.now())
    return render(request, "paper/close.html", {"one": one, "kind": known_kind(kind), "key": uuid4().hex})


@require_GET
@never_cache
def trades_csv(request: SignedInRequest, kind: str) -> StreamingHttpResponse:
    """Return all closed trades of the account in use."""
    chosen = known_kind(kind)
    account = account_of(request.user, chosen, at=clock.now())
    name = f"paper-{chosen}-{clock.today():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        trades.as_csv(account),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def known_kind(kind: str) -> Kind:
    """Return an account's name in addresses. Raises Http404."""
    if kind not in KINDS:
        raise Http404("There are two paper accounts, daily and model.")
    return kind


def own_position(request: SignedInRequest, kind: str, number: int) -> Position:
    """Return a position of the user's account in use. Raises Http404."""
    account = account_of(request.user, known_kind(kind), at=clock.now())
    found = Position.objects.select_related("account", "paper_v1", "paper_v2").prefetch_related("legs")
    return get_object_or_404(found, pk=number, account=account)
