"""manage.py record: ends cleanly by itself or by Ctrl-C, and says what is wrong."""

import os
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.market.chain import Chain
from apps.market.recording import FLAG, Recorder, note_observed
from apps.market.redis_client import short_questions
from apps.market.sources.recorded import read_chain_file
from tests.desk import ROOT, wait_until
from tests.moments import OPEN_MARKET


def started(*arguments: str) -> subprocess.Popen[str]:
    """Start the command as a process and return once it listens."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "record", *arguments],
        cwd=ROOT,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: bool(short_questions().exists(FLAG)))
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_a_recording_with_everything_written(
    clean_redis: None, spx_chain: Chain, tmp_path: Path, number: signal.Signals
) -> None:
    process = started(str(tmp_path), "--symbols", "spx")
    note_observed(spx_chain, OPEN_MARKET)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "Recorded 1 observation, 0 answers" in out
    assert f"manage.py replay {tmp_path}" in out
    assert read_chain_file(tmp_path / "000001_SPX_20261118T113000_chain.json.gz").spot == spx_chain.spot
    assert not short_questions().exists(FLAG)


def test_a_killed_recorder_is_forgotten_within_seconds(clean_redis: None, tmp_path: Path) -> None:
    process = started(str(tmp_path))
    process.kill()
    process.communicate(timeout=20)
    assert short_questions().pttl(FLAG) <= 5_000


def test_a_recording_ends_by_itself_and_says_where_nothing_came_in(clean_redis: None, tmp_path: Path) -> None:
    out = StringIO()
    call_command("record", str(tmp_path), "--minutes", "0.001", stdout=out)
    assert "Nothing came in" in out.getvalue()


def test_what_is_wrong_is_said_in_one_line(clean_redis: None, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for arguments, says in (
        ((str(tmp_path / "file"),), "Cannot write to"),
        ((str(tmp_path), "--minutes", "0"), "--minutes must be above zero"),
        ((str(tmp_path), "--symbols", "S P"), "S P"),
    ):
        with pytest.raises(CommandError, match=says) as refused:
            call_command("record", *arguments, stdout=StringIO())
        assert "\n" not in str(refused.value)
    assert not short_questions().exists(FLAG), "whoever is refused leaves no flag behind"


def test_a_second_recorder_is_refused_and_touches_nothing(clean_redis: None, tmp_path: Path) -> None:
    with Recorder(), pytest.raises(CommandError, match="Another recorder runs"):
        call_command("record", str(tmp_path / "day"), stdout=StringIO())
    assert not (tmp_path / "day").exists()
