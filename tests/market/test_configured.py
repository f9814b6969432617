"""One set of sources per process from the settings; a command may build another one by name."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from alphagex import clock
from apps.market import configured, replay_clock
from tests.market.sources.material import cboe_bytes


def names(name: str | None = None) -> list[str]:
    return [source.name for source in configured.build_configured(name).sources]


def test_a_named_source_takes_the_place_of_the_settings(settings: Settings) -> None:
    settings.DATA_SOURCE = "simulated"
    settings.FRED_API_KEY = ""
    assert names() == ["simulated"]
    assert names("cboe") == ["cboe", "yahoo"]
    assert names() == ["simulated"]
    with pytest.raises(ValueError, match="no data source 'bloomberg'"):
        names("bloomberg")


def test_processes_that_replay_agree_on_the_start_however_the_name_is_spelt(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "chain"
    path.write_bytes(cboe_bytes())
    settings.REPLAY_PATH = str(path)
    before = clock.now()
    assert names(" Replay ") == ["replay"]
    assert before <= replay_clock.started_at(clock.now() + timedelta(hours=1)) <= clock.now()
