"""The reference of variables and .env.example name every variable that the code reads."""

import ast
import re
from pathlib import Path

from tests.desk import ROOT

# Read to know what the machine is, not how the desk is to be.
OF_THE_MACHINE = {"PATH", "PYTHONWARNINGS", "DJANGO_SETTINGS_MODULE"}


def variables_of(path: Path) -> set[str]:
    """Return the names of variables in calls like env("X"), env.int("X"), os.environ.get("X") and os.environ["X"]."""
    found = set()
    tree = ast.parse(path.read_text())
    constants = {
        ast.unparse(target): node.value for node in tree.body if isinstance(node, ast.Assign) for target in node.targets
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _reads_environment(node.func):
            name = node.args[0]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            name = node.slice
        else:
            continue
        name = constants.get(ast.unparse(name), name)
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            found.add(name.value)
    return found


def _reads_environment(function: ast.expr) -> bool:
    name = ast.unparse(function)
    return name == "env" or name.startswith(("env.", "environ.Env().")) or name in ("os.environ.get", "os.getenv")


def all_variables() -> set[str]:
    paths = [ROOT / "bootstrap.py", *ROOT.glob("alphagex/**/*.py"), *ROOT.glob("apps/**/*.py")]
    return set().union(*map(variables_of, paths)) - OF_THE_MACHINE


def test_the_walk_finds_what_is_read() -> None:
    assert {"SECRET_KEY", "ALPHAGEX_POLL_SECONDS", "ALPHAGEX_MIN_FREE_MB", "DATABASE_URL", "PORT"} <= all_variables()


def test_every_variable_is_in_the_reference() -> None:
    told = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", (ROOT / "docs/environment.md").read_text()))
    assert not all_variables() - told


def test_every_variable_is_in_the_example() -> None:
    told = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    assert not all_variables() - told
