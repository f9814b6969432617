"""The old module name of the intelligence engines and the copilot."""

from legacy_engines.contracts import PositionSizingCalculator
from legacy_engines.copilot import ClaudeIntelligence, PsychologicalCoach, SocraticQuestioner
from legacy_engines.greeks import GreeksCalculator
from legacy_engines.json_values import make_json_serializable
from legacy_engines.macro import FREDIntegration
from legacy_engines.market_time import get_et_time, get_local_time, get_utc_time, is_market_open
from legacy_engines.option_chains import RealOptionsChainFetcher
from legacy_engines.portfolio import PortfolioAnalyzer
from legacy_engines.post_mortem import PostMortemAnalyzer
from legacy_engines.scenarios import ScenarioPlanner
from legacy_engines.smart_dte import SmartDTECalculator
from legacy_engines.strategy_optimizer import MultiStrategyOptimizer
from legacy_engines.strikes import SmartStrikeSelector
from legacy_engines.trade_memory import TradingRAG
from legacy_engines.zones import DynamicLevelCalculator

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
