"""Start everything `make run` promises, in order, and end it in the opposite order."""

import asyncio
import http.client
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from honcho.environ import parse_procfile

from alphagex.embedded import folder
from alphagex.embedded.death import dies_with_parent
from alphagex.embedded.errors import EmbeddedError
from alphagex.embedded.services import BASE_DIR, embedded_services, read_dot_env
from alphagex.run import checks
from alphagex.run.supervisor import RESTART_SECONDS, Supervisor

ASK_SECONDS = 0.1
TELL_AFTER_SECONDS = 60.0


def main() -> int:
    for signum in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, _leave)
    try:
        return _run()
    except (EmbeddedError, checks.CannotStart) as error:
        print(f"AlphaGEX: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _leave(signum: int, frame: object) -> None:
    raise SystemExit(128 + signum)


def _run() -> int:
    read_dot_env()
    host, port = checks.host_and_port()
    data_dir = folder.data_dir_from_environment(BASE_DIR)
    folder.prepare(data_dir)
    checks.require_disk(data_dir)
    shown = checks.address(host, port)
    with ExitStack() as stack:
        stack.callback(checks.claim_folder(data_dir, shown).close)
        checks.require_port(host, port)
        services = stack.enter_context(embedded_services(data_dir))
        environment = _environment(services, host=host, port=port)
        command = [sys.executable, "-m", "alphagex.run.prepare"]
        ties = dies_with_parent(signal.SIGKILL)
        if subprocess.run(command, cwd=BASE_DIR, env=environment, start_new_session=True, preexec_fn=ties).returncode:
            raise checks.CannotStart("The database could not be prepared; the reason is above.")
        return asyncio.run(_serve(environment, shown))


def _environment(services: dict[str, str], *, host: str, port: int) -> dict[str, str]:
    """Return what the processes see: our own programs first, unbuffered logs, the services' addresses."""
    programs = Path(sys.executable).parent
    return {
        **os.environ,
        **services,
        "HOST": host,
        "PORT": str(port),
        "PATH": os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",
        # Running as root is the choice of whoever does; Celery need not repeat it at every start.
        "PYTHONWARNINGS": os.environ.get("PYTHONWARNINGS") or "ignore:You're running the worker with superuser",
    }


async def _serve(environment: dict[str, str], shown: str) -> int:
    commands = dict(parse_procfile((BASE_DIR / "Procfile").read_text()).processes)
    os.chdir(BASE_DIR)
    restart_seconds = float(os.environ.get("ALPHAGEX_RESTART_SECONDS") or RESTART_SECONDS)
    supervisor = Supervisor(commands, environment=environment, restart_seconds=restart_seconds)
    announcing: list[asyncio.Task[None]] = []

    def announce() -> None:
        announcing.append(asyncio.create_task(_announce(supervisor, shown)))

    status = await supervisor.run(announce)
    announcing[0].cancel()
    return status


async def _announce(supervisor: Supervisor, shown: str) -> None:
    """Print the address once the web process answers there."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    told = False
    while not await asyncio.to_thread(_answers, shown):
        if not told and loop.time() - began > TELL_AFTER_SECONDS:
            told = True
            supervisor.say(f"{shown} does not answer yet; the lines marked 'web' may say why")
        await asyncio.sleep(ASK_SECONDS)
    supervisor.say(f"AlphaGEX is ready: {shown}  (user: owner, Ctrl-C ends it)")


def _answers(shown: str) -> bool:
    target = urlsplit(shown)
    connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=5)
    try:
        connection.request("GET", "/login/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    raise SystemExit(main())
