"""The old module name of the intelligence engines and the copilot."""

from legacy_engines.copilot import ClaudeIntelligence, PsychologicalCoach, SocraticQuestioner
from legacy_engines.copilot.json_values import make_json_serializable
from legacy_engines.copilot.trade_memory import TradingRAG
from legacy_engines.gex.zones import DynamicLevelCalculator
from legacy_engines.market.macro import FREDIntegration
from legacy_engines.market.market_time import get_et_time, get_local_time, get_utc_time, is_market_open
from legacy_engines.options.chains import RealOptionsChainFetcher
from legacy_engines.options.greeks import GreeksCalculator
from legacy_engines.options.smart_dte import SmartDTECalculator
from legacy_engines.options.strikes import SmartStrikeSelector
from legacy_engines.risk.contracts import PositionSizingCalculator
from legacy_engines.risk.portfolio import PortfolioAnalyzer
from legacy_engines.risk.post_mortem import PostMortemAnalyzer
from legacy_engines.risk.scenarios import ScenarioPlanner
from legacy_engines.setups.strategy_optimizer import MultiStrategyOptimizer

__all__ = [
    "ClaudeIntelligence",
    "DynamicLevelCalculator",
    "FREDIntegration",
    "GreeksCalculator",
    "MultiStrategyOptimizer",
    "PortfolioAnalyzer",
    "PositionSizingCalculator",
    "PostMortemAnalyzer",
    "PsychologicalCoach",
    "RealOptionsChainFetcher",
    "ScenarioPlanner",
    "SmartDTECalculator",
    "SmartStrikeSelector",
    "SocraticQuestioner",
    "TradingRAG",
    "get_et_time",
    "get_local_time",
    "get_utc_time",
    "is_market_open",
    "make_json_serializable",
]
