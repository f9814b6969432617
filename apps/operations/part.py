"""`python -m apps.operations.part web`: become that process of the Procfile, for containers and services."""

import os
import sys
from pathlib import Path

from honcho.environ import parse_procfile

ROOT = Path(__file__).resolve().parents[2]


def command_of(name: str) -> str:
    """Return the Procfile's line for a process. Raises SystemExit naming those there are."""
    commands: dict[str, str] = parse_procfile((ROOT / "Procfile").read_text()).processes
    if name not in commands:
        raise SystemExit(f"There is no process {name!r} in the Procfile. Choose one of: {', '.join(commands)}.")
    return commands[name]


def main() -> None:
    command = command_of(sys.argv[1] if len(sys.argv) > 1 else "")
    os.chdir(ROOT)
    programs = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
    # The shell replaces itself in turn: signals reach the program, not something in between.
    os.execv("/bin/sh", ["/bin/sh", "-c", f"exec {command}"])  # noqa: S606


if __name__ == "__main__":
    main()
