"""What a trader writes, adds and removes. Each answer is a toast with the part it changed."""

import json

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from alphagex.requests import SignedInRequest
from apps.journal import by_hand, detail
from apps.journal.forms import NewTradeForm, ReviewForm, TradeForm
from apps.journal.models import JournalEntry, Picture
from apps.journal.pictures import PictureError, add_picture, remove_picture
from apps.journal.views import by_hand as entry_by_hand
from apps.journal.views import own_entry

_LONGEST_KEY = 80


@require_POST
def review(request: SignedInRequest, number: int) -> HttpResponse:
    """Store notes, lesson, tags and rating."""
    found = own_entry(request, number)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return render(request, "journal/_review.html", {"shown": detail.shown(found), "form": form}, status=422)
    form.write_to(found)
    answer = render(request, "journal/_review.html", {"shown": detail.shown(found), "form": None})
    return _told(answer, "success", "Entry saved", f"{found.symbol} {found.strategy}.")


@require_POST
def write_trade(request: SignedInRequest) -> HttpResponse:
    """Store a trade by hand; the same form sent twice stores it once."""
    form, key = NewTradeForm(request.POST), request.POST.get("key", "")[:_LONGEST_KEY]
    if not form.is_valid() or not key:
        if not key:
            form.add_error(None, "The page was incomplete. Load it again, then send the trade.")
        return render(request, "journal/trade.html", {"form": form, "key": key, "entry": None}, status=422)
    notes = form.cleaned_data.pop("notes")
    return redirect(by_hand.write_down(request.user, form.trade(), key=key, notes=notes))


@require_POST
def correct_trade(request: SignedInRequest, number: int) -> HttpResponse:
    """Replace what was stated of a trade by hand."""
    found = entry_by_hand(request, number)
    form = TradeForm(request.POST)
    if not form.is_valid():
        return render(request, "journal/trade.html", {"form": form, "key": "", "entry": found}, status=422)
    by_hand.correct(found, form.trade())
    return redirect(found)


@require_POST
def remove_entry(request: SignedInRequest, number: int) -> HttpResponse:
    """Remove an entry by hand with its pictures."""
    by_hand.remove(entry_by_hand(request, number))
    return HttpResponse(status=204, headers={"HX-Redirect": reverse("journal:page")})


@require_POST
def add_pictures(request: SignedInRequest, number: int) -> HttpResponse:
    """Keep what was uploaded; what cannot be kept is said, and keeps the rest from nothing."""
    found = own_entry(request, number)
    uploads = request.FILES.getlist("pictures")
    problems = [] if uploads else ["Choose a picture first."]
    for upload in uploads:
        try:
            add_picture(found, upload)
        except PictureError as error:
            problems.append(str(error))
    answer = _pictures(request, found, problems)
    return answer if problems else _told(answer, "success", "Kept", f"{len(uploads)} uploaded.")


@require_POST
def drop_picture(request: SignedInRequest, number: int) -> HttpResponse:
    """Remove a picture."""
    found = get_object_or_404(Picture.objects.select_related("entry"), pk=number, entry__owner=request.user)
    entry = found.entry
    title = found.title
    remove_picture(found)
    return _told(_pictures(request, entry, []), "success", "Picture removed", title)


def _pictures(request: SignedInRequest, entry: JournalEntry, problems: list[str]) -> HttpResponse:
    fresh = own_entry(request, entry.pk)
    context = {"shown": detail.shown(fresh), "problems": problems}
    return render(request, "journal/_pictures.html", context, status=422 if problems else 200)


def _told(answer: HttpResponse, level: str, title: str, text: str) -> HttpResponse:
    answer["HX-Trigger"] = json.dumps({"toast": {"level": level, "title": title, "text": text}})
    return answer
