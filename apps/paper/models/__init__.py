"""The paper accounts' books under the old table names, and the trades the finder has found."""

from apps.paper.models.daily import PaperConfigV2, PaperPositionV2
from apps.paper.models.found import FoundTrade
from apps.paper.models.model_priced import PaperConfig, PaperPerformance, PaperPosition

__all__ = ["FoundTrade", "PaperConfig", "PaperConfigV2", "PaperPerformance", "PaperPosition", "PaperPositionV2"]
