"""The old profile chart: gamma by strike near spot with its levels, and how the one-σ range moved."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.gex.classic.profile_chart import Line, figure_of, lines_of, window_of
from apps.gex.classic.refresh import Refresh, refresh_of
from apps.market.blocks import Block, NotReadyError
from apps.market.history import changes
from apps.market.history.changes import StdChanges
from apps.market.line_charts import encoded
from apps.market.notices import Badge
from apps.market.sources.protocol import Kind
from apps.market.templatetags.numbers import MINUS, count, points, signed, signed_percent, strike
from legacy_engines.gex.charts.profile import WORTH_A_BOX, WORTH_AN_ARROW

_NAMES = {"flip": "flip", "call": "call wall", "put": "put wall"}
_SIGMAS = (("std_1_pos", "+1σ"), ("std_1_neg", f"{MINUS}1σ"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sigma:
    """One end of the one-session range. move: since the session before, empty where it hardly moved or is unknown."""

    label: str
    value: str
    move: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """span: which strikes. outside: levels too far to be drawn. range_change: a sentence when it is worth one."""

    figure: str
    summary: str
    span: str
    outside: str
    sigmas: list[Sigma]
    range_change: str
    yesterday: str
    badge: Badge


def build(symbol: str, at: datetime) -> Profile:
    """Return the chart of the newest snapshot. Raises NotReadyError where no strike can be shown."""
    refresh = refresh_of(symbol)
    _refuse_without_strikes(symbol, refresh)
    std = changes.std_levels(symbol, at=at)
    data, before = chart_input(refresh, std)
    drawn = lines_of(data, before)
    window = window_of(data)
    strikes = [row["strike"] for row in data["strikes"]]
    span = f"{count(len(strikes))} strikes, {strike(min(strikes))} to {strike(max(strikes))}"
    return Profile(
        figure=encoded(figure_of(data, before)),
        summary=f"Call, put and net gamma of {symbol} by strike: {span}. {_levels_in_words(drawn)}",
        span=span,
        outside=_outside(drawn, window, data["spot_price"]),
        sigmas=_sigmas(std),
        range_change=_range_change(std),
        yesterday=_yesterday(std),
        badge=refresh.badge,
    )


def chart_input(refresh: Refresh, std: StdChanges) -> tuple[dict[str, Any], dict[str, float] | None]:
    """Return what the engine's chart takes: the profile with the record's spot and flip, and the session before."""
    record = {name: refresh.old[name] for name in ("spot_price", "flip_point")}
    now = {name: std.current[name] for name, _ in _SIGMAS} if std.current else {}
    return refresh.profile | record | now, std.previous


def _refuse_without_strikes(symbol: str, refresh: Refresh) -> None:
    if not refresh.profile:
        raise NotReadyError("No profile", f"The chart cannot be shown for {symbol}. {refresh.problem}")
    if not refresh.profile["strikes"]:
        raise NotReadyError(
            "No strikes near spot",
            f"The chart shows strikes within one week's move of spot, and {symbol} has no gamma at any of them.",
        )


def _levels_in_words(drawn: list[Line]) -> str:
    texts = [f"{_NAMES.get(kind, 'spot')} {points(price)}" for kind, price, _ in drawn if not kind.startswith("sigma")]
    return f"Lines: {', '.join(texts)}."


def _outside(drawn: list[Line], window: tuple[float, float], spot: float) -> str:
    far = [
        f"{_NAMES[kind]} {points(price) if kind == 'flip' else strike(price)} ({signed_percent(price / spot - 1, 1)})"
        for kind, price, _ in drawn
        if kind in _NAMES and not window[0] <= price <= window[1]
    ]
    return f"Beyond these strikes: {', '.join(far)}." if far else ""


def _sigmas(std: StdChanges) -> list[Sigma]:
    if not std.current:
        return []
    found = []
    for name, label in _SIGMAS:
        move = std.current[name] - std.previous[name] if std.previous else 0.0
        text = f"{'↑' if move > 0 else '↓'} {signed(move)}" if abs(move) > WORTH_AN_ARROW else ""
        found.append(Sigma(label=label, value=points(std.current[name]), move=text))
    return found


def _range_change(std: StdChanges) -> str:
    if not std.current or not std.previous:
        return ""
    now, then = (levels["std_1_pos"] - levels["std_1_neg"] for levels in (std.current, std.previous))
    if not abs(now - then) > WORTH_A_BOX:
        return ""
    return f"1σ range {'expanding' if now > then else 'contracting'} ({signed(now - then)})"


def _yesterday(std: StdChanges) -> str:
    if not std.current:
        return f"No σ lines: {std.problem}"
    if std.previous is None or std.previous_day is None:
        return f"No lines of the session before: {std.problem}"
    return f"σ lines {std.basis}; faint: those of {std.previous_day:%a %-d %b}."


BLOCK = Block(
    key="classic-profile",
    title="The old profile chart",
    template="gex/classic/profile.html",
    build=build,
    renews=("snapshot", Kind.LEVELS.value),
)
