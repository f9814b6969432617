"""The auto trader's page: overview, performance, trades, decisions, log, settings, and its switches."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from alphagex import clock
from alphagex.requests import SignedInRequest, wants_fragment
from apps.autotrader import record, switches
from apps.autotrader.books_of_account import account_of
from apps.autotrader.dashboard import overview
from apps.autotrader.explaining import explained
from apps.autotrader.forms import LogForm, ResetForm, RulesForm
from apps.autotrader.models import AutonomousDecision
from apps.autotrader.switches import SwitchError
from apps.ledger.accounts import AccountError, change_rules, reset_account
from apps.ledger.models import Account, Order

_TABS = (
    ("Overview", "page"),
    ("Performance", "performance"),
    ("Trades", "trades"),
    ("Decisions", "decisions"),
    ("Log", "log"),
    ("Settings", "settings"),
)
_PAGE_SIZE = 50
Turn = Callable[[User, datetime], object]


@require_GET
@never_cache
def page(request: SignedInRequest) -> HttpResponse:
    """Show whether it runs, what is open and what it decided today; as a fragment for its own renewal."""
    context = {"overview": overview(request.user, at=clock.now())}
    if wants_fragment(request):
        return render(request, "autotrader/_overview.html", context)
    return render(request, "autotrader/page.html", context | _frame("page"))


@require_GET
@never_cache
def performance(request: SignedInRequest) -> HttpResponse:
    """Show the record in figures and charts."""
    found = record.performance_of(request.user, at=clock.now())
    context = {"performance": found, "in_all": record.made_in_all(request.user)}
    return render(request, "autotrader/performance.html", context | _frame("performance"))


@require_GET
@never_cache
def trades(request: SignedInRequest) -> HttpResponse:
    """Show the newest closed trades."""
    history = record.history_of(request.user, at=clock.now())
    return render(request, "autotrader/trades.html", {"history": history} | _frame("trades"))


@require_GET
@never_cache
def decisions(request: SignedInRequest) -> HttpResponse:
    """Show the decisions, newest first."""
    rows = Paginator(AutonomousDecision.objects.filter(owner=request.user).select_related("opened"), _PAGE_SIZE)
    context = {"decisions": rows.get_page(request.GET.get("page"))}
    return render(request, "autotrader/decisions.html", context | _frame("decisions"))


@require_GET
@never_cache
def decision(request: SignedInRequest, number: int) -> HttpResponse:
    """Show why one decision came out as it did, and whether it does again."""
    found = get_object_or_404(AutonomousDecision.objects.select_related("opened"), pk=number, owner=request.user)
    return render(request, "autotrader/decision.html", {"why": explained(found)} | _frame("decisions"))


@require_GET
@never_cache
def log(request: SignedInRequest) -> HttpResponse:
    """Show the engine's log."""
    context = {"entries": record.log_of(request.user, at=clock.now()), "choices": record.LOG_LINES}
    return render(request, "autotrader/log.html", context | {"usual": record.USUAL_LINES} | _frame("log"))


@require_GET
def log_file(request: SignedInRequest) -> HttpResponse:
    """Hand the newest lines of the log out as a text file."""
    form = LogForm(request.GET)
    if not form.is_valid():
        return HttpResponse("Choose between 10 and 200 lines.", status=422, content_type="text/plain")
    name = f"autonomous_trader_log_{clock.in_new_york(clock.now()):%Y%m%d_%H%M%S}.txt"
    text = record.log_text(request.user, lines=form.cleaned_data["lines"])
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


@require_GET
@never_cache
def settings(request: SignedInRequest) -> HttpResponse:
    """Show what may be changed, and the rules that may not."""
    account = account_of(request.user, at=clock.now())
    return _settings(request, account, RulesForm(initial=_rules_of(account)), ResetForm(initial=_cash_of(account)))


@require_POST
def rules(request: SignedInRequest) -> HttpResponse:
    """Keep how orders are filled."""
    at = clock.now()
    account = account_of(request.user, at=at)
    form = RulesForm(request.POST)
    if form.is_valid():
        try:
            change_rules(account, **form.cleaned_data, at=at, by=request.user)
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            return _done("Kept", "Orders are filled by it from now on.")
    return _settings(request, account, form, ResetForm(initial=_cash_of(account)), status=422)


@require_POST
def reset(request: SignedInRequest) -> HttpResponse:
    """Begin a new account."""
    at = clock.now()
    account = account_of(request.user, at=at)
    form = ResetForm(request.POST)
    if form.is_valid():
        try:
            reset_account(account, starting_cash=form.cleaned_data["starting_cash"], at=at, by=request.user)
        except AccountError as error:
            form.add_error("starting_cash", str(error))
        else:
            return _done("A new account", "It begins with its next trade; the old one stays in the books.")
    return _settings(request, account, RulesForm(initial=_rules_of(account)), form, status=422)


@require_POST
def switch(request: SignedInRequest, action: str) -> HttpResponse:
    """Start, stop, pause, resume, throw or release the kill switch, or close everything."""
    at = clock.now()
    try:
        toast = _turned(request, action, at)
    except SwitchError as error:
        toast = {"level": "warning", "title": "Not done", "text": str(error)}
    context = {"overview": overview(request.user, at=at)}
    answer = render(request, "autotrader/_overview.html", context)
    answer["HX-Trigger"] = json.dumps({"toast": toast})
    return answer


def _turned(request: SignedInRequest, action: str, at: datetime) -> dict[str, str]:
    user = request.user
    match action:
        case "start":
            switches.start(user, at=at, by=user)
            return _toast("The trader runs", "It looks for the trade of the day at its next check.")
        case "stop":
            switches.stop(user, at=at, by=user)
            return _toast("The trader is stopped", "Open trades are not looked after until it is started again.")
        case "pause":
            until = clock.session_after(clock.in_new_york(at).date()).opens - timedelta(hours=1)
            switches.pause(user, until=until, at=at, by=user)
            return _toast("Paused", "It opens nothing before the next session; exits go on.")
        case "resume":
            switches.resume(user, at=at, by=user)
            return _toast("The trader runs", "The pause is over.")
        case "kill":
            switches.throw_kill_switch(user, at=at, by=user)
            return _toast("Kill switch thrown", "Nothing is opened or closed. Open trades stay as they are.", "warning")
        case "release":
            switches.release_kill_switch(user, at=at, by=user)
            return _toast("Kill switch released", "The trader is stopped; start it when you want it to trade.")
        case "close":
            return _closed(switches.close_everything(user, at=at, by=user, key=_key(request)))
    raise Http404(f"No switch {action[:20]!r}.")


def _key(request: SignedInRequest) -> str:
    """Return what names this click: the same form sent twice closes once."""
    return f"close-all:{request.POST.get('key', '')[:40] or clock.utc_iso(clock.now())}"


def _closed(orders: list[Order]) -> dict[str, str]:
    if not orders:
        return _toast("Nothing to close", "No trade is open.")
    refused = [order for order in orders if order.status != Order.Status.FILLED]
    done = len(orders) - len(refused)
    if refused:
        return _toast(f"{done} of {len(orders)} closed", refused[0].refusal, "warning")
    return _toast(f"{done} closed", "At the market, as the fills say.")


def _toast(title: str, text: str, level: str = "success") -> dict[str, str]:
    return {"level": level, "title": title, "text": text}


def _done(title: str, text: str) -> HttpResponse:
    toast = json.dumps({"toast": _toast(title, text)})
    return HttpResponse(status=204, headers={"HX-Trigger": toast})


def _settings(
    request: SignedInRequest, account: Account, rules_form: RulesForm, reset_form: ResetForm, *, status: int = 200
) -> HttpResponse:
    context = {"account": account, "rules": rules_form, "reset": reset_form}
    template = "autotrader/_settings.html" if wants_fragment(request) else "autotrader/settings.html"
    return render(request, template, context | _frame("settings"), status=status)


def _rules_of(account: Account) -> dict[str, Any]:
    return {"fill_model": account.fill_model, "commission": account.commission.normalize()}


def _cash_of(account: Account) -> dict[str, Any]:
    return {"starting_cash": f"{account.starting_cash:.2f}"}


def _frame(active: str) -> dict[str, Any]:
    """Return the tabs of the section."""
    tabs = [
        {"label": label, "url": reverse(f"autotrader:{name}"), "active": name == active, "shortcut": str(place)}
        for place, (label, name) in enumerate(_TABS, start=1)
    ]
    return {"tabs": tabs}
