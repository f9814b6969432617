"""What the copilot keeps for one person between calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ACCOUNT_SIZE = 50000
RISK_PERCENT = 2.0

Message = dict[str, str]
"""`role` (`user` or `assistant`) and `content`."""


@dataclass(slots=True, kw_only=True)
class TraderState:
    """One person's conversation and account. Owned by the caller, who stores and restores it.

    conversation_history: oldest first, unbounded. account_size: USD. risk_pct: percent of the account per trade.
    settings: what the person chose, of which `account_size` and `risk_per_trade` are read, unchecked.
    """

    conversation_history: list[Message] = field(default_factory=list)
    account_size: Any = ACCOUNT_SIZE
    risk_pct: Any = RISK_PERCENT
    settings: Mapping[str, Any] = field(default_factory=dict)
    warning_shown: bool = False

    def read_settings(self) -> None:
        """Take over the account size and risk the person chose; what was not chosen stays."""
        self.account_size = self.settings.get("account_size", self.account_size)
        self.risk_pct = self.settings.get("risk_per_trade", self.risk_pct)
