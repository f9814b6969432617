"""A recording played into the desk: the same rows every time, whatever the speed and the hour; and how it ends."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from alphagex.clock import NEW_YORK
from apps.market import feed, live, replaying
from apps.market.chain import Origin
from apps.market.exposure.result import Exposure
from apps.market.fake_upstream.server import USER_NAME, FakeUpstream
from apps.market.models import Feed, Snapshot
from apps.market.recording import Recorder, note_answer, note_observed
from apps.market.recording_files import RecordingFiles
from apps.market.redis_client import short_questions
from apps.market.sources.protocol import Answer, Kind, Question
from apps.market.sources.recorded import find_recordings
from apps.market.sources.tradingvolatility import TradingVolatilitySource
from tests.desk import ROOT, database_url, wait_until
from tests.moments import OPEN_MARKET

SECOND = timedelta(seconds=1)
ORIGIN_COLUMNS = {"source", "kind", "source_label", "source_detail", "delay_seconds", "stale_after"}
ORIGIN = Origin(source="simulated", kind="simulated", label="Simulated")


# SPX and SPY every 30 s, each a little later; SPY once in vain.
POLLS = [(symbol, seconds + delay) for seconds in (0, 30, 60) for delay, symbol in ((1, "SPX"), (2, "SPY"))]
POLLS.append(("SPY", 62))


class Hurry(Event):
    """Never set, and nobody waits for it: it notes for how long they would have."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout or 0.0)
        return False


@pytest.fixture(scope="module")
def gamma() -> Exposure:
    """Gamma as Trading Volatility sends it, without a chain."""
    with FakeUpstream(at=lambda: OPEN_MARKET) as upstream:
        source = TradingVolatilitySource(USER_NAME, base_url=upstream.tradingvolatility_url)
        return source.fetch_exposure("QQQ", at=OPEN_MARKET)


@pytest.fixture
def recording(transactional_db: None, tmp_path: Path, gamma: Exposure) -> Path:
    """A recording of a live run, whose rows are still in the tables: chains, QQQ as gamma alone, bars of the VIX."""
    recorder, files = Recorder(), RecordingFiles(tmp_path)
    recorder.begin()
    for symbol, seconds in POLLS:
        assert feed.poll_symbol(symbol, at=OPEN_MARKET + seconds * SECOND) is not None
        for noted in recorder.take(wait_seconds=0.01):
            files.write(noted)
    feed.store_observation(gamma, received_at=OPEN_MARKET + 93 * SECOND)
    note_observed(gamma, OPEN_MARKET + 93 * SECOND)
    question = Question(kind=Kind.BARS, symbol="VIX", detail="1d:1y")
    note_answer(Answer(question=question, value={}, as_of=OPEN_MARKET, origin=ORIGIN), OPEN_MARKET)
    for noted in recorder.end():
        files.write(noted)
    return tmp_path


def rows(*without: str) -> list[tuple[str, str]]:
    """Return all columns of all snapshots and their details as PostgreSQL writes them, to the last digit and byte.

    Only the primary keys are left out: a sequence of the database, which counts on after rows are deleted.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (to_jsonb(s) - 'id' - %s::text[])::text, (to_jsonb(d) - 'snapshot_id')::text "
            "FROM market_snapshot s JOIN market_snapshot_detail d ON d.snapshot_id = s.id ORDER BY s.symbol, s.seq",
            [list(without)],
        )
        found: list[tuple[str, str]] = cursor.fetchall()
    return found


def forget_everything() -> None:
    Snapshot.objects.all().delete()
    Feed.objects.all().delete()
    short_questions().flushdb()


def replayed(recording: Path, *arguments: str) -> str:
    out = StringIO()
    call_command("replay", str(recording), *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_a_recording_gives_the_same_rows_at_any_speed_and_hour_and_the_numbers_of_the_live_run(
    recording: Path,
) -> None:
    live_rows = rows(*ORIGIN_COLUMNS)
    assert len(live_rows) == 7
    played = []
    for speed, at in (("max", datetime(2027, 3, 14, 1, 59, 58, tzinfo=NEW_YORK)), ("1000", OPEN_MARKET)):
        forget_everything()
        with time_machine.travel(at, tick=True):
            replayed(recording, "--speed", speed)
        played.append(rows())
        assert rows(*ORIGIN_COLUMNS) == live_rows
    assert played[0] == played[1]


def test_between_observations_passes_the_recorded_time_divided_by_the_speed(recording: Path) -> None:
    headings = [heading for heading in find_recordings(recording)[0] if heading.question is None]
    offsets = [(heading.moment - headings[0].moment).total_seconds() for heading in headings]
    assert offsets == [0, 1, 30, 31, 60, 61, 92]
    played = []
    for speed in (1.0, 60.0):
        forget_everything()
        stop = Hurry()
        began = time.monotonic()
        assert all(step.is_new for step in replaying.play(headings, speed=speed, stop=stop))
        took = time.monotonic() - began
        for waited, offset in zip(stop.waited, offsets, strict=True):
            # What storing took is not waited for as well.
            assert max(offset / speed - took, 0) <= waited <= offset / speed
        played.append(rows())
    assert played[0] == played[1]


def test_each_row_keeps_the_moment_it_was_received_and_says_that_it_is_recorded(recording: Path) -> None:
    forget_everything()
    replayed(recording, "--speed", "max")
    newest = Snapshot.objects.of("SPX")[0]
    assert newest.received_at == OPEN_MARKET + 61 * SECOND
    assert (newest.kind, newest.source_label, newest.stale_after) == ("recorded", "Simulated, recorded", None)
    assert newest.source_detail.endswith("_SPX_20261118T113101_chain.json.gz")


def test_pages_follow_and_polling_rests_until_the_recording_is_left(recording: Path) -> None:
    forget_everything()
    said = replayed(recording, "--speed", "max")
    kept = live.latest_html("market", "SPY")
    assert kept is not None
    assert kept[0] == 3
    assert "replay: " in kept[1]
    assert set(Feed.objects.values_list("symbol", "is_held")) == {("SPX", True), ("SPY", True), ("QQQ", True)}
    assert "Played 7 of 7 observations, 7 new snapshots" in said
    assert "'Leave replay'" in said
    assert "1 answer" in said


@pytest.mark.parametrize("symbol", ["SPY", "QQQ"])
def test_the_page_and_the_live_message_say_that_it_is_recorded(
    recording: Path, trader_client: Client, symbol: str
) -> None:
    forget_everything()
    replayed(recording, "--speed", "max")
    label = Snapshot.objects.of(symbol)[0].source_label
    assert label.startswith("Simulated")
    assert label.endswith(", recorded")
    page = trader_client.get(f"/gex/{symbol}/").content.decode()
    assert label in page
    assert "<b>Replay.</b>" in page
    assert "Generated when it was recorded, nothing is real." in page
    message = live.decode(str(short_questions().hget(live.LATEST, f"market:{symbol}")))
    source = json.loads(message.text_json)["source"]
    assert (source["kind"], source["label"]) == ("recorded", label)


def test_only_the_wanted_symbols_are_played(recording: Path) -> None:
    forget_everything()
    replayed(recording, "--speed", "max", "--symbols", "spy")
    assert set(Snapshot.objects.values_list("symbol", flat=True)) == {"SPY"}


def test_playing_again_starts_over(recording: Path) -> None:
    forget_everything()
    for _ in range(2):
        replayed(recording, "--speed", "max", "--symbols", "SPX")
    moments = list(Snapshot.objects.of("SPX").values_list("as_of", flat=True))
    assert moments == [OPEN_MARKET + seconds * SECOND for seconds in (61, 31, 1)] * 2


def test_a_broken_file_is_told_and_the_rest_plays(recording: Path) -> None:
    forget_everything()
    broken = next(recording.glob("000001_*"))
    broken.write_bytes(broken.read_bytes()[:-30])
    said = replayed(recording, "--speed", "max", "--symbols", "SPX")
    assert f"{broken.name}: truncated gzip" in said
    assert "Played 2 of 2 observations" in said


def flipped(packed: bytes) -> bytes:
    return packed[:-200] + bytes([packed[-200] ^ 1]) + packed[-199:]


def saying(**changes: Any) -> Callable[[bytes], bytes]:
    """Return what lets a recorded file say something else, in its heading and of itself."""

    def bend(packed: bytes) -> bytes:
        outer = json.loads(gzip.decompress(packed)) | {key: changes[key] for key in changes.keys() - {"spot"}}
        outer["content"] |= {key: changes[key] for key in changes.keys() - {"version"}}
        return gzip.compress(json.dumps(outer, separators=(",", ":")).encode())

    return bend


@pytest.mark.parametrize(
    ("bend", "says"),
    [
        (flipped, "damaged|broken gzip"),
        (lambda _: b"", "the file is empty"),
        (lambda _: b"\x89PNG and so on", "no option chain"),
        (saying(version=2), "a recording of version 2; this desk reads version 1, update it"),
        (saying(spot=-5.0), "is no price"),
        (saying(spot=1e13), "is no price"),
        (saying(symbol="<script>alert(1)</script>"), "is not a symbol"),
    ],
)
def test_a_damaged_or_foreign_file_is_told_in_one_line_and_the_rest_plays(
    recording: Path, bend: Callable[[bytes], bytes], says: str
) -> None:
    forget_everything()
    broken = next(recording.glob("000001_*"))
    broken.write_bytes(bend(broken.read_bytes()))
    told = replayed(recording, "--speed", "max").splitlines()
    assert re.search(rf"{re.escape(broken.name)}: .*({says})", told[0])
    assert "Traceback" not in told
    assert Snapshot.objects.count() == 6


def test_a_file_that_holds_another_symbol_than_the_index_says_is_not_played(recording: Path) -> None:
    forget_everything()
    first, second = next(recording.glob("000001_*")), next(recording.glob("000002_*"))
    index = recording / "index.jsonl"
    index.write_text(index.read_text().replace(f'"bytes":{first.stat().st_size}', f'"bytes":{second.stat().st_size}'))
    first.write_bytes(second.read_bytes())
    assert f"{first.name}: is of SPY, but listed as of 'SPX'" in replayed(recording, "--speed", "max")
    assert Snapshot.objects.of("SPY").count() == 3


def test_a_symbol_that_is_left_on_its_page_is_not_played_on(recording: Path) -> None:
    forget_everything()
    headings = [heading for heading in find_recordings(recording)[0] if heading.symbol == "SPX"]
    steps = replaying.play(headings, speed=float("inf"), stop=Event())
    assert next(steps).is_new
    feed.leave_held("SPX", at=OPEN_MARKET)
    assert [step.problem for step in steps] == ["SPX was left on its page and is not played on."]
    assert not Feed.objects.get(symbol="SPX").is_held


def test_ctrl_c_ends_the_waiting_and_says_how_to_leave(recording: Path) -> None:
    forget_everything()
    command = [sys.executable, "manage.py", "replay", str(recording), "--speed", "0.001"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    environment = os.environ | {"DATABASE_URL": database_url()}
    with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as process:  # type: ignore[call-overload]
        try:
            wait_until(lambda: Snapshot.objects.exists())
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0, err
    assert "Stopped after 1 of 7 observations" in out
    assert "/gex/SPX/" in out


def test_what_cannot_be_played_is_said_in_one_line(recording: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for arguments, says in (
        ((str(tmp_path / "absent"),), "no file or directory"),
        ((str(tmp_path / "empty"),), "it holds no files"),
        ((str(recording), "--symbols", "IWM"), "QQQ, SPX, SPY"),
        ((str(recording), "--speed", "0"), "neither a number above zero nor max"),
        ((str(recording), "--speed", "fast"), "neither a number above zero nor max"),
    ):
        with pytest.raises(CommandError, match=says) as refused:
            call_command("replay", *arguments, stdout=StringIO())
        assert "\n" not in str(refused.value)
