"""The scanner page and its parts."""

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alphagex import clock
from alphagex.requests import SignedInRequest, wants_fragment
from apps.scanner import export
from apps.scanner.choosing import Chosen, chosen_of
from apps.scanner.estimating import pace_at
from apps.scanner.forms import ImportForm, NameForm, NewListForm, SettingsForm
from apps.scanner.models import ScanResult, Watchlist
from apps.scanner.outcomes import words_of
from apps.scanner.page import body_of, list_panel
from apps.scanner.results import results_of
from apps.scanner.scanning import settings_of
from apps.scanner.table import rows_of
from apps.scanner.watchlists import lists_of


@require_GET
@never_cache
def page(request: SignedInRequest) -> HttpResponse:
    """Show the scanner; htmx asks the same address for what renews itself."""
    at = clock.now()
    lists = lists_of(request.user, at=at)
    body = body_of(request.user, chosen_of(request.GET), at=at, lists=lists)
    if wants_fragment(request):
        return render(request, "scanner/_body.html", {"body": body})
    context = {
        "body": body,
        "panel": list_panel(body.watchlist, lists),
        "import_form": ImportForm(),
        "settings_form": SettingsForm(request.user, instance=body.settings),
    }
    return render(request, "scanner/page.html", context)


@require_GET
@never_cache
def watchlist(request: SignedInRequest, number: int) -> HttpResponse:
    """Return the card of a list."""
    return list_card(request, own_list(request, number))


@require_GET
@never_cache
def new_list(request: SignedInRequest) -> HttpResponse:
    """Return the dialog of a new list."""
    return render(request, "scanner/new_list.html", {"form": NewListForm(lists_of(request.user, at=clock.now()))})


@require_GET
@never_cache
def edit_list(request: SignedInRequest, number: int) -> HttpResponse:
    """Return the dialog that renames or deletes a list."""
    edited = own_list(request, number)
    return render(request, "scanner/edit_list.html", {"watchlist": edited, "form": NameForm({"name": edited.name})})


@require_GET
@never_cache
def result(request: SignedInRequest, number: int) -> HttpResponse:
    """Return the dialog of one symbol of a scan."""
    found = get_object_or_404(ScanResult.objects.select_related("run"), pk=number, run__owner=request.user)
    at = clock.now()
    row = rows_of(found.run, [found], pace_at(at), at=at)[0]
    attempts = [{"at": said["at"], "text": words_of(said)} for said in found.attempts]
    context = {"result": found, "row": row, "badge": row.badge, "attempts": attempts}
    return render(request, "scanner/result.html", context)


@require_GET
def results_csv(request: SignedInRequest) -> HttpResponse | StreamingHttpResponse:
    """Send the table as it is looked at."""
    at = clock.now()
    body = body_of(request.user, chosen_of(request.GET), at=at)
    rows = results_of(body.scan.run, body.chosen, body.estimate.pace, at=at).rows if body.scan else []
    return _csv(export.results_csv(rows), f"scan-{body.watchlist.name}")


@require_GET
def list_csv(request: SignedInRequest, number: int) -> HttpResponse | StreamingHttpResponse:
    """Send the symbols of a list."""
    sent = own_list(request, number)
    return _csv(export.list_csv(sent), f"watchlist-{sent.name}")


def own_list(request: SignedInRequest, number: int) -> Watchlist:
    """Return a list of the user. Raises Http404."""
    return get_object_or_404(Watchlist.objects.select_related("owner"), pk=number, owner=request.user)


def list_card(request: SignedInRequest, shown: Watchlist, *, status: int = 200, **more: Any) -> HttpResponse:
    """Answer with the card of a list. more: its import form, and what came of an import."""
    panel = list_panel(shown, lists_of(request.user, at=clock.now()))
    context = {"panel": panel, "import_form": more.pop("import_form", None) or ImportForm(), **more}
    return render(request, "scanner/_list.html", context, status=status)


def settings_card(request: SignedInRequest, form: SettingsForm | None = None, *, status: int = 200) -> HttpResponse:
    """Answer with the card of the settings."""
    kept = settings_of(request.user)
    form = form or SettingsForm(request.user, instance=kept)
    body = body_of(request.user, Chosen(), at=clock.now())
    return render(request, "scanner/_settings.html", {"settings_form": form, "body": body}, status=status)


def _csv(lines: Any, name: str) -> StreamingHttpResponse:
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name).strip("-").lower()
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{plain}-{clock.today():%Y-%m-%d}.csv"'},
    )
