"""What comes in is handed to a recorder while one listens, and costs nothing when none does."""

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from alphagex.embedded.redis import Redis
from apps.market import recording, redis_client
from apps.market.chain import Chain, Origin
from apps.market.exposure.analysis import analyse
from apps.market.exposure.result import Exposure
from apps.market.recording import FLAG, STREAM, Recorder, RecordingError, note_answer, note_observed
from apps.market.recording_files import RecordingFiles, RecordingRun
from apps.market.redis_client import short_questions
from apps.market.sources.packing import unpack
from apps.market.sources.protocol import Answer, Kind, Question
from apps.market.sources.recorded import find_recordings, read_chain_file
from tests.moments import OPEN_MARKET

SECOND = timedelta(seconds=1)
ORIGIN = Origin(source="simulated", kind="simulated", label="Simulated")


def answer(kind: Kind = Kind.BARS, detail: str = "1d:1y") -> Answer:
    question = Question(kind=kind, symbol="VIX", detail=detail)
    return Answer(question=question, value={"close": [17.5]}, as_of=OPEN_MARKET, origin=ORIGIN)


def later(chain: Chain, seconds: int) -> Chain:
    return replace(chain, as_of=chain.as_of + seconds * SECOND)


@contextmanager
def recording_into(folder: Path, *symbols: str) -> Iterator[tuple[RecordingRun, RecordingFiles]]:
    """Record in this process, to be stepped by the test; finished when the block ends."""
    recorder, files = Recorder(list(symbols)), RecordingFiles(folder)
    recorder.begin()
    run = RecordingRun(recorder, files, stop=threading.Event(), say=print)
    yield run, files
    run.finish()
    assert recorder.lost == 0


def test_without_a_recorder_nothing_is_noted(clean_redis: None, spx_chain: Chain) -> None:
    note_observed(spx_chain, OPEN_MARKET)
    assert short_questions().keys("alphagex:recording*") == []


def test_what_was_noted_is_taken_as_it_was(clean_redis: None, spx_chain: Chain) -> None:
    recorder = Recorder()
    recorder.begin()
    received = OPEN_MARKET + SECOND
    note_observed(spx_chain, received)
    note_observed(analyse(spx_chain), received)
    note_answer(answer(), received)
    chain, exposure, told = recorder.take(wait_seconds=1)
    assert [noted.about.what for noted in (chain, exposure, told)] == ["chain", "exposure", "answer"]
    assert {noted.about.received_at for noted in (chain, exposure, told)} == {received}
    came, gamma = unpack(chain.packed), unpack(exposure.packed)
    assert isinstance(came, Chain)
    assert isinstance(gamma, Exposure)
    assert (came.spot, gamma.net_gex) == (spx_chain.spot, analyse(spx_chain).net_gex)
    assert unpack(told.packed) == answer()


def test_quotes_that_came_with_a_chain_are_not_recorded_twice(clean_redis: None) -> None:
    recorder = Recorder()
    recorder.begin()
    note_answer(answer(Kind.QUOTES, ""), OPEN_MARKET)
    assert recorder.end() == []


def test_only_the_wanted_symbols_are_recorded(clean_redis: None, spx_chain: Chain, tmp_path: Path) -> None:
    with recording_into(tmp_path, "SPY", "VIX") as (_, files):
        note_observed(spx_chain, OPEN_MARKET)
        note_answer(answer(), OPEN_MARKET)
    assert (files.observations, files.answers) == (0, 1)


def test_a_recorder_that_is_gone_costs_nothing_a_few_seconds_later(clean_redis: None, spx_chain: Chain) -> None:
    Recorder().begin()
    note_observed(spx_chain, OPEN_MARKET)
    assert 0 < short_questions().pttl(FLAG) <= 5_000
    assert 0 < short_questions().pttl(STREAM) <= 30_000
    short_questions().delete(FLAG)
    note_observed(later(spx_chain, 1), OPEN_MARKET)
    assert short_questions().xlen(STREAM) == 1


def test_a_stuck_recorder_never_fills_redis_and_knows_what_it_missed(clean_redis: None) -> None:
    recorder = Recorder()
    recorder.begin()
    for _ in range(recording.STREAM_LENGTH + 5):
        note_answer(answer(), OPEN_MARKET)
    assert len(recorder.end()) == recording.STREAM_LENGTH
    assert recorder.lost == 5


def test_a_recorder_that_was_held_up_knows_that_nothing_was_noted(clean_redis: None) -> None:
    recorder = Recorder()
    recorder.begin()
    recorder.take(wait_seconds=0.01)
    assert recorder.gaps == 0
    short_questions().delete(FLAG)  # as it runs out by itself
    recorder.take(wait_seconds=0.01)
    note_answer(answer(), OPEN_MARKET)
    assert len(recorder.take(wait_seconds=1)) == 1
    assert recorder.gaps == 1


def test_whatever_ends_a_recording_the_next_can_begin_at_once(clean_redis: None) -> None:
    with pytest.raises(ZeroDivisionError), Recorder():
        raise ZeroDivisionError
    Recorder().begin()


def test_one_recorder_at_a_time(clean_redis: None) -> None:
    first, second = Recorder(), Recorder()
    first.begin()
    with pytest.raises(RecordingError, match="Another recorder runs"):
        second.begin()
    first.end()
    second.begin()
    with pytest.raises(RecordingError, match="Another recorder has begun"):
        first.take(wait_seconds=0.01)
    first.end()
    assert short_questions().exists(FLAG), "the one that ended must not end the other"


def test_what_a_recorder_before_left_behind_is_not_taken(clean_redis: None) -> None:
    Recorder().begin()
    note_answer(answer(), OPEN_MARKET)
    short_questions().delete(FLAG)
    recorder = Recorder()
    recorder.begin()
    assert recorder.end() == []


def test_a_recording_is_one_file_per_observation_with_an_index(
    clean_redis: None, spx_chain: Chain, tmp_path: Path
) -> None:
    with recording_into(tmp_path / "new" / "day") as (run, files):
        note_observed(spx_chain, OPEN_MARKET + SECOND)
        run.step(wait_seconds=1)
        assert short_questions().xlen(STREAM) == 0, "what is safe is forgotten"
        note_answer(answer(), OPEN_MARKET + 2 * SECOND)
        note_observed(later(spx_chain, 30), OPEN_MARKET + 31 * SECOND)
    names = sorted(path.name for path in files.directory.iterdir())
    assert names == [
        "000001_SPX_20261118T113001_chain.json.gz",
        "000002_VIX_20261118T113002_bars.json.gz",
        "000003_SPX_20261118T113031_chain.json.gz",
        "index.jsonl",
    ]
    assert read_chain_file(files.directory / names[0]).spot == spx_chain.spot
    headings, problems = find_recordings(files.directory)
    assert [heading.moment for heading in headings] == [OPEN_MARKET + seconds * SECOND for seconds in (1, 2, 31)]
    assert headings[1].question == answer().question
    assert problems == ()


def test_what_says_nothing_new_is_not_recorded_again(clean_redis: None, spx_chain: Chain, tmp_path: Path) -> None:
    """Closed markets repeat themselves, and servers behind one address deliver an older chain after a newer one."""
    with recording_into(tmp_path) as (_, files):
        for seconds in (30, 30, 0, 60):
            note_observed(later(spx_chain, seconds), OPEN_MARKET + 60 * SECOND)
        note_observed(later(spx_chain, 9_999), OPEN_MARKET + 70 * SECOND)  # its source's clock was ahead
        note_observed(later(spx_chain, 90), OPEN_MARKET + 90 * SECOND)
    assert files.observations == 4
    other = replace(spx_chain, origin=ORIGIN)
    with recording_into(tmp_path) as (_, continued):
        note_observed(later(spx_chain, 90), OPEN_MARKET + 99 * SECOND)
        note_observed(later(other, 90), OPEN_MARKET + 99 * SECOND)
    assert continued.observations == 1, "a continued recording knows what it holds; another source is news"
    assert sorted(path.name[:6] for path in tmp_path.glob("*.gz")) == [f"{number:06d}" for number in range(1, 6)]


@contextmanager
def full_disk(largest_file: int) -> Iterator[None]:
    """Let the operating system refuse to write more than so many bytes into a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_takes_no_more_is_said_and_leaves_no_half_file(
    clean_redis: None, spx_chain: Chain, tmp_path: Path
) -> None:
    recorder, files = Recorder(), RecordingFiles(tmp_path)
    recorder.begin()
    run = RecordingRun(recorder, files, stop=threading.Event(), say=print)
    note_answer(answer(), OPEN_MARKET)
    note_observed(spx_chain, OPEN_MARKET)
    with full_disk(10_000), pytest.raises(RecordingError, match=r"Cannot write to .*File too large.*1 recorded file"):
        run.step(wait_seconds=1)
    assert sorted(path.name[:7] for path in tmp_path.iterdir()) == ["000001_", "index.j"]


def test_a_directory_that_cannot_be_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RecordingError, match=r"Cannot write to .*file/day: Not a directory"):
        RecordingFiles(tmp_path / "file" / "day")


@pytest.fixture
def private_redis(settings: Settings, tmp_path: Path) -> Iterator[Redis]:
    """A Redis of this test alone, to be stopped and started."""
    server = Redis(tmp_path / "services", durable=False)
    caches = (redis_client.short_questions, recording._bytes_client, recording._script)
    server.start()
    settings.REDIS_URL = server.url
    for cache in caches:
        cache.cache_clear()
    yield server
    server.stop()
    for cache in caches:
        cache.cache_clear()


def test_with_redis_away_the_pipeline_goes_on_and_the_recorder_says_so(
    private_redis: Redis, spx_chain: Chain, tmp_path: Path
) -> None:
    said: list[str] = []
    recorder, files = Recorder(), RecordingFiles(tmp_path / "day")
    recorder.begin()
    run = RecordingRun(recorder, files, stop=threading.Event(), say=said.append)
    private_redis.stop()
    note_observed(spx_chain, OPEN_MARKET)
    run.step(wait_seconds=0.01)
    run.step(wait_seconds=0.01)
    assert len(said) == 1
    assert "Redis does not answer" in said[0]
    private_redis.start()
    run.step(wait_seconds=0.01)
    assert said[1] == "Redis is back; recording goes on."
    note_observed(later(spx_chain, 30), OPEN_MARKET)
    run.finish()
    assert files.observations == 1
