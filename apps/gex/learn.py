"""The page that explains gamma exposure. Its states are those the engine can really return."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.market.glossary import groups
from legacy_engines.config import MM_STATES
from legacy_engines.gex.mm_state import determine_mm_state

_PROBES = (-5e9, -2.5e9, -1.5e9, 0.0, 5e9)  # USD of net GEX, one in each range the old texts name


@require_GET
def learn(request: HttpRequest) -> HttpResponse:
    """Explain GEX, dealers, strategies, risk, the pages and their keys, and every term."""
    return render(request, "learn/page.html", {"states": dealer_states(), "glossary": groups()})


def dealer_states() -> list[dict[str, Any]]:
    """Return the states that occur, from the most negative net GEX upwards, with their ranges in words."""
    names = dict.fromkeys(determine_mm_state(probe) for probe in _PROBES)
    found, low = [], ""
    for name in names:
        high = f"${abs(MM_STATES[name]['threshold']) / 1e9:.0f} bn" if name != "NEUTRAL" else ""
        sign = "−" if MM_STATES[name]["threshold"] < 0 else ""
        words = f"from {low}" if not high else f"below {sign}{high}" if not low else f"from {low} to below {sign}{high}"
        low = f"{sign}{high}"
        found.append(
            {
                "name": name.lower(),
                "threshold": words,
                "behavior": MM_STATES[name]["behavior"],
                "action": MM_STATES[name]["action"],
            }
        )
    return found
