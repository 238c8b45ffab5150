"""Draft the migration from the newest revision to the tables as they are declared now.

Usage: ``python tools/new_migration.py "what it does"``. The draft is to be read and edited: Alembic sees
neither renamed columns nor SQLite's ``WITHOUT ROWID``. Exit code 0 drafted, 1 where nothing differs.
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext

from threeflow_gateway.store import revisions
from threeflow_gateway.store.database import Database
from threeflow_gateway.store.tables import metadata

VERSIONS = (
    Path(__file__).resolve().parent.parent
    / "gateway"
    / "threeflow_gateway"
    / "store"
    / "migrations"
    / "versions"
)

TEMPLATE = '''"""{message}."""

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "{revision}"
down_revision = {down}


def upgrade() -> None:
    """{message}."""
    {body}
'''


def draft(message: str) -> Path | None:
    """Write the next revision's file; None where the tables need none."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.sqlite3")
        revisions.upgrade(database)
        with database.reading() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            if not compare_metadata(context, metadata):
                return None
            made = produce_migrations(context, metadata)
        database.close()
    body = render_python_code(made.upgrade_ops) if made.upgrade_ops else "pass"
    number = f"{int(revisions.newest() or 0) + 1:04}"
    down = f'"{revisions.newest()}"' if revisions.newest() else "None"
    name = re.sub(r"[^a-z0-9]+", "_", message.lower()).strip("_")
    path = VERSIONS / f"r{number}_{name}.py"
    path.write_text(TEMPLATE.format(message=message, revision=number, down=down, body=body), encoding="utf-8")
    return path


def main() -> int:
    """Draft it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("message", help="what the migration does, in a few words")
    path = draft(parser.parse_args().message)
    sys.stdout.write(f"{path}: read it, edit it\n" if path else "the tables need no migration\n")
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
