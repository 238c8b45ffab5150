"""A failure that the log tells of quotes nothing of the document that was under way."""

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from kit.asynchronous import synchronous
from kit.members import Society
from kit.people import ordered
from kit.raw import code_of, post
from kit.stations import in_process
from threeflow import base64url
from threeflow.errors import Refused
from threeflow_gateway.observe import logs

NAME = "Erika Mustermann"


@contextmanager
def logged(form: str) -> Iterator[None]:
    """The log as a running node writes it, to the standard error of this moment."""
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    logs.configure("INFO", form)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.setLevel(before[0])
        root.handlers[:] = before[1]


@pytest.mark.usefixtures("each_storage")
@pytest.mark.parametrize("form", logs.FORMATS)
@pytest.mark.requirement("TF-REST-8", "TF-PART-9")
@synchronous
async def test_a_row_that_the_database_refuses_is_told_without_what_it_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    async with in_process(tmp_path, Society()) as (station, gateway):
        payload, sealed, octets = ordered(station, NAME)
        with gateway.node.database.writing() as connection:
            if gateway.node.database.embedded:
                connection.execute(
                    text(
                        "CREATE TRIGGER odd BEFORE INSERT ON document BEGIN "
                        "SELECT RAISE(ABORT, 'odd row'); END"
                    )
                )
            else:
                # PostgreSQL's own words quote the whole row that fails such a check.
                connection.execute(text("ALTER TABLE document ADD CHECK (length(issuer) < 3)"))
        with logged(form):
            answer = await post(station, sealed)
        assert (answer.status_code, code_of(answer)) == (503, "unavailable")
        said = capsys.readouterr().err
        assert "IntegrityError" in said
        assert "batch.py" in said
        for each in (
            NAME, payload["header"]["id"], payload["orderNumber"], base64url.encode(octets)[60:90],
            base64url.encode(sealed)[60:90], sealed.hex()[80:120], "odd row", "Failing row",
        ):  # fmt: skip
            assert each not in said, each


def _raised() -> None:
    try:
        raise KeyError(NAME)
    except KeyError as error:
        raise ValueError(f"no such person: {NAME}") from error


@pytest.mark.parametrize("form", logs.FORMATS)
@pytest.mark.parametrize(
    ("kind", "due"),
    [
        ("chain", ["builtins.KeyError", "then:", "builtins.ValueError"]),
        ("group", ["builtins.ExceptionGroup", "of which:", "builtins.ValueError"]),
        ("disk", ["builtins.OSError ENOSPC"]),
        ("refusal", ["Refused schema-violated (TF-DOC-3)"]),
        ("forgotten", ["builtins.ValueError"]),
    ],
)
def test_an_exception_is_told_by_kind_and_place_and_not_by_its_words(
    kind: str, due: list[str], form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = logging.getLogger("threeflow_gateway.somewhere")

    async def forgotten() -> None:
        task = asyncio.get_running_loop().create_task(asyncio.to_thread(_raised))
        await asyncio.wait([task])
        del task

    with logged(form):
        try:
            if kind == "forgotten":
                asyncio.run(forgotten())
            elif kind == "group":
                raise ExceptionGroup(NAME, [ValueError(NAME), ExceptionGroup(NAME, [KeyError(NAME)])])
            elif kind == "disk":
                raise OSError(28, "No space left on device", f"/tmp/{NAME}")
            elif kind == "refusal":
                raise Refused("schema-violated", "TF-DOC-3", NAME)
            else:
                _raised()
        except (ExceptionGroup, OSError, ValueError, Refused):
            told.exception("something failed")
    said = capsys.readouterr().err
    assert NAME not in said
    for each in due:
        assert each in said, said
    assert Path(__file__).name in said


def test_a_failure_is_one_object_of_the_json_log(capsys: pytest.CaptureFixture[str]) -> None:
    with logged("json"):
        try:
            _raised()
        except ValueError:
            logging.getLogger("threeflow_gateway.somewhere").exception("something failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["error"].endswith("builtins.ValueError")
