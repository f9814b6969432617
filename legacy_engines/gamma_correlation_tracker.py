"""The old module name of the gamma correlation tracker."""

from legacy_engines.correlation import GammaCorrelationTracker

__all__ = ["GammaCorrelationTracker"]
