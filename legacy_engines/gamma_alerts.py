"""The old module name of the gamma alerts."""

from legacy_engines.gamma.alert_rules import GammaAlertSystem

__all__ = ["GammaAlertSystem"]
