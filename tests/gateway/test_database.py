"""The connections of a node's database: closed with it, those too that were in use then."""

import threading
from typing import Any

import pytest

from threeflow_gateway.store.database import Database


def test_a_connection_in_use_when_the_database_is_closed_is_closed_when_it_is_given_back(
    storage_url: str,
) -> None:
    database = Database(storage_url)
    held, closed = threading.Event(), threading.Event()
    drivers: list[Any] = []

    def read() -> None:
        with database.reading() as connection:
            connection.exec_driver_sql("SELECT 1").one()
            drivers.append(connection.connection.driver_connection)
            held.set()
            closed.wait(30)

    reader = threading.Thread(target=read)
    reader.start()
    assert held.wait(30)
    database.close()
    closed.set()
    reader.join(30)
    (driver,) = drivers
    with pytest.raises(Exception, match="closed"):
        driver.execute("SELECT 1")
