"""The old module name of the gamma correlation tracker."""

from legacy_engines.gamma.correlation import GammaCorrelationTracker

__all__ = ["GammaCorrelationTracker"]
