"""The journal's pages and the parts they renew. Whatever is asked for is the user's own, or not there."""

from uuid import uuid4

from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alphagex import clock
from alphagex.requests import SignedInRequest, wants_fragment
from apps.journal import detail, export, page, pictures
from apps.journal.choosing import chosen_of, listed
from apps.journal.forms import NewTradeForm, ReviewForm, TradeForm
from apps.journal.models import JournalEntry, Picture
from apps.journal.month import month_of


@require_GET
@never_cache
def journal(request: SignedInRequest) -> HttpResponse:
    """Show the record, the calendar and the trades of the chosen accounts and period; htmx gets the list alone."""
    chosen = chosen_of(request.GET.dict())
    at, number = clock.now(), request.GET.get("page", "")
    if wants_fragment(request):
        listing = page.listing_of(request.user, chosen, number=number, at=at)
        return render(request, "journal/_trades.html", {"listing": listing})
    month = request.GET.get("month", "") or (f"{chosen.day:%Y-%m}" if chosen.day else "")
    shown = page.journal_of(request.user, chosen, month=month, number=number, at=at)
    return render(request, "journal/page.html", {"journal": shown, "listing": shown.listing})


@require_GET
@never_cache
def calendar(request: SignedInRequest) -> HttpResponse:
    """Return a month."""
    chosen = chosen_of(request.GET.dict())
    month = month_of(request.user, chosen, request.GET.get("month", ""), at=clock.now())
    return render(request, "journal/_month.html", {"month": month, "chosen": chosen})


@require_GET
@never_cache
def trades_csv(request: SignedInRequest) -> StreamingHttpResponse:
    """Return all trades of the list, however many pages it has."""
    entries = listed(request.user, chosen_of(request.GET.dict()), at=clock.now())
    return StreamingHttpResponse(
        export.as_csv(entries),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="journal-{clock.today():%Y-%m-%d}.csv"'},
    )


@require_GET
@never_cache
def entry(request: SignedInRequest, number: int) -> HttpResponse:
    """Show one trade."""
    return render(request, "journal/entry.html", {"shown": detail.shown(own_entry(request, number))})


@require_GET
@never_cache
def review(request: SignedInRequest, number: int) -> HttpResponse:
    """Return what the trader wrote, or with ?edit=1 the form for it."""
    found = own_entry(request, number)
    form = ReviewForm.showing(found) if request.GET.get("edit") else None
    return render(request, "journal/_review.html", {"shown": detail.shown(found), "form": form})


@require_GET
@never_cache
def new_trade(request: SignedInRequest) -> HttpResponse:
    """Show the form for a trade by hand."""
    return render(request, "journal/trade.html", {"form": NewTradeForm(), "key": uuid4().hex, "entry": None})


@require_GET
@never_cache
def edit_trade(request: SignedInRequest, number: int) -> HttpResponse:
    """Show the form of a trade that was written by hand."""
    found = by_hand(request, number)
    return render(request, "journal/trade.html", {"form": TradeForm.showing(found), "key": "", "entry": found})


@require_GET
@never_cache
def removing(request: SignedInRequest, number: int) -> HttpResponse:
    """Return the dialog that asks before an entry is removed."""
    return render(request, "journal/removing.html", {"entry": by_hand(request, number)})


@require_GET
def picture(request: SignedInRequest, number: int) -> FileResponse:
    """Return a picture to its owner: as the type its header had, never as anything a browser would run."""
    found = get_object_or_404(Picture, pk=number, entry__owner=request.user)
    try:
        file = pictures.folder().open(found.file_name)
    except FileNotFoundError:
        raise Http404("The file of this picture is gone from the disk.") from None
    answer = FileResponse(file, content_type=found.media_type, filename=found.title)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, max-age=86400, immutable"
    return answer


def own_entry(request: SignedInRequest, number: int) -> JournalEntry:
    """Return one of the user's entries. Raises Http404."""
    found = JournalEntry.objects.select_related("position").prefetch_related("pictures", "position__legs")
    return get_object_or_404(found, pk=number, owner=request.user)


def by_hand(request: SignedInRequest, number: int) -> JournalEntry:
    """Return one of the user's entries that was written by hand. Raises Http404."""
    return get_object_or_404(JournalEntry, pk=number, owner=request.user, position__isnull=True)
