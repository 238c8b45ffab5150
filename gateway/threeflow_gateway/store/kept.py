"""The type of columns whose octets may have been moved to an archive: whoever reads them gets the octets.

No reader asks where octets are, so none can forget to. What looks after the pointers themselves says so by
``stored``.
"""

import logging
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, LargeBinary, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from threeflow_gateway.store.volumes import ZERO, AwayError, Volumes

__all__ = ["Kept", "serve", "stored", "volumes_of"]

_LOG = logging.getLogger(__name__)
_NONE: Final = Volumes(None)
_SERVED: Final[WeakKeyDictionary[Dialect, Volumes]] = WeakKeyDictionary()


def serve(engine: Engine, volumes: Volumes) -> None:
    """Let what is read through an engine be fetched from these volumes, where it was moved there."""
    _SERVED[engine.dialect] = volumes


def volumes_of(dialect: Dialect) -> Volumes:
    """Return the volumes of an engine's dialect; where none serve it, those of no folder."""
    return _SERVED.get(dialect, _NONE)


def stored(column: ColumnElement[bytes]) -> ColumnElement[bytes]:
    """Return a column as it is stored, pointers and all."""
    return type_coerce(column, LargeBinary)


class Kept(TypeDecorator[bytes]):
    """Octets that are held here or in an archive; a result is always the octets."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return octets as they are; a pointer is set by its own statement alone.

        Raises:
            ValueError: the octets would be read as a pointer.
        """
        if value is not None and bytes(value[:1]) == ZERO:
            raise ValueError("octets of a document begin with a zero octet")
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        """Return the octets, from the archive where they were moved to one.

        Raises:
            AwayError: the archive is missing, cannot be read, or holds other octets there.
        """
        if value is None or not value.startswith(ZERO):
            octets: bytes | None = value
            return octets
        try:
            return volumes_of(dialect).octets(value)
        except AwayError as error:
            _LOG.error(
                "archive %s: %s; put the file back from its copy into the folder that storage.archives names"
                " (threeflow doctor tells which are missing)", error.archive, error.reason,
            )  # fmt: skip
            raise
