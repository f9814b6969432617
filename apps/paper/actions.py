"""What a trader does on the paper pages. Every answer is a toast, and the page renews itself."""

import json
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from alphagex import clock
from alphagex.requests import SignedInRequest
from apps.gex.setups.cards import reference_of
from apps.ideas.models import TradeIdea
from apps.ledger.accounts import AccountError, change_rules
from apps.ledger.closing import ClosingError, close_position
from apps.ledger.models import Account, Order
from apps.market.templatetags.numbers import signed_usd, usd
from apps.market.watching import SymbolError, parse_symbol
from apps.paper import daily_rows, finding, managing, model_trading, open_positions, settings_forms, taking
from apps.paper.books import KINDS, account_of, keep_settings, reset
from apps.paper.engines import reading_engine
from apps.paper.forms import DailySettingsForm, FillForm, ModelSettingsForm, ResetForm
from apps.paper.models import FoundTrade
from apps.paper.views import known_kind, own_position

CHANGED = "paper:changed"
_LONGEST_KEY = 40


@require_POST
def find(request: SignedInRequest) -> HttpResponse:
    """Look for today's trade."""
    found = finding.find(request.user, at=clock.now())
    if found.problem:
        return _told("warning", "No trade found", found.problem)
    return _told("success", "Trade found", f"{found.trade['strategy']}. Look at it, then execute.")


@require_POST
def execute(request: SignedInRequest, number: int) -> HttpResponse:
    """Open the trade that was found."""
    found = get_object_or_404(FoundTrade.objects.select_related("owner"), pk=number, owner=request.user)
    done = finding.execute(found, key=_key(request), at=clock.now(), by=request.user)
    if done.row is None:
        return _told("warning", "Changed" if done.changed else "Not executed", done.refusal)
    return _told("success", f"Position {done.row.position_id} opened", f"{done.row.quantity} × {done.row.strategy}.")


@require_POST
def open_setup(request: SignedInRequest, symbol: str, reference: str) -> HttpResponse:
    """Open a setup that passes the engine's checks, at the model's price."""
    at = clock.now()
    try:
        setups = managing.setups_of(parse_symbol(symbol), at=at)
    except SymbolError as error:
        raise Http404(str(error)) from error
    account = account_of(request.user, "model", at=at)
    passing = model_trading.passing_setups(reading_engine(account, at=at), setups, at=at)
    chosen = next((setup for setup in passing if reference_of(setup) == reference), None)
    if chosen is None:
        return _told("warning", "Not opened", "This setup does not pass the checks any more.")
    opened = model_trading.open_setup(request.user, chosen, key=f"setup:{_key(request)}", at=at, by=request.user)
    if opened.row is None:
        return _told("warning", "Not opened", opened.refusal)
    return _told(
        "success", f"Position {opened.row.position_id} opened", f"{opened.row.quantity} × {opened.row.strategy}."
    )


@require_POST
def manage(request: SignedInRequest, kind: str) -> HttpResponse:
    """Apply the exit rules now."""
    at, chosen = clock.now(), known_kind(kind)
    account = account_of(request.user, chosen, at=at)
    done = (managing.manage_daily if chosen == "daily" else managing.manage_model)(account, at=at, by_hand=True)
    if done.closes:
        lines = [f"{one['strategy']} {signed_usd(one['pnl'])}: {one['reason']}." for one in done.closes]
        return _told("success", f"{len(lines)} closed", " ".join([*lines, *done.problems]))
    if done.problems:
        return _told("warning", "Not all could be judged", " ".join(done.problems))
    return _told("success", "Nothing to close", "No position meets an exit rule.")


@require_POST
def close(request: SignedInRequest, kind: str, number: int) -> HttpResponse:
    """Close a position as a whole: at quotes, or at the model's price."""
    at = clock.now()
    position = own_position(request, kind, number)
    refusal = ""
    if (row := getattr(position, "paper_v1", None)) is not None:
        row.owner = request.user
        refusal = model_trading.close(row, key=f"close:{_key(request)}", at=at, by=request.user).refusal
    else:
        try:
            order = close_position(
                position, at=at, by=request.user, key=f"close:{_key(request)}", reason=model_trading.MANUAL
            )
            refusal = "" if order.status == Order.Status.FILLED else order.refusal
        except ClosingError as error:
            refusal = str(error)
        if hasattr(position, "paper_v2"):
            daily_rows.write(position.paper_v2.pk)
    position = own_position(request, kind, number)
    if refusal:
        one = open_positions.of_position(position, list(position.legs.all()), at=at)
        context = {"one": one, "kind": kind, "refusal": refusal, "key": uuid4().hex}
        return render(request, "paper/close.html", context, status=422)
    text = f"{position.strategy}: {signed_usd(position.pnl)} after commissions."
    return _told("success", f"Position {position.pk} closed", text, status=200)


@require_POST
def open_idea(request: SignedInRequest, number: int) -> HttpResponse:
    """Open an idea that was handed over."""
    at = clock.now()
    stored = get_object_or_404(TradeIdea, pk=number, user=request.user)
    typed = request.POST.get("quantity", "1")
    quantity = int(typed) if typed.isdecimal() and len(typed) < 7 else 0
    if quantity < 1:
        refusal = "The quantity is a whole number from 1."
        shown = taking.offer(request.user, stored, at=at, refusal=refusal)
        return render(request, "paper/take.html", {"offer": shown, "typed": typed}, status=422)
    taken = taking.take_up(request.user, stored, quantity=quantity, key=_key(request), at=at)
    if taken.position is None:
        shown = taking.offer(request.user, stored, at=at, quantity=quantity, refusal=taken.refusal)
        return render(request, "paper/take.html", {"offer": shown}, status=422)
    text = f"{taken.position.quantity} × {taken.position.symbol} {taken.position.strategy}."
    return _told("success", "Paper position opened", text, status=200)


@require_POST
def settings(request: SignedInRequest, kind: str) -> HttpResponse:
    """Keep an account's settings."""
    at, chosen = clock.now(), known_kind(kind)
    account = account_of(request.user, chosen, at=at)
    form: DailySettingsForm | ModelSettingsForm
    form = DailySettingsForm(request.POST) if chosen == "daily" else ModelSettingsForm(request.POST)
    if not form.is_valid():
        return _forms(request, account, kind, status=422, settings=form)
    keep_settings(account, form.settings(), at=at)
    return _forms(request, account, kind, told=("Settings saved", ""))


@require_POST
def fills(request: SignedInRequest, kind: str) -> HttpResponse:
    """Keep how an account's orders are filled from now on."""
    at, chosen = clock.now(), known_kind(kind)
    account = account_of(request.user, chosen, at=at)
    form = FillForm(chosen, request.POST)
    if not form.is_valid():
        return _forms(request, account, kind, status=422, fills=form)
    fill_model = form.cleaned_data.get("fill_model", account.fill_model)
    try:
        change_rules(account, fill_model=fill_model, commission=form.cleaned_data["commission"], at=at, by=request.user)
    except AccountError as error:
        form.add_error(None, str(error))
        return _forms(request, account, kind, status=422, fills=form)
    account.refresh_from_db(fields=["fill_model", "commission"])
    return _forms(request, account, kind, told=("Fill settings saved", "They count from the next order on."))


@require_POST
def restart(request: SignedInRequest, kind: str) -> HttpResponse:
    """Close the account that was looked at and open the next one; asked for twice, it happens once."""
    at, chosen = clock.now(), known_kind(kind)
    form = ResetForm(chosen, request.POST)
    account = account_of(request.user, chosen, at=at)
    if not form.is_valid():
        return _forms(request, account, kind, status=422, reset=form)
    old = get_object_or_404(
        Account.objects.select_related("owner"), pk=form.cleaned_data["account"], owner=request.user, kind=KINDS[chosen]
    )
    try:
        new = reset(old, chosen, starting_cash=form.cleaned_data["starting_cash"], at=at, by=request.user)
    except AccountError as error:
        form.add_error("starting_cash", str(error))
        return _forms(request, account, kind, status=422, reset=form)
    text = f"Account {new.number} starts with {usd(new.starting_cash)}. The old one is kept."
    return _forms(request, new, kind, told=("New start", text))


def _forms(
    request: SignedInRequest,
    account: Account,
    kind: str,
    *,
    status: int = 200,
    told: tuple[str, str] | None = None,
    **typed: Any,
) -> HttpResponse:
    chosen = known_kind(kind)
    shown = settings_forms.showing(request.user, account, chosen, **typed)
    answer = render(request, "paper/_settings.html", {"forms": shown}, status=status)
    if told is not None:
        answer["HX-Trigger"] = _trigger("success", *told)
    return answer


def _told(level: str, title: str, text: str, *, status: int = 204) -> HttpResponse:
    """Answer with a toast. status: 204 leaves the page alone, 200 empties the dialog that asked."""
    return HttpResponse(status=status, headers={"HX-Trigger": _trigger(level, title, text)})


def _trigger(level: str, title: str, text: str) -> str:
    return json.dumps({"toast": {"level": level, "title": title, "text": text}, CHANGED: True})


def _key(request: SignedInRequest) -> str:
    return request.POST.get("key", "")[:_LONGEST_KEY]
