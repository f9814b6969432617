"""The scanner under its old module name."""

from legacy_engines.setups.scan_view import add_to_watchlist, scan_figures, scanner_settings
from legacy_engines.setups.scanner import SmartCache, scan_symbols

__all__ = ["SmartCache", "add_to_watchlist", "scan_figures", "scan_symbols", "scanner_settings"]
