"""What `make` does before our own packages exist, with an old interpreter too."""

import ast
import shutil
import subprocess
import sys

import pytest

from alphagex.embedded.services import BASE_DIR

BOOTSTRAP = BASE_DIR / "bootstrap.py"
AS_OLD_PYTHON = f"""
import runpy, sys
sys.version_info = (3, 9, 2)
sys.argv = ["bootstrap.py", "run"]
runpy.run_path({str(BOOTSTRAP)!r}, run_name="__main__")
"""


def test_an_old_python_is_told_which_one_is_needed() -> None:
    done = subprocess.run([sys.executable, "-c", AS_OLD_PYTHON], capture_output=True, text=True, cwd=BASE_DIR)

    assert done.returncode == 1
    assert done.stderr.startswith(f"AlphaGEX: Python 3.11 or newer is needed; this is 3.9.2 at {sys.executable}. ")
    assert done.stderr.count("\n") == 1
    assert "make PYTHON=python3.1" in done.stderr


def test_old_interpreters_can_read_the_file_that_refuses_them() -> None:
    ast.parse(BOOTSTRAP.read_text(), feature_version=(3, 5))


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
def test_an_unknown_target_names_those_there_are() -> None:
    done = subprocess.run([sys.executable, BOOTSTRAP, "fly"], capture_output=True, text=True)

    assert done.returncode == 1
    assert (
        done.stderr
        == "AlphaGEX: There is no target 'fly'. Choose one of: audit, bench, lint, parity, run, setup, test.\n"
    )
