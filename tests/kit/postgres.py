"""A real PostgreSQL in a temporary folder: one cluster for all tests, a database for each that asks."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL

from threeflow_gateway.store import revisions
from threeflow_gateway.store.database import Database

_SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "log_min_messages": "warning",
}
_SPED_UP = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def programs() -> Path | None:
    """The folder of ``initdb`` and ``postgres``; None where PostgreSQL is not installed."""
    places = [Path(each) for each in (os.environ.get("PG_BINDIR"), *map(os.path.dirname, _on_path())) if each]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: -int(each.parent.name))
    return next(
        (each for each in places if (each / "initdb").exists() and (each / "postgres").exists()), None
    )


def _on_path() -> list[str]:
    found = shutil.which("initdb")
    return [os.path.realpath(found)] if found else []


def needed() -> Path:
    """As ``programs``; a test skips where there is none, except in continuous integration, where it fails."""
    found = programs()
    if found is None:
        reason = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        if os.environ.get("CI") or os.environ.get("THREEFLOW_ENGINES") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def _unprivileged() -> dict[str, Any]:
    """Arguments of ``subprocess`` that leave root, whom PostgreSQL does not serve."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise RuntimeError("there is no unprivileged user")


class Cluster:
    """One PostgreSQL server, reached by a socket in its folder; ``durable`` as in production, else fast."""

    def __init__(self, bin_folder: Path, *, durable: bool = False, place: Path | None = None) -> None:
        self._bin = bin_folder
        self._user = _unprivileged()
        self.folder = Path(tempfile.mkdtemp(prefix="tf-pg-", dir=place))
        self.data = self.folder / "data"
        self._server: subprocess.Popen[bytes] | None = None
        self._given = 0
        self._of: dict[Path, str] = {}
        if self._user:
            os.chown(self.folder, self._user["user"], self._user["group"])
        self.run(
            "initdb",
            "--no-sync",
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C",
            "-D",
            str(self.data),
        )
        settings = {**_SETTINGS, "unix_socket_directories": str(self.folder)}
        if not durable:
            settings |= _SPED_UP
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        self.start()

    def run(self, program: str, *arguments: str) -> bytes:
        """Run one of PostgreSQL's programs as the server's user; return what it printed."""
        done = subprocess.run(
            [str(self._bin / program), *arguments], cwd=self.folder, capture_output=True, check=False,
            env={**os.environ, "PGHOST": str(self.folder), "PGUSER": "postgres", "LC_ALL": "C"}, **self._user,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.decode()}")
        return done.stdout

    def start(self) -> None:
        """Start the server, and wait until it answers; what still holds its memory is waited for."""
        deadline = time.monotonic() + 60
        self._spawn()
        while True:
            if self._server is None or self._server.poll() is not None:
                self._spawn()
            try:
                with self.connect():
                    return
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log.txt").read_text()) from None
                time.sleep(0.05)

    def _spawn(self) -> None:
        log = (self.folder / "log.txt").open("ab")
        self._server = subprocess.Popen(
            [str(self._bin / "postgres"), "-D", str(self.data)], cwd=self.folder, stdout=log, stderr=log,
            start_new_session=True, **self._user,
        )  # fmt: skip
        log.close()

    def keep(self) -> None:
        """Start the server where it ended by itself, as a service manager does."""
        if self._server is None or self._server.poll() is not None:
            self.start()

    def kill(self) -> None:
        """End the postmaster at once; its children notice."""
        self._end(signal.SIGKILL)

    def stop(self, *, immediate: bool = False) -> None:
        """Shut down: by default orderly, ``immediate`` as after a power cut."""
        self._end(signal.SIGQUIT if immediate else signal.SIGINT)

    def _end(self, with_signal: signal.Signals) -> None:
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(with_signal)
            self._server.wait(60)
        self._server = None

    def connect(self, name: str = "postgres") -> psycopg.Connection[Any]:
        """A connection of the superuser, outside transactions."""
        return psycopg.connect(host=str(self.folder), user="postgres", dbname=name, autocommit=True)

    def url(self, name: str) -> str:
        """The address of a database as ``[storage] url`` has it."""
        made = URL.create("postgresql", username="postgres", database=name, query={"host": str(self.folder)})
        return made.render_as_string()

    def database(self, template: str = "template1") -> str:
        """Make a database; return its address."""
        self._given += 1
        name = f"node_{self._given}"
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE {name} TEMPLATE "{template}"'.encode())
        return self.url(name)

    def of_node(self, place: Path) -> str:
        """The address of the database of the node in a folder: at first empty, with this release's tables."""
        if not self._of:
            database = Database(self.database())
            revisions.upgrade(database)
            database.close()
            self._template = database.url.database or ""
        if place not in self._of:
            self._of[place] = self.database(self._template)
        return self._of[place]

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self.stop(immediate=True)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A cluster of its own, for a test that ends it."""
    made = Cluster(needed(), durable=durable)
    try:
        yield made
    finally:
        made.close()
