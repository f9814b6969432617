"""What the style guide shows: one invented value for every state of a component. Debug only; no page uses it."""

from datetime import datetime, timedelta
from typing import Any

from django import forms, template

from alphagex import clock

register = template.Library()


class SampleForm(forms.Form):
    """One field that fails and one that does not."""

    risk = forms.DecimalField(
        label="Risk per trade, %", max_value=5, widget=forms.TextInput(attrs={"class": "num", "inputmode": "decimal"})
    )
    account = forms.CharField(
        label="Account, $",
        widget=forms.TextInput(attrs={"class": "num", "inputmode": "decimal"}),
        help_text="Cash only.",
    )


def _badges(at: datetime) -> dict[str, dict[str, Any]]:
    def minutes(count: float) -> datetime:
        return at + timedelta(minutes=count)

    cboe = {"kind": "live", "label": "Cboe"}
    return {
        "live": cboe
        | {"text": "Cboe · 2 s", "as_of": minutes(-0.03), "stale_after": minutes(1)}
        | {"means": "live, younger than two intervals"},
        "delayed": cboe
        | {"kind": "delayed", "text": "Cboe · 15 min", "as_of": minutes(-15), "stale_after": minutes(5)}
        | {"means": "delayed by the source, as promised"},
        "late": cboe
        | {"text": "Cboe, stale 7 min", "as_of": minutes(-7), "stale_after": minutes(-5)}
        | {"means": "stale: late, values dimmed, alerts paused"},
        "replay": {"kind": "replay", "text": "16:31", "as_of": at, "origin": "Cboe chain, 14 Sep 2023 16:31 ET."}
        | {"means": "replayed recording"},
        "simulated": {"kind": "simulated", "label": "Simulated", "text": "Simulated · 2 s"}
        | {"as_of": minutes(-0.03), "stale_after": minutes(1), "means": "generated, banner on every page"},
        "computed": {"kind": "computed", "text": "calc", "means": "computed here from the figures above"},
        "failed": {"kind": "failed", "text": "failed 11:42", "means": "last fetch failed, value hidden after 15 min"},
    }


def _ruler() -> dict[str, Any]:
    depths = {0: 0.8, 27: 0.03, 45: 0.25, 78: 0.75, 100: 0.8}
    return {
        "sides": [("loss", "Moves grow"), ("gain", "Moves shrink")],
        "stops": [{"at": at, "side": "put" if at < 27 else "call", "depth": depth} for at, depth in depths.items()],
        "marks": [
            {"at": 27, "kind": "flip", "value": "4,494.30", "label": "Flip −10.8", "anchor": "end"},
            {"at": 36, "kind": "put", "value": "4,500", "label": "Put wall −5.1", "anchor": "start"},
            {"at": 45, "kind": "spot", "value": "4,505.10", "label": "Spot", "anchor": ""},
            {"at": 78, "kind": "call", "value": "4,525", "label": "Call wall +19.9", "anchor": ""},
        ],
        "summary": "Spot 4,505.10. Moves grow below the flip 4,494.30; put wall 4,500, call wall 4,525.",
    }


def _figure() -> dict[str, Any]:
    strikes = [4480, 4485, 4490, 4495, 4500, 4505, 4510, 4515, 4520, 4525]
    calls = [2.0, 2.4, 3.1, 4.8, 40.4, 5.6, 6.0, 6.3, 5.2, 9.2]
    puts = [-4.1, -3.8, -5.0, -6.9, -35.3, -4.4, -3.1, -2.6, -2.0, -1.4]
    net = [call + put for call, put in zip(calls, puts, strict=True)]
    return {
        "data": [
            {"type": "bar", "name": "Calls", "x": strikes, "y": calls, "marker": {"color": "var(--chart-call)"}},
            {"type": "bar", "name": "Puts", "x": strikes, "y": puts, "marker": {"color": "var(--chart-put)"}},
            {"type": "scatter", "name": "Net", "x": strikes, "y": net, "line": {"color": "var(--chart-net)"}},
        ],
        "layout": {"barmode": "relative", "bargap": 0.4, "yaxis": {"side": "right", "nticks": 5}},
    }


@register.simple_tag
def samples() -> dict[str, Any]:
    """Everything templates/styleguide/page.html shows that is not written in it."""
    return {
        "badges": _badges(clock.now()),
        "ruler": _ruler(),
        "figure": _figure(),
        "form": SampleForm({"risk": "7.0", "account": "50,000.00"}),
        "tabs": [
            {"label": "Overview", "url": "#", "active": True},
            {"label": "Trade setups", "url": "#", "count": 3},
            {"label": "Plans", "url": "#"},
        ],
        "options": [
            {"label": "All", "panel": "guide-all"},
            {"label": "0DTE", "panel": "guide-zero"},
            {"label": "Ex-0DTE", "panel": "guide-ex"},
        ],
    }
