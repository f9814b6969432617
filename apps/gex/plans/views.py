"""Plans to take along: Markdown and JSON as downloads, and a page made for paper."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from alphagex import clock
from alphagex.requests import HtmxRequest
from apps.gex.plans import exports
from apps.gex.plans.block import plan_view, template_of
from apps.gex.plans.writing import Period, WrittenPlan, write_plan
from apps.market.blocks import NotReadyError
from apps.market.watching import SymbolError, parse_symbol

_PRINT = "print"
_DOWNLOADS = {
    "md": ("text/markdown", exports.markdown),
    "json": ("application/json", exports.as_json),
}


@require_GET
@never_cache
def export(request: HtmxRequest, symbol: str, period: str, form: str) -> HttpResponse:
    """Return a plan of this moment as a file or as a page to print; 404 with a sentence where there is none."""
    if period not in set(Period) or form not in {*_DOWNLOADS, _PRINT}:
        raise Http404(f"There is no plan {period[:20]!r} as {form[:20]!r}.")
    try:
        canonical = parse_symbol(symbol)
    except SymbolError as error:
        return render(request, "market/bad_symbol.html", {"error": str(error), "symbol": ""}, status=404)
    if canonical != symbol:
        return redirect("gex:plan_export", symbol=canonical, period=period, form=form)
    try:
        written = write_plan(Period(period), symbol, clock.now())
    except NotReadyError as reason:
        return render(request, "gex/plans/not_ready.html", {"symbol": symbol, "reason": reason}, status=404)
    return _page(request, written) if form == _PRINT else _download(written, form)


def _download(written: WrittenPlan, form: str) -> HttpResponse:
    content_type, text = _DOWNLOADS[form]
    name = exports.file_name(written, form)
    return HttpResponse(
        text(written),
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _page(request: HtmxRequest, written: WrittenPlan) -> HttpResponse:
    context = {
        "symbol": written.symbol,
        "name": exports.file_name(written, "pdf").removesuffix(".pdf"),
        "origin": written.origin,
        "written_at": written.at,
        "plan": plan_view(written),
        "template": template_of(written.period),
    }
    return render(request, "gex/plans/print.html", context)
