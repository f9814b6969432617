"""The panels as one user wants them: rendered once for everybody, then cut at their marks and put in order."""

from collections.abc import Sequence

_MARK = "<!-- section "
_END = " -->"
# Chosen by the phone's switch, which stands before the first of them.
_SWITCHED = {"by-price", "by-expiration", "heatmap"}


def arranged(html: str, shown: Sequence[str]) -> str:
    """Return the sections of `html` (templates/gex/_panels.html) that are shown, in that order.

    A push brings all of them; the page takes those it has a place for.
    """
    before, *marked = html.split(_MARK)
    parts = dict(part.split(_END, 1) for part in marked)
    switched = next((one for one in shown if one in _SWITCHED), None)
    pieces = [before]
    for one in shown:
        if one == switched:
            pieces.append(parts.get("switch", ""))
        pieces.append(parts.get(one, ""))
    return "".join(pieces)
