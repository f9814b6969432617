"""What the person watching is told when Trading Volatility gives nothing, per method and kind of failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from legacy_engines.gamma.trading_volatility.fetch import FailureKind
from legacy_engines.ports import NoticeLevel, Notify

Levels = Mapping[FailureKind, tuple[NoticeLevel, ...]]
"""One notice per level: first what happened, then what to do about it. Kinds left out are silent."""

NET_GAMMA: Final[Levels] = {
    "no_user": ("error", "warning"),
    "status": ("error",),
    "limit": ("error",),
    "blank": ("error", "warning"),
    "not_json": ("error", "warning"),
    "no_symbol": ("error",),
    "exception": ("error",),
}
PROFILE: Final[Levels] = {
    "no_user": ("error",),
    "status": ("error",),
    "limit": ("error",),
    "blank": ("error",),
    "not_json": ("error", "warning"),
    "no_symbol": ("error",),
    "no_strikes": ("warning",),
    "exception": ("error",),
}
LEVELS: Final[Levels] = {
    "status": ("warning",),
    "limit": ("error",),
    "no_symbol": ("warning",),
    "exception": ("error",),
}
SKEW: Final[Levels] = {"limit": ("error",), "blank": ("warning",), "not_json": ("warning",), "exception": ("error",)}
SKEW_HISTORY: Final[Levels] = {"limit": ("warning",)}
HISTORY: Final[Levels] = {"no_user": ("error",)}
SILENT: Final[Levels] = {}

WHAT: Final[Mapping[FailureKind, str]] = {
    "no_user": "Trading Volatility has no user name, so {symbol} {subject} cannot be fetched.",
    "status": "Trading Volatility sent no {subject} for {symbol}: {label}.",
    "limit": "The Trading Volatility quota is used up: no {subject} for {symbol}. The next request waits for a pause.",
    "blank": "Trading Volatility sent an empty answer for {symbol} {subject}.",
    "not_json": "Trading Volatility sent something other than data for {symbol} {subject}. {label}",
    "no_symbol": "Trading Volatility has no {subject} for {symbol}.",
    "no_strikes": "Trading Volatility lists no strikes for {symbol}.",
    "exception": "{symbol} {subject} could not be read: {label}",
}
ADVICE: Final[Mapping[FailureKind, str]] = {
    "no_user": "Set TV_USERNAME to the account's user name.",
    "blank": "Check that {symbol} is covered by the account and that the vendor is up.",
    "not_json": "This is usually a login or maintenance page: check the account and the endpoint.",
}


def tell(notify: Notify, levels: Levels, kind: FailureKind, *, symbol: str, subject: str, label: str) -> None:
    """Send the notices of a failure. subject: what was asked for, e.g. `net gamma`; label: the failure's own words."""
    texts = (WHAT[kind], ADVICE.get(kind, ""))
    for level, text in zip(levels.get(kind, ()), texts, strict=False):
        notify(level, text.format(symbol=symbol, subject=subject, label=label))
