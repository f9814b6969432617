"""The old module name for the configuration constants. Its tables are Django models now."""

from legacy_engines.config import CLAUDE_MODEL, DB_PATH, MM_STATES, STRATEGIES, TRADINGVOLATILITY_BASE

__all__ = ["CLAUDE_MODEL", "DB_PATH", "MM_STATES", "STRATEGIES", "TRADINGVOLATILITY_BASE"]
