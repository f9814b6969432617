"""The copilot: prompts, transport, coaching and the answers given without a model."""

from legacy_engines.copilot.claude import ClaudeIntelligence, GexClient
from legacy_engines.copilot.coach import PsychologicalCoach
from legacy_engines.copilot.socratic import SocraticQuestioner
from legacy_engines.copilot.state import TraderState
from legacy_engines.copilot.transport import ClaudeRequestError, HttpTransport, Transport

__all__ = [
    "ClaudeIntelligence",
    "ClaudeRequestError",
    "GexClient",
    "HttpTransport",
    "PsychologicalCoach",
    "SocraticQuestioner",
    "TraderState",
    "Transport",
]
