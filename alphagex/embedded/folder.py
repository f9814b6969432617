"""The data folder of an installation: who owns it, who runs the services in it, where their sockets and logs are."""

import errno
import hashlib
import os
import pwd
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from alphagex.embedded.errors import EmbeddedError

SERVICE_ACCOUNT = "alphagex"
LOG_BYTES = 5_000_000
# sun_path holds 104 bytes on macOS, 108 on Linux, with the final NUL and PostgreSQL's "/.s.PGSQL.5432.lock" beside it.
SOCKET_FOLDER_BYTES = 84


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system account a service runs as."""

    name: str
    uid: int
    gid: int

    def to_become(self, kind: Literal["uid", "gid"]) -> int | None:
        """Return the number a child must change to, or None when we are this account already."""
        return None if os.geteuid() == self.uid else getattr(self, kind)

    def other_groups(self) -> list[int] | None:
        return None if os.geteuid() == self.uid else []

    def give(self, path: Path, mode: int) -> None:
        """Make `path` this account's own with `mode`."""
        path.chmod(mode)
        if os.geteuid() != self.uid:
            os.chown(path, self.uid, self.gid)


def data_dir_from_environment(base_dir: Path) -> Path:
    """Return ALPHAGEX_DATA_DIR, or `.alphagex` in the checkout, absolute."""
    return Path(os.environ.get("ALPHAGEX_DATA_DIR") or base_dir / ".alphagex").expanduser().absolute()


def prepare(data_dir: Path) -> None:
    """Make `data_dir` usable by us, or say in one line why it is not."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(_unusable(data_dir, error)) from error
    owner, me = data_dir.stat().st_uid, os.geteuid()
    if me not in (0, owner):
        raise EmbeddedError(
            f"The data folder {data_dir} belongs to {account_name(owner)}, and this is {account_name(me)}. "
            f"Run as its owner, give it over (sudo chown -R {account_name(me)} {data_dir}), "
            "or choose another: ALPHAGEX_DATA_DIR=~/alphagex-data"
        )
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise EmbeddedError(f"The data folder {data_dir} cannot be written. Set ALPHAGEX_DATA_DIR to one that can.")
    if me == 0:
        _plain_account()  # here, once: two services that each make the account at the same time spoil it


def _unusable(data_dir: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk is full: {data_dir} cannot be made. Free some space, or set ALPHAGEX_DATA_DIR elsewhere."
    return f"The data folder {data_dir} cannot be made ({error.strerror}). Set ALPHAGEX_DATA_DIR to one that can."


def account_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def service_account(home: Path) -> Account:
    """Return the account to run a service of folder `home` as: us, or for root the folder's owner or a plain account.

    PostgreSQL refuses to run as root, and Redis has no need to.
    """
    if os.geteuid() != 0:
        try:
            entry = pwd.getpwuid(os.geteuid())
        except KeyError as error:
            raise EmbeddedError(
                f"User {os.geteuid()} has no name on this machine, which PostgreSQL insists on. "
                "Run as a named user, or set DATABASE_URL and REDIS_URL."
            ) from error
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    if home.exists() and (owner := home.stat().st_uid) != 0:
        try:
            entry = pwd.getpwuid(owner)
        except KeyError as error:
            raise EmbeddedError(
                f"{home} belongs to user {owner}, who does not exist here. Give it to one who does (chown -R), "
                "or set ALPHAGEX_DATA_DIR to another folder."
            ) from error
    else:
        entry = _plain_account()
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _plain_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVICE_ACCOUNT)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", SERVICE_ACCOUNT]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedError(
            f"PostgreSQL does not run as root, and the account {SERVICE_ACCOUNT!r} for it cannot be made. "
            "Run as an ordinary user, or set DATABASE_URL and REDIS_URL."
        ) from error
    return pwd.getpwnam(SERVICE_ACCOUNT)


def open_passage(path: Path, account: Account) -> None:
    """Let `account` pass through the folders above `path`: passage only, nothing becomes listable or readable."""
    if os.geteuid() == account.uid:
        return
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH and folder.stat().st_uid != account.uid:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def socket_folder(home: Path, account: Account) -> Path:
    """Return a folder for the Unix socket that only `account` (and root) can enter: in `home` if its name is short."""
    folder = home / "socket"
    if len(os.fsencode(folder)) > SOCKET_FOLDER_BYTES:
        digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"alphagex-{account.uid}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    # In a shared temporary folder somebody else may have made it first, to read along.
    if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), account.uid):
        raise EmbeddedError(f"{folder} belongs to {account_name(folder.stat().st_uid)}. Remove it and start again.")
    account.give(folder, 0o700)
    return folder


def log_file(data_dir: Path, name: str) -> Path:
    """Return the path of a service's log. A long one is put aside first; one older log is kept."""
    path = data_dir / "logs" / f"{name}.log"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path


def last_lines(path: Path, count: int = 3) -> str:
    """Return the end of a log on one line, to quote in an error."""
    if not path.exists():
        return ""
    lines = path.read_text(errors="replace").strip().splitlines()[-count:]
    return " / ".join(line.strip() for line in lines)


def wheel_file(package: str, *parts: str) -> Path:
    """Return a file inside an installed package without importing the package."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(f"The Python package {package} is not installed. Run `make run` to install it.")
    path = Path(spec.submodule_search_locations[0]).joinpath(*parts)
    if not path.exists():
        raise EmbeddedError(
            f"{package} carries no {parts[-1]} for this machine ({path}). Install PostgreSQL 16+ and Redis 6.2+ "
            "yourself and set DATABASE_URL and REDIS_URL."
        )
    return path
