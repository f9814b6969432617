"""What a trader does with positions of the own record. Every answer is a toast; what is wrong stays in its dialog."""

import json
from collections.abc import Sequence
from decimal import Decimal
from uuid import uuid4

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from alphagex import clock
from alphagex.requests import SignedInRequest
from apps.ledger.closing import ClosingError, RollRefusedError, close_position, roll_position, settle_expired
from apps.ledger.editing import change_plan
from apps.ledger.models import Account, Order, Position
from apps.ledger.opening import Terms
from apps.ledger.orders import cancel_order
from apps.ledger.pricing import quote_legs
from apps.ledger.tickets import LegTicket, Ticket, TicketError
from apps.market.quotes import QuoteBook
from apps.market.templatetags.numbers import signed_usd
from apps.positions.forms import CloseForm, OpenForm, PlanForm, RollForm, SettleForm
from apps.positions.open_rows import row_of
from apps.positions.proposing import Proposal, open_proposed
from apps.positions.stated import leg_prices
from apps.positions.views import own_position

CHANGED = "positions:changed"
FAULTY = 422
BY_HAND = "Closed by hand"
_LONGEST_KEY = 40
_MOST_AT_ONCE = 200


@require_POST
def open_new(request: SignedInRequest) -> HttpResponse:
    """Open what was typed."""
    done = open_proposed(request.user, request.POST, at=clock.now())
    if isinstance(done, Proposal):
        return render(request, "positions/open.html", {"proposal": done}, status=FAULTY)
    if done.status == Order.Status.WORKING:
        return told("info", "Order waits", f"{done.refusal} It is tried again with each quote until the close.")
    opened = done.position
    return told(
        "success", "Position opened", f"{opened.quantity} × {opened.symbol} {opened.strategy}." if opened else ""
    )


@require_http_methods(["GET", "POST"])
@never_cache
def close(request: SignedInRequest, number: int) -> HttpResponse:
    """Close units of a position, at quotes or at a stated price."""
    position, at = own_position(request, number), clock.now()
    first = {"quantity": position.open_quantity, "basis": OpenForm.QUOTES}
    if request.method == "GET" or position.status == Position.Status.CLOSED:
        return _close_dialog(request, position, CloseForm(position=position, initial=first))
    form = CloseForm(request.POST, position=position)
    if not form.is_valid():
        return _close_dialog(request, position, form, status=FAULTY)
    asked = form.cleaned_data
    try:
        order = close_position(
            position,
            at=at,
            by=request.user,
            key=f"close:{_key(request)}",
            quantity=asked["quantity"],
            terms=_terms(position, asked),
            reason=asked["reason"] or BY_HAND,
        )
    except (ClosingError, ValueError) as error:
        return _close_dialog(request, position, form, refusal=str(error), status=FAULTY)
    if order.status != Order.Status.FILLED:
        return _close_dialog(request, position, form, refusal=order.refusal, status=FAULTY)
    position.refresh_from_db()
    if position.status == Position.Status.OPEN:
        return told(
            "success", f"{order.quantity} closed", f"{position.open_quantity} of {position.strategy} stay open."
        )
    return told("success", "Position closed", f"{position.strategy}: {signed_usd(position.pnl)} after commissions.")


@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: SignedInRequest, number: int) -> HttpResponse:
    """Change target, stop and notes."""
    position = own_position(request, number)
    kept = {"target": position.target, "stop": position.stop, "notes": position.notes}
    form = PlanForm(request.POST) if request.method == "POST" else PlanForm(initial=kept)
    if request.method == "GET" or not form.is_valid():
        status = FAULTY if form.errors else 200
        return render(request, "positions/edit.html", {"position": position, "form": form}, status=status)
    change_plan(position, **form.cleaned_data, at=clock.now(), by=request.user)
    return told("success", "Plan changed", f"{position.symbol} {position.strategy}.")


@require_http_methods(["GET", "POST"])
@never_cache
def roll(request: SignedInRequest, number: int) -> HttpResponse:
    """Close a position and open it again with another expiration or strikes: both or neither."""
    position, at = own_position(request, number), clock.now()
    today = clock.in_new_york(at).date()
    days = [day for day in QuoteBook(position.symbol, at=at).expirations if day >= today]
    form = RollForm(request.POST or None, expirations=days, today=today, initial={"shift": 0})
    if request.method == "GET" or not form.is_valid():
        return _roll_dialog(request, position, form, status=FAULTY if form.errors else 200)
    try:
        key = f"roll:{_key(request)}"
        ticket = _rolled(position, form)
        opened = roll_position(position, ticket, at=at, by=request.user, key=key)
    except (RollRefusedError, TicketError, ClosingError) as error:
        return _roll_dialog(request, position, form, refusal=str(error), status=FAULTY)
    return told("success", "Position rolled", _words(opened.position))


@require_POST
def settle(request: SignedInRequest, number: int) -> HttpResponse:
    """Settle what has expired at a stated price of the underlying."""
    position, at = own_position(request, number), clock.now()
    form = SettleForm(request.POST)
    row = row_of(position, None, at=at)
    if not form.is_valid():
        first = CloseForm(position=position, initial={"quantity": position.open_quantity})
        return _close_dialog(request, position, first, settle_form=form, status=FAULTY)
    if not row.is_expired:
        return told("warning", "Nothing has expired", "Close it, or wait for its expiration.")
    days = [leg.expiration for leg in row.legs if leg.open_quantity and leg.expiration]
    expired = [day for day in days if day <= clock.in_new_york(at).date()]
    settle_expired(position, max(expired), form.cleaned_data["spot"], at=at)
    position.refresh_from_db()
    return told("success", "Position settled", f"{position.strategy}: {signed_usd(position.pnl)}.")


@require_http_methods(["GET", "POST"])
@never_cache
def close_many(request: SignedInRequest) -> HttpResponse:
    """Close the chosen positions at quotes, each by itself; GET lists them before."""
    given = request.POST if request.method == "POST" else request.GET
    chosen = _chosen(request, given)
    if request.method == "GET":
        rows = [row_of(position, None, at=clock.now()) for position in chosen]
        return render(request, "positions/close_many.html", {"rows": rows, "key": uuid4().hex})
    if not chosen:
        return told("warning", "Nothing closed", "Choose positions that are still open.")
    closed, refused = _closed_all(request, chosen)
    if refused:
        text = " ".join(refused)[:600]
        return told("warning", f"{len(closed)} closed, {len(refused)} not", text)
    return told("success", f"{len(closed)} closed", f"{signed_usd(sum(one.pnl for one in closed))} together.")


@require_POST
def cancel(request: SignedInRequest, number: int) -> HttpResponse:
    """Cancel an order that waits for a quote."""
    order = get_object_or_404(Order, pk=number, account__owner=request.user, account__kind=Account.Kind.OWN)
    was_waiting = order.status == Order.Status.WORKING
    done = cancel_order(order, at=clock.now())
    if was_waiting and done.status == Order.Status.CANCELLED:
        return told("success", "Order cancelled", "")
    return told("info", "Not cancelled", f"It is {done.get_status_display().lower()} already.")


def told(level: str, title: str, text: str) -> HttpResponse:
    """Return a toast in place of the dialog; the page renews itself."""
    events = {"toast": {"level": level, "title": title, "text": text}, CHANGED: {}}
    return HttpResponse(headers={"HX-Trigger": json.dumps(events)})


def _words(position: Position | None) -> str:
    return f"{position.quantity} × {position.symbol} {position.strategy}." if position else ""


def _terms(position: Position, asked: dict[str, object]) -> Terms:
    if asked["basis"] != OpenForm.STATED:
        return Terms()
    legs = list(position.legs.filter(open_quantity__gt=0))
    quotes = quote_legs(position.symbol, legs, at=clock.now())
    is_paid = position.direction == Position.Direction.LONG
    return Terms(prices=leg_prices(legs, quotes, asked["price"], is_paid=is_paid), quotes=quotes)  # type: ignore[arg-type]


def _rolled(position: Position, form: RollForm) -> Ticket:
    shift = form.cleaned_data["shift"] or Decimal(0)
    legs = [leg for leg in position.legs.all() if leg.open_quantity]
    if any(leg.strike is None for leg in legs):
        raise TicketError("Shares do not expire, so there is nothing to roll.")
    return Ticket(
        symbol=position.symbol,
        strategy=position.strategy,
        legs=tuple(
            LegTicket(
                kind=leg.kind,  # type: ignore[arg-type]
                ratio=leg.ratio,
                strike=(leg.strike or Decimal(0)) + shift,
                expiration=form.cleaned_data["expiration"],
            )
            for leg in legs
        ),
        quantity=position.open_quantity,
        target=position.target,
        stop=position.stop,
        notes=position.notes,
        idea_id=position.idea_id,
    )


def _closed_all(request: SignedInRequest, chosen: Sequence[Position]) -> tuple[list[Position], list[str]]:
    """Close each position by itself; return those closed and, for the others, why not."""
    closed, refused = [], []
    for position in chosen:
        key = f"close-many:{_key(request)}:{position.pk}"
        order = close_position(position, at=clock.now(), by=request.user, key=key, reason=BY_HAND)
        position.refresh_from_db()
        if order.status == Order.Status.FILLED:
            closed.append(position)
        else:
            refused.append(f"{position.symbol} {position.strategy}: {order.refusal}")
    return closed, refused


def _chosen(request: SignedInRequest, given: QueryDict) -> list[Position]:
    numbers = [int(text) for text in given.getlist("chosen")[:_MOST_AT_ONCE] if text.isdecimal() and len(text) < 16]
    found = Position.objects.filter(
        pk__in=numbers, account__owner=request.user, account__kind=Account.Kind.OWN, status=Position.Status.OPEN
    )
    return list(found.select_related("account").prefetch_related("legs"))


def _close_dialog(
    request: SignedInRequest,
    position: Position,
    form: CloseForm,
    *,
    settle_form: SettleForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "row": row_of(position, None, at=clock.now()),
        "form": form,
        "settle_form": settle_form or SettleForm(),
        "refusal": refusal,
        # A refused order has used its key: the same click again is a new attempt.
        "key": uuid4().hex if refusal or request.method == "GET" else _key(request),
    }
    return render(request, "positions/close.html", context, status=status)


def _roll_dialog(
    request: SignedInRequest, position: Position, form: RollForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {"row": row_of(position, None, at=clock.now()), "form": form, "refusal": refusal, "key": uuid4().hex}
    return render(request, "positions/roll.html", context, status=status)


def _key(request: SignedInRequest) -> str:
    return request.POST.get("key", "")[:_LONGEST_KEY] or uuid4().hex
