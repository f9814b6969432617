"""Which source runs: from a name and its options to a source."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alphagex import clock
from apps.market.sources.cboe import DEFAULT_BASE_URL, CboeSource
from apps.market.sources.protocol import ChainSource
from apps.market.sources.replay import ReplaySource
from apps.market.sources.simulated import SimulatedSource

NAMES = ("auto", "simulated", "cboe", "replay")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """What the sources can be told. replay_speed: recorded seconds per real second. replay_started_at: aware;

    None starts at the moment the source is built, so several processes that replay together must be given one.
    """

    seed: int = 42
    replay_path: Path | None = None
    replay_speed: float = 1.0
    replay_started_at: datetime | None = None
    cboe_base_url: str = DEFAULT_BASE_URL
    timeout_seconds: float = 10.0


def build_source(name: str, *, options: SourceOptions) -> ChainSource:
    """Return the source called `name`; "auto" is the simulated one. Raises ValueError that lists the valid names."""
    match name.strip().lower():
        case "auto" | "simulated":
            return SimulatedSource(seed=options.seed)
        case "cboe":
            return CboeSource(options.cboe_base_url, timeout=options.timeout_seconds)
        case "replay":
            if options.replay_path is None:
                raise ValueError("The replay source needs the path of a recorded chain or of a directory of them.")
            started_at = options.replay_started_at or clock.now()
            return ReplaySource(options.replay_path, options.replay_speed, started_at)
        case _:
            raise ValueError(f"There is no data source {name!r}. Valid names are {', '.join(NAMES)}.")
