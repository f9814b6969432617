"""{% idea_actions "setups" symbol "3" %}: the buttons of whoever takes ideas."""

from typing import Any

from django import template
from django.urls import reverse

from apps.ideas import takers

register = template.Library()


@register.inclusion_tag("ideas/_actions.html")
def idea_actions(source: str, symbol: str, reference: str, what: str = "") -> dict[str, Any]:
    """Return one button per taker. what: the idea in a few words, for screen readers."""
    buttons = [
        {
            "label": taker.label,
            "icon": taker.icon,
            "url": reverse("ideas:hand_over", args=[source, symbol, reference, taker.key]),
        }
        for taker in takers.every()
    ]
    return {"buttons": buttons, "what": what}
