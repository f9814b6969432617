"""The copilot's conversations: page, question, stop, and what is done with chats and proposed trades."""

import json

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alphagex import clock
from alphagex.requests import SignedInRequest
from apps.accounts.services import preferences_of
from apps.copilot import asking, chats, proposals
from apps.copilot.forms import AccessForm, AskForm, TitleForm
from apps.copilot.models import Chat, Turn
from apps.copilot.page import Page, newest_chat, page_of, shown_figures, shown_turn
from apps.copilot.prompts import quick
from apps.copilot.seen import access_of
from apps.market.watching import SymbolError, parse_symbol


@require_GET
def newest(request: SignedInRequest) -> HttpResponse:
    """The last conversation, or an empty one."""
    return _page(request, newest_chat(request.user))


@require_GET
def new(request: SignedInRequest) -> HttpResponse:
    """An empty conversation."""
    return _page(request, None)


@require_GET
def chat(request: SignedInRequest, pk: int) -> HttpResponse:
    return _page(request, _own_chat(request, pk))


@require_POST
def ask(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    """Take a question. The turn is put under the others, or a new conversation opens."""
    of_chat = _own_chat(request, pk) if pk else None
    form = AskForm(request.POST)
    if not form.is_valid():
        return _composer(request, of_chat, form, status=422)
    asked = form.cleaned_data
    button = quick(asked["quick"])
    text = button.text.format(symbol=asked["symbol"]) if button else asked["text"]
    mode = button.mode if button else asking.mode_of(text, chosen=asked["mode"])
    question = asking.Question(text=text, mode=mode, symbol=asked["symbol"], key=asked["key"])
    try:
        turn = asking.ask(request.user, of_chat, question, at=clock.now())
    except asking.AskError as error:
        form.add_error("text", str(error))
        return _composer(request, of_chat, form, status=422)
    where = reverse("copilot:chat", args=[turn.chat_id])
    if not request.htmx:
        return HttpResponseRedirect(where)
    if of_chat is None:
        return HttpResponse(status=204, headers={"HX-Redirect": where})
    context = {"page": _page_data(request, of_chat), "turn": shown_turn(turn)}
    return render(request, "copilot/asked.html", context)


@require_POST
def stop(request: SignedInRequest, pk: int) -> HttpResponse:
    """Stop an answer; what has come is kept."""
    return _turn(request, asking.stop(request.user, _own_turn(request, pk).pk, at=clock.now()))


@require_GET
def turn(request: SignedInRequest, pk: int) -> HttpResponse:
    """A turn as it stands, for pages whose socket is silent."""
    asking.settle_lost(request.user, at=clock.now())
    return _turn(request, _own_turn(request, pk))


@require_GET
def used(request: SignedInRequest, pk: int) -> HttpResponse:
    """The figures of an answer and the data it was given (A-9)."""
    one = _own_turn(request, pk)
    return render(request, "copilot/used.html", {"turn": one, "figures": shown_figures(one.figures)})


@require_http_methods(["GET", "POST"])
def rename(request: SignedInRequest, pk: int) -> HttpResponse:
    of_chat = _own_chat(request, pk)
    form = TitleForm(request.POST or None, initial={"title": of_chat.title})
    if request.method == "POST" and form.is_valid():
        chats.rename(of_chat, form.cleaned_data["title"])
        return _to(request, reverse("copilot:chat", args=[pk]))
    status = 422 if request.method == "POST" else 200
    return render(request, "copilot/rename.html", {"form": form, "chat": of_chat}, status=status)


@require_http_methods(["GET", "POST"])
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    of_chat = _own_chat(request, pk)
    if request.method == "POST":
        of_chat.delete()
        return _to(request, reverse("copilot:new"))
    return render(request, "copilot/delete.html", {"chat": of_chat, "answers": of_chat.turns.count()})


@require_GET
def transcript(request: SignedInRequest, pk: int) -> HttpResponse:
    """The conversation as a Markdown file."""
    of_chat = _own_chat(request, pk)
    headers = {"Content-Disposition": f'attachment; filename="copilot-{of_chat.pk}.md"'}
    return HttpResponse(chats.transcript(of_chat), content_type="text/markdown; charset=utf-8", headers=headers)


@require_GET
def found(request: SignedInRequest) -> HttpResponse:
    """The conversations that hold the words."""
    words = request.GET.get("words", "")
    context = {"chats": chats.found_chats(request.user, words), "words": words}
    return render(request, "copilot/_chats.html", context)


@require_POST
def access(request: SignedInRequest) -> HttpResponse:
    """Change what the copilot may see."""
    form = AccessForm(request.POST, instance=access_of(request.user))
    if form.is_valid():
        form.save()
    if not request.htmx:
        return redirect("copilot:page")
    toast = {"toast": {"level": "success", "title": "Kept", "text": "It counts from your next question on."}}
    answer = render(request, "copilot/_access.html", {"access": form.instance})
    answer["HX-Trigger"] = json.dumps(toast)
    return answer


@require_POST
def take(request: SignedInRequest, pk: int, place: int, taker: str) -> HttpResponse:
    """Hand a proposed trade over: size it, log it, try it in paper, or take it."""
    try:
        outcome = proposals.hand_over(request.user, pk, place=place, taker_key=taker, at=clock.now())
    except (Turn.DoesNotExist, IndexError, KeyError) as error:
        raise Http404("No such idea.") from error
    if outcome.url:
        return HttpResponse(status=204, headers={"HX-Redirect": outcome.url})
    if outcome.dialog:
        return HttpResponse(outcome.dialog, headers={"HX-Retarget": "#dialog-host", "HX-Reswap": "innerHTML"})
    toast = {"toast": {"level": "success", "title": outcome.title, "text": outcome.text}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(toast)})


def _page(request: SignedInRequest, of_chat: Chat | None) -> HttpResponse:
    asking.settle_lost(request.user, at=clock.now())
    page = _page_data(request, of_chat)
    return render(request, "copilot/page.html", {"page": page, "form": AskForm()})


def _page_data(request: SignedInRequest, of_chat: Chat | None) -> Page:
    return page_of(
        request.user,
        symbol=_symbol(request),
        at=clock.now(),
        chat=of_chat,
        words=request.GET.get("words", ""),
        every_turn="all" in request.GET,
    )


def _composer(request: SignedInRequest, of_chat: Chat | None, form: AskForm, *, status: int) -> HttpResponse:
    page = _page_data(request, of_chat)
    if not request.htmx:
        return render(request, "copilot/page.html", {"page": page, "form": form}, status=status)
    answer = render(request, "copilot/_composer.html", {"page": page, "form": form}, status=status)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#copilot-composer", "outerHTML"
    return answer


def _turn(request: SignedInRequest, one: Turn) -> HttpResponse:
    if not request.htmx:
        return HttpResponseRedirect(one.chat.get_absolute_url())
    return render(request, "copilot/_turn.html", {"turn": shown_turn(one)})


def _own_chat(request: SignedInRequest, pk: int) -> Chat:
    return get_object_or_404(chats.chats_of(request.user), pk=pk)


def _own_turn(request: SignedInRequest, pk: int) -> Turn:
    own: QuerySet[Turn] = Turn.objects.filter(chat__owner=request.user).select_related("chat")
    return get_object_or_404(own, pk=pk)


def _symbol(request: SignedInRequest) -> str:
    try:
        return parse_symbol(
            request.GET.get("symbol") or request.POST.get("symbol") or preferences_of(request.user).symbol
        )
    except SymbolError:
        return preferences_of(request.user).symbol


def _to(request: SignedInRequest, url: str) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if request.htmx else HttpResponseRedirect(url)
