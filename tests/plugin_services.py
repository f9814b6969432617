"""PostgreSQL, Redis and Chromium for the tests, found or started before Django reads its settings.

Loaded by `-p tests.plugin_services` (pyproject). The controller of a parallel run starts the services; its workers
inherit their addresses, and each gets a Redis database of its own.
"""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from alphagex.embedded.errors import EmbeddedError
from alphagex.embedded.services import BASE_DIR, embedded_services
from tests.chromium import NO_CHROMIUM, chromium_or_none

TEST_DATA_DIR = BASE_DIR / ".alphagex" / "test"
EMBEDDED_REDIS = "ALPHAGEX_TEST_REDIS"
_services = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> object:
    # A wrapper runs before the plain hook in which pytest-django reads the settings.
    os.environ.setdefault("ENVIRONMENT", "test")
    try:
        variables = _services.enter_context(embedded_services(TEST_DATA_DIR, durable=False))
    except EmbeddedError as error:
        raise pytest.UsageError(f"The test services cannot start: {error}") from error
    os.environ.update(variables)
    if "REDIS_URL" in variables:
        os.environ[EMBEDDED_REDIS] = variables["REDIS_URL"]
    if EMBEDDED_REDIS in os.environ:
        os.environ["REDIS_URL"] = _own_database(os.environ[EMBEDDED_REDIS])
    return (yield)


def _own_database(redis_url: str) -> str:
    """Return the address of an empty Redis database that belongs to this worker alone."""
    import redis

    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")) + 1
    own = f"{redis_url.rpartition('/')[0]}/{number}"
    with redis.Redis.from_url(own) as connection:
        connection.flushdb()
    return own


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _services.close()


_LONG = tuple(str(Path(__file__).parent / folder) for folder in ("resilience", "run", "e2e"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the files that take longest first: begun last, one would run while the other processes have nothing to do."""
    items.sort(key=lambda item: not str(item.path).startswith(_LONG))  # stable: the rest keeps its random order
    _look_for_chromium(config, items)


def _look_for_chromium(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Look for it only when a browser test is going to run; without it those are skipped, or fail in CI."""
    browser_tests = [item for item in items if item.get_closest_marker("browser")]
    if not browser_tests or config.option.collectonly:
        return
    if chromium := chromium_or_none(TEST_DATA_DIR):
        os.environ["ALPHAGEX_CHROMIUM"] = str(chromium)
        return
    for item in browser_tests:
        item.add_marker(pytest.mark.usefixtures("no_chromium") if os.environ.get("CI") else _skip())


def _skip() -> pytest.MarkDecorator:
    return pytest.mark.skip(reason=NO_CHROMIUM)


@pytest.fixture
def no_chromium() -> None:
    """Fail a browser test that CI promised to run."""
    pytest.fail(NO_CHROMIUM)


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The browser to drive; only tests marked `browser` may ask."""
    return Path(os.environ["ALPHAGEX_CHROMIUM"])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if NO_CHROMIUM in str(report.longrepr)]
    if skipped:
        terminalreporter.section("BROWSER TESTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} browser tests were skipped. {NO_CHROMIUM}", red=True)
