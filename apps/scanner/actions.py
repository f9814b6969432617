"""What a trader does on the scanner page. Every answer is a toast, and the page renews itself."""

import json

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from alphagex import clock
from alphagex.requests import SignedInRequest
from apps.market.watching import SymbolError
from apps.scanner import scanning, scheduled, watchlists
from apps.scanner.forms import ImportForm, NameForm, NewListForm, SettingsForm
from apps.scanner.importing import MOST_NAMED
from apps.scanner.models import ScanRun
from apps.scanner.views import list_card, own_list, settings_card
from apps.scanner.watchlists import LIMIT, WatchlistError, lists_of

CHANGED = "scanner:changed"
_LONGEST_KEY = 40


@require_POST
def scan(request: SignedInRequest, number: int) -> HttpResponse:
    """Start a scan of a list; a second click starts none."""
    scanned = own_list(request, number)
    key = f"click:{request.POST.get('key', '')[:_LONGEST_KEY]}"
    try:
        run, is_new = scanning.start(
            request.user, scanned, key=key, force=request.POST.get("force") == "on", at=clock.now()
        )
    except scanning.ScanError as error:
        return _told("warning", "Not started", str(error))
    if "leave" in request.POST:  # an earlier scan is looked at
        return HttpResponse(status=204, headers={"HX-Redirect": f"{reverse('scanner:page')}?list={number}"})
    said = f"{run.total} symbol{'' if run.total == 1 else 's'}. Results come as they are ready."
    return _told("info", f"Scanning {run.name}" if is_new else "Already started", said)


@require_POST
def cancel(request: SignedInRequest, number: int) -> HttpResponse:
    """End a scan; what has come stays."""
    run = get_object_or_404(ScanRun, pk=number, owner=request.user)
    if not scanning.cancel(run, at=clock.now()):
        return _told("info", "Over already", "There was nothing left to cancel.")
    return _told("info", "Scan cancelled", "What has come stays.")


@require_POST
def add(request: SignedInRequest, number: int) -> HttpResponse:
    """Add a symbol to a list."""
    changed = own_list(request, number)
    typed = request.POST.get("symbol", "")[:40]
    try:
        outcome, symbol = watchlists.add(changed, typed)
    except SymbolError as error:
        return list_card(request, changed, status=422, typed=typed, problem=str(error))
    match outcome:
        case "added":
            return _card(request, number, "success", "Added", f"{symbol} is on {changed.name}.")
        case "duplicate" if "quick" in request.POST:  # ignored silently, as in the old program
            return list_card(request, changed)
        case "duplicate":
            return list_card(request, changed, status=422, typed=typed, problem=f"{symbol} is on the list already.")
        case "full":
            said = f"{LIMIT} symbols are the most. Remove one first, or make another list."
            return list_card(request, changed, status=422, typed=typed, problem=said)
    return list_card(request, changed)


@require_POST
def remove(request: SignedInRequest, number: int, symbol: str) -> HttpResponse:
    """Take a symbol off a list."""
    changed = own_list(request, number)
    if not watchlists.remove(changed, symbol):
        return list_card(request, changed)
    return _card(request, number, "success", "Removed", f"{symbol} is off {changed.name}.")


@require_POST
def bring_in(request: SignedInRequest, number: int) -> HttpResponse:
    """Add symbols from a text or file; what is none is named."""
    changed = own_list(request, number)
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return list_card(request, changed, status=422, import_form=form, is_importing=True)
    added = watchlists.add_many(changed, form.found.symbols)
    problems = form.found.bad[:MOST_NAMED]
    if (more := len(form.found.bad) - len(problems)) > 0:
        problems.append(f"And {more} more lines.")
    if added.left_out:
        problems.append(f"No room for {' '.join(added.left_out)}: {LIMIT} symbols are the most.")
    said = f"{len(added.new)} new" + (f", {len(added.known)} there already" if added.known else "")
    answer = list_card(request, changed, problems=problems, is_importing=bool(problems))
    answer["HX-Trigger"] = _trigger("success" if added.new else "info", "Imported", f"{said}.")
    return answer


@require_POST
def make_list(request: SignedInRequest) -> HttpResponse:
    """Make a list and go to it."""
    form = NewListForm(lists_of(request.user, at=clock.now()), request.POST)
    if form.is_valid():
        try:
            made = watchlists.make(request.user, form.cleaned_data["name"], symbols=form.symbols(), at=clock.now())
        except WatchlistError as error:
            form.add_error("name", str(error))
        else:
            return HttpResponse(status=204, headers={"HX-Redirect": f"{reverse('scanner:page')}?list={made.pk}"})
    return render(request, "scanner/new_list.html", {"form": form}, status=422)


@require_POST
def rename(request: SignedInRequest, number: int) -> HttpResponse:
    """Give a list another name."""
    changed = own_list(request, number)
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            watchlists.rename(changed, form.cleaned_data["name"])
        except WatchlistError as error:
            form.add_error("name", str(error))
        else:
            return HttpResponse(status=204, headers={"HX-Redirect": f"{reverse('scanner:page')}?list={changed.pk}"})
    return render(request, "scanner/edit_list.html", {"watchlist": changed, "form": form}, status=422)


@require_POST
def delete(request: SignedInRequest, number: int) -> HttpResponse:
    """Delete a list; its scans stay."""
    watchlists.delete(own_list(request, number))
    return HttpResponse(status=204, headers={"HX-Redirect": reverse("scanner:page")})


@require_POST
def keep_settings(request: SignedInRequest) -> HttpResponse:
    """Keep how old numbers may be and when scans start by themselves."""
    form = SettingsForm(request.user, request.POST)
    if not form.is_valid():
        return settings_card(request, form, status=422)
    scheduled.keep_settings(request.user, form.wanted(), at=clock.now())
    answer = settings_card(request)
    answer["HX-Trigger"] = _trigger("success", "Settings saved", "")
    return answer


def _card(request: SignedInRequest, number: int, level: str, title: str, text: str) -> HttpResponse:
    answer = list_card(request, own_list(request, number))
    answer["HX-Trigger"] = _trigger(level, title, text)
    return answer


def _told(level: str, title: str, text: str) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Trigger": _trigger(level, title, text)})


def _trigger(level: str, title: str, text: str) -> str:
    return json.dumps({"toast": {"level": level, "title": title, "text": text}, CHANGED: True})
