"""The tests' own web process: tables are emptied under nobody."""

import psycopg

from tests.desk import database_url, nobody_else_is_at_work, wait_until


def test_a_request_that_runs_on_is_waited_for(transactional_db: None) -> None:
    with psycopg.connect(database_url()) as request:
        request.execute("SELECT count(*) FROM auth_user")
        assert not nobody_else_is_at_work()
        request.commit()
        wait_until(nobody_else_is_at_work)
