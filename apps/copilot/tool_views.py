"""The four tools: a page each, and the same panel alone while a form is filled in. They read and change nothing."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from alphagex import clock
from alphagex.requests import SignedInRequest, wants_fragment
from apps.accounts.services import preferences_of
from apps.copilot.panels.forms import STRATEGIES
from apps.copilot.panels.portfolio import portfolio_risk
from apps.copilot.panels.post_mortem import post_mortem_of
from apps.copilot.panels.probability import chance_of
from apps.copilot.panels.scenario import scenario_of


@require_GET
@vary_on_headers("HX-Request")
def scenario(request: SignedInRequest) -> HttpResponse:
    panel = scenario_of(request.user, request.GET, at=clock.now())
    return _shown(request, "scenario", "Scenario", {"panel": panel})


@require_GET
@vary_on_headers("HX-Request")
def portfolio(request: SignedInRequest) -> HttpResponse:
    return _shown(request, "portfolio", "Portfolio risk", {"panel": portfolio_risk(request.user, at=clock.now())})


@require_GET
@vary_on_headers("HX-Request")
def post_mortem(request: SignedInRequest) -> HttpResponse:
    panel = post_mortem_of(request.user, request.GET)
    return _shown(request, "post_mortem", "Post-mortem", {"panel": panel, "strategies": STRATEGIES})


@require_GET
@vary_on_headers("HX-Request")
def probability(request: SignedInRequest) -> HttpResponse:
    panel = chance_of(request.GET, symbol=preferences_of(request.user).symbol)
    return _shown(request, "probability", "Probability", {"panel": panel})


def _shown(request: SignedInRequest, name: str, title: str, context: dict[str, Any]) -> HttpResponse:
    fragment = f"copilot/_{name}.html"
    if wants_fragment(request):
        return render(request, fragment, context)
    return render(request, "copilot/tool.html", context | {"title": title, "tool": name, "fragment": fragment})
