"""What trust files brought is kept in the node's database: newer lists, and what contradicts those held."""

import logging
from collections.abc import Callable
from datetime import datetime

from threeflow.errors import Unavailable
from threeflow_gateway.intake.service import Intake
from threeflow_gateway.store import evidence, statements
from threeflow_gateway.store.database import Database
from threeflow_gateway.trusting import TrustFiles

__all__ = ["keep", "load_kept"]

_LOG = logging.getLogger(__name__)


def load_kept(files: TrustFiles, database: Database) -> None:
    """Take in the lists that were kept, then those of the files, and keep what is new of them (TF-TRUST-20).

    Raises:
        OSError: a file cannot be read, of which no list was kept.
        Refused: a list is not fit, and none was kept of its file.
        Unavailable: the database does not answer.
    """
    with database.reading() as connection:
        rows = [dict(each._mapping) for each in connection.execute(evidence.LISTS)]
    files.load(rows)
    with database.writing() as connection:
        # The row of the head is the lock of writers: another process may start beside this one.
        connection.execute(statements.HEAD)
        evidence.keep_lists(connection, files.fresh())
    files.kept()


async def keep(files: TrustFiles, intake: Intake, now: Callable[[], datetime]) -> None:
    """Keep what files brought since: newer lists and incidents; what cannot be written now is tried again."""
    try:
        if fresh := files.fresh():
            await intake.keep_lists(fresh)
            files.kept()
        while files.incidents:
            await intake.report(files.incidents[0], now())
            del files.incidents[0]
    except Unavailable as problem:
        _LOG.warning("what the trust files brought is not written yet: %s", problem)
