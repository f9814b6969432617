"""Weekdays of stored texts, against SQLite itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from legacy_engines.stored_time import sqlite_weekday

DATES = st.builds("{:04d}-{:02d}-{:02d}".format, st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32))
TIMES = st.builds("{:02d}:{:02d}".format, st.integers(0, 25), st.integers(0, 60))
SECONDS = st.sampled_from(["", ":00", ":59.9996", ":60", ":5"])
OFFSETS = st.sampled_from(["", "Z", " +05:30", "-04:00", "+14:59", "-15:00", " PM"])
MOMENTS = st.builds("{}{}{}{}{}".format, DATES, st.sampled_from([" ", "T", ""]), TIMES, SECONDS, OFFSETS)
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    yield connection
    connection.close()


def asked(database: sqlite3.Connection, stored: object) -> str | None:
    answer: str | None = database.execute("SELECT strftime('%w', ?)", [stored]).fetchone()[0]
    return answer


@SHARED
@given(stored=MOMENTS | DATES | TIMES | st.text("0123456789-: T.+Z", max_size=12))
def test_texts_read_as_sqlite_reads_them(database: sqlite3.Connection, stored: str) -> None:
    assert sqlite_weekday(stored) == asked(database, stored)


@SHARED
@given(stored=st.integers(-10, 6_000_000) | st.floats(-10, 6e6))
def test_numbers_are_julian_days(database: sqlite3.Connection, stored: float) -> None:
    assert sqlite_weekday(stored) == asked(database, stored)


@pytest.mark.parametrize("stored", [5_373_484.499999, 5_373_484.4999999960, 5_373_484.5, "1e400", -0.0])
def test_numbers_at_the_ends_of_time(database: sqlite3.Connection, stored: object) -> None:
    assert sqlite_weekday(stored) == asked(database, stored)


@pytest.mark.parametrize(
    ("stored", "weekday"),
    [
        ("2025-10-19", "0"),
        ("2025-10-20 14:00:00", "1"),
        ("2025-10-20T23:30:00-04:00", "2"),
        ("2025-10-20T23:30:00", "1"),
        ("2025-10-20 23:59:59.9999", "2"),
        ("12:30", "6"),
        ("garbage", None),
        ("", None),
        (None, None),
    ],
)
def test_known_days(stored: str | None, weekday: str | None) -> None:
    assert sqlite_weekday(stored) == weekday
