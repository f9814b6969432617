"""The embedded PostgreSQL and Redis: shared, kept, healed after crashes, never taken from somebody else."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
import redis

from alphagex.embedded import folder
from alphagex.embedded.errors import EmbeddedError
from alphagex.embedded.keeper import Files
from alphagex.embedded.locks import FileLock
from alphagex.embedded.services import Membership, embedded_services
from tests.desk import wait_until
from tests.run.conftest import Start

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("no_services")]

MEMBER = """
import sys
from pathlib import Path
from urllib.parse import urlsplit
from alphagex.embedded.services import embedded_services
with embedded_services(Path(sys.argv[1]), durable=False) as variables:
    print(variables["DATABASE_URL"], variables["REDIS_URL"], flush=True)
    sys.stdin.readline()
"""


def service_process(data_dir: Path, name: str) -> psutil.Process:
    return psutil.Process(Files(data_dir, name).read_state()["pid"])


def keeper_process(data_dir: Path, name: str) -> psutil.Process:
    return psutil.Process(Files(data_dir, name).read_state()["keeper"])


def test_data_survives_a_restart(data_dir: Path) -> None:
    with embedded_services(data_dir) as variables:
        with psycopg.connect(variables["DATABASE_URL"]) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
        with redis.Redis.from_url(variables["REDIS_URL"]) as client:
            client.set("kept", 42)
        servers = [service_process(data_dir, name) for name in ("postgres", "redis")]

    assert not any(server.is_running() for server in servers)
    with embedded_services(data_dir) as variables:
        with psycopg.connect(variables["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (42,)
        with redis.Redis.from_url(variables["REDIS_URL"]) as client:
            assert client.get("kept") == b"42"


def test_a_second_command_joins_and_the_last_one_stops_the_services(data_dir: Path, start: Start) -> None:
    other = start("-c", MEMBER, str(data_dir))
    assert other.stdout is not None
    urls = other.stdout.readline().split()

    with embedded_services(data_dir, durable=False) as variables:
        assert [variables["DATABASE_URL"], variables["REDIS_URL"]] == urls
        other.communicate("\n", timeout=30)
        with psycopg.connect(variables["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        server = service_process(data_dir, "postgres")

    assert not server.is_running()


def test_services_stop_by_themselves_when_their_only_user_is_killed(data_dir: Path, start: Start) -> None:
    member = start("-c", MEMBER, str(data_dir))
    assert member.stdout is not None
    member.stdout.readline()
    servers = [service_process(data_dir, name) for name in ("postgres", "redis")]

    member.kill()

    _, alive = psutil.wait_procs(servers, timeout=20)
    assert not alive


def test_a_crash_of_everything_heals_at_the_next_start(data_dir: Path) -> None:
    with embedded_services(data_dir) as variables:
        with psycopg.connect(variables["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
        doomed = [kind(data_dir, name) for kind in (keeper_process, service_process) for name in ("postgres", "redis")]
        for process in doomed:
            process.kill()
        psutil.wait_procs(doomed, timeout=10)

    assert (data_dir / "postgres" / "postmaster.pid").exists()
    with embedded_services(data_dir) as variables, psycopg.connect(variables["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (42,)


def test_a_process_id_that_now_belongs_to_another_program_is_no_obstacle(data_dir: Path) -> None:
    with embedded_services(data_dir, durable=False):
        pass
    # The number in the file is ours: alive, and no database server.
    (data_dir / "postgres" / "postmaster.pid").write_text(f"{psutil.Process().pid}\n{data_dir}/postgres\n1\n5432\n\n\n")

    with (
        embedded_services(data_dir, durable=False) as variables,
        psycopg.connect(variables["DATABASE_URL"]) as connection,
    ):
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_foreign_server_on_the_data_folder_is_named_and_left_alone(data_dir: Path, tmp_path: Path) -> None:
    with embedded_services(data_dir, durable=False):
        pass
    foreign_program = tmp_path / "postgres"
    foreign_program.symlink_to(sys.executable)
    foreign = subprocess.Popen([foreign_program, "-c", "input()"], executable=foreign_program, stdin=subprocess.PIPE)
    try:
        (data_dir / "postgres" / "postmaster.pid").write_text(f"{foreign.pid}\n")

        with pytest.raises(EmbeddedError, match=rf"PostgreSQL process {foreign.pid} .*Stop it \(kill -INT"):
            embedded_services(data_dir).__enter__()

        assert foreign.poll() is None
    finally:
        foreign.kill()
        foreign.communicate()


def test_data_of_another_major_version_is_refused_with_the_way_out(data_dir: Path) -> None:
    with embedded_services(data_dir, durable=False):
        pass
    (data_dir / "postgres" / "PG_VERSION").write_text("17\n")

    with pytest.raises(EmbeddedError, match="written by PostgreSQL 17; this AlphaGEX carries 18"):
        embedded_services(data_dir).__enter__()


def test_a_file_in_place_of_the_data_folder_is_one_line(data_dir: Path) -> None:
    data_dir.write_text("not a folder")

    with pytest.raises(EmbeddedError, match=r"cannot be made .* Set ALPHAGEX_DATA_DIR"):
        embedded_services(data_dir).__enter__()


def test_services_the_environment_names_are_not_embedded(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/alphagex")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")

    with embedded_services(data_dir) as variables:
        assert variables == {}
    assert not data_dir.exists()


def test_only_the_missing_service_is_started(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/alphagex")

    with embedded_services(data_dir, durable=False) as variables:
        assert set(variables) == {"REDIS_URL"}
    assert not (data_dir / "postgres").exists()


def test_secrets_are_in_no_command_line_and_no_readable_file(data_dir: Path) -> None:
    with embedded_services(data_dir, durable=False) as variables:
        address = urlsplit(variables["REDIS_URL"])
        assert address.password
        command_lines = " ".join(" ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"]))
        assert address.password not in command_lines
        for path in (data_dir / "redis" / "redis.conf", Files(data_dir, "redis").state):
            assert path.stat().st_mode & 0o077 == 0
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=address.port or 0).ping()


def test_a_told_keeper_stops_its_service(data_dir: Path) -> None:
    with embedded_services(data_dir, durable=False):
        keeper, server = keeper_process(data_dir, "redis"), service_process(data_dir, "redis")
        keeper.send_signal(signal.SIGTERM)
        _, alive = psutil.wait_procs([keeper, server], timeout=20)
        assert not alive


def test_a_service_that_somebody_else_is_still_starting_is_waited_for(data_dir: Path) -> None:
    """Whoever started it may have been killed meanwhile: then nobody holds the lock that keeps others out."""
    folder.prepare(data_dir)
    files = Files(data_dir, "redis")
    keeper = FileLock(files.keeper)
    keeper.take()  # a keeper that lives and does not serve yet
    with ThreadPoolExecutor(1) as pool:
        joined = pool.submit(Membership, data_dir, "redis", durable=False)
        wait_until(lambda: is_held(files.starting))
        keeper.close()  # it gives up: the one who waited starts another
        membership = joined.result(timeout=60)
    with redis.Redis.from_url(membership.url) as client:
        assert client.ping()
    membership.leave()


def is_held(path: Path) -> bool:
    lock = FileLock(path)
    try:
        return not lock.try_take()
    finally:
        lock.close()
